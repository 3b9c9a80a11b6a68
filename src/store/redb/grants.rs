//! Grants.

use async_trait::async_trait;
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use super::expiry::{Kind, remember};
use super::families::remove_family;
use super::rows::{GRANTS, SESSIONS, SUBJECTS, encode, get_row};
use super::{RedbStore, failed};
use crate::clock::Timestamp;
use crate::domain::grant::Grant;
use crate::domain::id::GrantId;
use crate::store::{GrantInContext, Grants, StoreError};

#[async_trait]
impl Grants for RedbStore {
    async fn find_grant(&self, id: &GrantId) -> Result<Option<GrantInContext>, StoreError> {
        read_context(&self.read().await?, id)
    }
}

/// A grant with its session and person, for a reader.
pub(super) fn read_context(
    transaction: &ReadTransaction,
    id: &GrantId,
) -> Result<Option<GrantInContext>, StoreError> {
    join(
        &transaction.open_table(GRANTS).map_err(failed)?,
        &transaction.open_table(SESSIONS).map_err(failed)?,
        &transaction.open_table(SUBJECTS).map_err(failed)?,
        id,
    )
}

/// A grant with its session and person, within an act.
pub(super) fn context_of(
    transaction: &WriteTransaction,
    id: &GrantId,
) -> Result<Option<GrantInContext>, StoreError> {
    join(
        &transaction.open_table(GRANTS).map_err(failed)?,
        &transaction.open_table(SESSIONS).map_err(failed)?,
        &transaction.open_table(SUBJECTS).map_err(failed)?,
        id,
    )
}

fn join<T: ReadableTable<&'static str, &'static [u8]>>(
    grants: &T,
    sessions: &T,
    subjects: &T,
    id: &GrantId,
) -> Result<Option<GrantInContext>, StoreError> {
    let Some(grant) = get_row::<_, Grant>(grants, "grants", id.as_str())? else {
        return Ok(None);
    };
    Ok(Some(GrantInContext {
        session: get_row(sessions, "sessions", grant.sid.as_str())?,
        subject: get_row(subjects, "subjects", grant.subject.as_str())?,
        grant,
    }))
}

pub(super) fn put_grant(transaction: &WriteTransaction, grant: &Grant) -> Result<(), StoreError> {
    let row = encode("grants", grant)?;
    transaction
        .open_table(GRANTS)
        .map_err(failed)?
        .insert(grant.id.as_str(), row.as_slice())
        .map_err(failed)?;
    Ok(())
}

/// Revokes a grant, and with it its refresh tokens; tells whether it was good until now.
/// What is left of it is forgotten when the last of its tokens would have ended.
pub(super) fn revoke_grant(
    transaction: &WriteTransaction,
    id: &GrantId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = get_row::<_, Grant>(
        &transaction.open_table(GRANTS).map_err(failed)?,
        "grants",
        id.as_str(),
    )?;
    let Some(mut grant) = found.filter(|grant| grant.revoked_at.is_none()) else {
        return Ok(false);
    };
    grant.revoked_at = Some(now.as_millis());
    if let Some(family) = grant.family.take() {
        remove_family(transaction, &family)?;
        remember(
            transaction,
            grant.expires_at,
            Kind::Grant,
            grant.id.as_str().as_bytes(),
        )?;
    }
    put_grant(transaction, &grant)?;
    Ok(true)
}
