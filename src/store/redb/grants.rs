//! Grants.

use async_trait::async_trait;
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use super::rows::{GRANTS, SESSIONS, SUBJECTS, encode, get_row};
use super::{RedbStore, failed};
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
