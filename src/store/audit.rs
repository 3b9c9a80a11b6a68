//! The audit log: reading it, and keeping it within its bounds. What an act tells is written
//! by the act itself.

use async_trait::async_trait;
use tokio::sync::watch;

use super::StoreError;
use crate::clock::Timestamp;
use crate::domain::event::{AuditEvent, NumberedEvent};
use crate::domain::revoked_key::RevokedKey;

/// The audit log, to be read.
#[async_trait]
pub trait Audit: Send + Sync {
    /// The latest events, newest first.
    async fn latest_events(&self, most: usize) -> Result<Vec<AuditEvent>, StoreError>;
    /// At most `most` events whose numbers lie above `number`, in order. Events are numbered
    /// from 1 in the order of their commits, so 0 reads from the beginning.
    async fn events_after(
        &self,
        number: u64,
        most: usize,
    ) -> Result<Vec<NumberedEvent>, StoreError>;
    /// At most `most` events whose numbers lie below `number`, the latest first.
    async fn events_before(
        &self,
        number: u64,
        most: usize,
    ) -> Result<Vec<NumberedEvent>, StoreError>;
}

/// How much of the audit log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Events from before this moment go.
    pub since: Timestamp,
    /// Most rows. A tenth of them at most are counted failures, which anybody can cause: a
    /// flood of them pushes nothing else out.
    pub most_rows: u64,
}

/// Keeping the audit log, beyond what other acts tell in passing.
#[async_trait]
pub trait AuditKeeping: Send + Sync {
    /// Appends events that are no part of another act.
    async fn append_events(&self, events: Vec<AuditEvent>) -> Result<(), StoreError>;
    /// Tells of changes of keys, and remembers those that were revoked: one act, so that no
    /// revocation is told that is not remembered. What was remembered already stays.
    async fn tell_of_keys(
        &self,
        events: Vec<AuditEvent>,
        revoked: Vec<RevokedKey>,
    ) -> Result<(), StoreError>;
    /// Removes a batch of the oldest events, as far as they are too old or too many; returns
    /// how many went. Call it again until none does.
    async fn forget_events(&self, retention: Retention) -> Result<usize, StoreError>;
    /// Changes after each commit: whoever follows the log looks for new events then.
    fn commits(&self) -> watch::Receiver<u64>;
}
