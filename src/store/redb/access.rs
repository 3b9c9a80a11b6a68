//! Access tokens. They are sealed and not stored; a row tells that one was revoked.

use async_trait::async_trait;

use super::audit::append_event;
use super::expiry::{Kind, remember};
use super::grants::read_context;
use super::rows::REVOKED_ACCESS;
use super::{RedbStore, failed};
use crate::clock::Timestamp;
use crate::domain::event::AuditEvent;
use crate::domain::id::GrantId;
use crate::store::{AccessInContext, AccessTokens, Revoked, StoreError};

#[async_trait]
impl AccessTokens for RedbStore {
    async fn find_access(
        &self,
        jti: &str,
        grant: Option<&GrantId>,
    ) -> Result<AccessInContext, StoreError> {
        let transaction = self.read().await?;
        let revoked = transaction
            .open_table(REVOKED_ACCESS)
            .map_err(failed)?
            .get(jti)
            .map_err(failed)?
            .is_some();
        let grant = match grant {
            Some(id) => read_context(&transaction, id)?,
            None => None,
        };
        Ok(AccessInContext { revoked, grant })
    }

    async fn revoke_access_token(
        &self,
        jti: String,
        until: Timestamp,
        event: AuditEvent,
    ) -> Result<Revoked, StoreError> {
        self.writer
            .run(move |transaction| {
                let before = transaction
                    .open_table(REVOKED_ACCESS)
                    .map_err(failed)?
                    .insert(jti.as_str(), until.as_millis())
                    .map_err(failed)?
                    .is_some();
                if before {
                    return Ok(Revoked::Already);
                }
                remember(
                    transaction,
                    until.as_millis(),
                    Kind::RevokedAccess,
                    jti.as_bytes(),
                )?;
                append_event(transaction, &event)?;
                Ok(Revoked::Now)
            })
            .await
    }
}
