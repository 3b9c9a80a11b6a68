//! Used assertions.

use async_trait::async_trait;
use redb::{ReadableTable as _, WriteTransaction};

use super::expiry::{Kind, remember};
use super::rows::ASSERTIONS;
use super::{RedbStore, failed};
use crate::clock::Timestamp;
use crate::domain::id::ClientId;
use crate::domain::secret::Digest;
use crate::store::StoreError;
use crate::store::assertions::{Assertions, Claimed};

#[async_trait]
impl Assertions for RedbStore {
    async fn claim_assertion(
        &self,
        client: ClientId,
        jti: Digest,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Claimed, StoreError> {
        // The digest has a fixed length at the end, so that no two pairs have one key.
        let key = [client.as_str().as_bytes(), jti.as_bytes()].concat();
        self.writer
            .run(move |transaction| claim(transaction, &key, until, now))
            .await
    }
}

fn claim(
    transaction: &WriteTransaction,
    key: &[u8],
    until: Timestamp,
    now: Timestamp,
) -> Result<Claimed, StoreError> {
    let mut claims = transaction.open_table(ASSERTIONS).map_err(failed)?;
    let is_used = claims
        .get(key)
        .map_err(failed)?
        .is_some_and(|row| row.value() > now.as_millis());
    if is_used {
        return Ok(Claimed::Replayed);
    }
    claims.insert(key, until.as_millis()).map_err(failed)?;
    remember(transaction, until.as_millis(), Kind::Assertion, key)?;
    Ok(Claimed::Fresh)
}

/// Forgets a claim whose time is over. The name may have been claimed anew since.
pub(super) fn forget(
    transaction: &WriteTransaction,
    key: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut claims = transaction.open_table(ASSERTIONS).map_err(failed)?;
    let is_over = claims
        .get(key)
        .map_err(failed)?
        .is_some_and(|row| row.value() <= now.as_millis());
    if is_over {
        claims.remove(key).map_err(failed)?;
    }
    Ok(())
}
