//! Assertions that were used. A client's signed assertion is good once (RFC 7523 section 3,
//! item 7): who sees one in a log or on the way must not be able to send it again, not even
//! after a restart, so what was used is a row and not a memory.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Timestamp;
use crate::domain::id::ClientId;
use crate::domain::secret::Digest;

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Claimed {
    /// It had not been used; now it is.
    Fresh,
    /// It was used before.
    Replayed,
}

/// Used assertions.
#[async_trait]
pub trait Assertions: Send + Sync {
    /// Uses up a client's assertion, known by the digest of its `jti`. It is remembered until
    /// `until`, when the assertion is over anyway.
    async fn claim_assertion(
        &self,
        client: ClientId,
        jti: Digest,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Claimed, StoreError>;
}
