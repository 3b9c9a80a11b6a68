//! What is remembered of the keys beside their folder: which were revoked, whatever an old
//! backup of the folder says; and the list of a folder that keeps none itself. No private key
//! is ever in here.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::revoked_key::RevokedKey;

/// What is remembered of the keys.
#[derive(Clone, Debug, Default)]
pub struct KeysRemembered {
    /// Keys that were revoked, by their names. They are never forgotten: a kid must not come
    /// back, and there are few.
    pub revoked: Vec<RevokedKey>,
    /// The list of keys, where the folder keeps none itself.
    pub list: Option<String>,
}

/// What is remembered of the keys. The revoked ones are written where the audit log is told of
/// them: [`super::AuditKeeping::tell_of_keys`].
#[async_trait]
pub trait KeyMemory: Send + Sync {
    /// All of it, read at one moment. A revoked key whose row can't be read is revoked all the
    /// same: its name is enough.
    async fn recall_keys(&self) -> Result<KeysRemembered, StoreError>;
    /// Keeps the list in place of the one before; none is kept any more where there is none.
    async fn keep_key_list(&self, list: Option<String>) -> Result<(), StoreError>;
}
