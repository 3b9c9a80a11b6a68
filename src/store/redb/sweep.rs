//! Rows whose time is over are removed, a batch at a time: the one place that knows every kind
//! of row.

use redb::{ReadableTable as _, WriteTransaction};

use super::assertions::forget as forget_assertion;
use super::deliveries::sweep_one;
use super::expiry::Kind;
use super::failed;
use super::families::sweep_family;
use super::logouts::forget_participants;
use super::rows::{
    CLAIMED_FLOWS, CODES, COOKIES, EXPIRY, GRANTS, REVOKED_ACCESS, SESSIONS, get_row,
};
use super::session_keys::forget_keys;
use crate::clock::Timestamp;
use crate::domain::grant::Grant;
use crate::domain::session::Session;
use crate::store::StoreError;

/// Most rows that one sweep removes, so that it never holds up the writer for long. What is
/// left over is due at the next sweep.
const MOST_PER_SWEEP: usize = 2_000;

/// Removes what is due at `now`; returns how many entries were dealt with.
pub(super) fn sweep(transaction: &WriteTransaction, now: Timestamp) -> Result<usize, StoreError> {
    let mut due: Vec<(i64, u8, Vec<u8>)> = Vec::new();
    for entry in transaction
        .open_table(EXPIRY)
        .map_err(failed)?
        .range::<(i64, u8, &[u8])>(..=(now.as_millis(), u8::MAX, [].as_slice()))
        .map_err(failed)?
        .take(MOST_PER_SWEEP)
    {
        let (key, ()) = entry
            .map(|(key, value)| (key, value.value()))
            .map_err(failed)?;
        let (moment, kind, row) = key.value();
        due.push((moment, kind, row.to_vec()));
    }
    // Entries first: a row that is not due yet may write itself a later one.
    {
        let mut expiry = transaction.open_table(EXPIRY).map_err(failed)?;
        for (moment, kind, row) in &due {
            expiry
                .remove((*moment, *kind, row.as_slice()))
                .map_err(failed)?;
        }
    }
    for (_, kind, row) in &due {
        if let Some(kind) = Kind::of(*kind) {
            match remove(transaction, kind, row, now) {
                // Such a row stays; one of them must not stop all sweeping.
                Err(error @ StoreError::Corrupt { .. }) => {
                    tracing::error!(%error, "a row that is due can't be read");
                }
                outcome => outcome?,
            }
        }
    }
    Ok(due.len())
}

/// A session that was used anew has a later entry of its own; the row says which counts.
fn remove(
    transaction: &WriteTransaction,
    kind: Kind,
    row: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let name = std::str::from_utf8(row).unwrap_or_default();
    match kind {
        Kind::Session => {
            let mut sessions = transaction.open_table(SESSIONS).map_err(failed)?;
            let found = get_row::<_, Session>(&sessions, "sessions", name)?;
            if let Some(session) = found
                && session.keep_until <= now.as_millis()
            {
                sessions.remove(name).map_err(failed)?;
                transaction
                    .open_table(COOKIES)
                    .map_err(failed)?
                    .remove(session.cookie.as_bytes().as_slice())
                    .map_err(failed)?;
                forget_participants(transaction, &session)?;
                forget_keys(transaction, &session)?;
            }
        }
        Kind::Grant => {
            let mut grants = transaction.open_table(GRANTS).map_err(failed)?;
            let found = get_row::<_, Grant>(&grants, "grants", name)?;
            if found.is_some_and(|grant| grant.expires_at <= now.as_millis()) {
                grants.remove(name).map_err(failed)?;
            }
        }
        Kind::Assertion => forget_assertion(transaction, row, now)?,
        Kind::Delivery => sweep_one(transaction, name)?,
        Kind::Code => {
            transaction
                .open_table(CODES)
                .map_err(failed)?
                .remove(row)
                .map_err(failed)?;
        }
        Kind::Family => sweep_family(transaction, name, now)?,
        Kind::RevokedAccess => {
            transaction
                .open_table(REVOKED_ACCESS)
                .map_err(failed)?
                .remove(name)
                .map_err(failed)?;
        }
        Kind::Flow => {
            transaction
                .open_table(CLAIMED_FLOWS)
                .map_err(failed)?
                .remove(name)
                .map_err(failed)?;
        }
    }
    Ok(())
}
