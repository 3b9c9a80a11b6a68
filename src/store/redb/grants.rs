//! Grants.

use async_trait::async_trait;
use redb::{ReadableTable as _, WriteTransaction};

use super::rows::{GRANTS, SESSIONS, SUBJECTS, decode, encode};
use super::{RedbStore, failed};
use crate::clock::Timestamp;
use crate::domain::grant::Grant;
use crate::domain::id::GrantId;
use crate::store::{GrantInContext, Grants, StoreError};

#[async_trait]
impl Grants for RedbStore {
    async fn find_grant(&self, id: &GrantId) -> Result<Option<GrantInContext>, StoreError> {
        let transaction = self.read()?;
        let grants = transaction.open_table(GRANTS).map_err(failed)?;
        let Some(row) = grants.get(id.as_str()).map_err(failed)? else {
            return Ok(None);
        };
        let grant: Grant = decode("grants", row.value())?;
        let session = transaction
            .open_table(SESSIONS)
            .map_err(failed)?
            .get(grant.sid.as_str())
            .map_err(failed)?
            .map(|row| decode("sessions", row.value()))
            .transpose()?;
        let subject = transaction
            .open_table(SUBJECTS)
            .map_err(failed)?
            .get(grant.subject.as_str())
            .map_err(failed)?
            .map(|row| decode("subjects", row.value()))
            .transpose()?;
        Ok(Some(GrantInContext {
            grant,
            session,
            subject,
        }))
    }
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

/// Revokes a grant; tells whether it was good until now.
pub(super) fn revoke_grant(
    transaction: &WriteTransaction,
    id: &GrantId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = transaction
        .open_table(GRANTS)
        .map_err(failed)?
        .get(id.as_str())
        .map_err(failed)?
        .map(|row| decode::<Grant>("grants", row.value()))
        .transpose()?;
    match found {
        Some(mut grant) if grant.revoked_at.is_none() => {
            grant.revoked_at = Some(now.as_millis());
            put_grant(transaction, &grant)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
