//! Keys that were revoked: a row for each, for ever. And the list of keys, in one row.

use async_trait::async_trait;
use redb::{ReadableTable as _, WriteTransaction};

use super::rows::{KEY_LIST, REVOKED_KEYS, decode, encode};
use super::{RedbStore, failed};
use crate::domain::revoked_key::RevokedKey;
use crate::store::{KeyMemory, KeysRemembered, StoreError};

/// The one row of the list.
const LIST: &str = "list";

#[async_trait]
impl KeyMemory for RedbStore {
    async fn recall_keys(&self) -> Result<KeysRemembered, StoreError> {
        let transaction = self.read().await?;
        let rows = transaction.open_table(REVOKED_KEYS).map_err(failed)?;
        let mut revoked = Vec::new();
        for row in rows.iter().map_err(failed)? {
            let (kid, row) = row.map_err(failed)?;
            revoked.push(decode("revoked_keys", row.value()).unwrap_or_else(|error| {
                let kid = kid.value();
                tracing::error!(kid, %error, "a revoked key is known by its name alone");
                by_name(kid)
            }));
        }
        let lists = transaction.open_table(KEY_LIST).map_err(failed)?;
        let list = match lists.get(LIST).map_err(failed)? {
            Some(row) => Some(decode("key_list", row.value())?),
            None => None,
        };
        Ok(KeysRemembered { revoked, list })
    }

    async fn keep_key_list(&self, list: Option<String>) -> Result<(), StoreError> {
        self.writer
            .run(move |transaction| {
                let mut lists = transaction.open_table(KEY_LIST).map_err(failed)?;
                match &list {
                    Some(list) => {
                        let row = encode("key_list", list)?;
                        lists.insert(LIST, row.as_slice()).map_err(failed)?;
                    }
                    None => {
                        lists.remove(LIST).map_err(failed)?;
                    }
                }
                Ok(())
            })
            .await
    }
}

/// Remembers revoked keys. What is known of one already stays: that was written when it was
/// revoked.
pub(super) fn remember_revoked(
    transaction: &WriteTransaction,
    revoked: &[RevokedKey],
) -> Result<(), StoreError> {
    let mut rows = transaction.open_table(REVOKED_KEYS).map_err(failed)?;
    for key in revoked {
        let is_known = rows.get(key.kid.as_str()).map_err(failed)?.is_some();
        if !is_known {
            let row = encode("revoked_keys", key)?;
            rows.insert(key.kid.as_str(), row.as_slice())
                .map_err(failed)?;
        }
    }
    Ok(())
}

/// What is left of a row that can't be read. What the key signed is ended once more: that
/// harms nobody whose sessions do not hang from it.
fn by_name(kid: &str) -> RevokedKey {
    RevokedKey {
        kid: kid.to_owned(),
        algorithm: String::new(),
        revoked_at: 0,
        ends: true,
        public: None,
    }
}
