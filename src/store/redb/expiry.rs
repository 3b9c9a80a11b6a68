//! When rows are looked at: each row whose time will be over has an entry in the expiry
//! table under its moment, so that a sweep looks at what is due and at nothing else, however
//! large the store is.

use redb::WriteTransaction;

use super::failed;
use super::rows::EXPIRY;
use crate::store::StoreError;

/// What kind of row an entry speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Session = 1,
    Code = 2,
    Grant = 3,
    Flow = 4,
    Family = 5,
    RevokedAccess = 6,
    Assertion = 20,
    Delivery = 30,
}

impl Kind {
    /// The kind of that number.
    pub(super) const fn of(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Session),
            2 => Some(Self::Code),
            3 => Some(Self::Grant),
            4 => Some(Self::Flow),
            5 => Some(Self::Family),
            6 => Some(Self::RevokedAccess),
            20 => Some(Self::Assertion),
            30 => Some(Self::Delivery),
            _ => None,
        }
    }
}

pub(super) fn remember(
    transaction: &WriteTransaction,
    due: i64,
    kind: Kind,
    key: &[u8],
) -> Result<(), StoreError> {
    transaction
        .open_table(EXPIRY)
        .map_err(failed)?
        .insert((due, kind as u8, key), ())
        .map_err(failed)?;
    Ok(())
}

/// Takes back what [`remember`] wrote.
pub(super) fn forget(
    transaction: &WriteTransaction,
    due: i64,
    kind: Kind,
    key: &[u8],
) -> Result<(), StoreError> {
    transaction
        .open_table(EXPIRY)
        .map_err(failed)?
        .remove((due, kind as u8, key))
        .map_err(failed)?;
    Ok(())
}
