//! Ends of sessions, and who is told of them. An end is a tombstone that no later write
//! undoes; it and the deliveries that it asks for are one act, so that neither a crash nor a
//! client that is down leaves an application signed in that was to be told.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Timestamp;
use crate::domain::id::{ClientId, Sid};
use crate::domain::logout::LogoutDelivery;

/// The clients that want to be told of ends over the back channel.
pub type ToTell = Arc<[ClientId]>;

/// A session is to end.
#[derive(Clone, Debug)]
pub struct EndSession {
    /// Which.
    pub sid: Sid,
    /// The client that asked for it, where one did and was proved.
    pub client: Option<ClientId>,
    /// Who is told, if they took part in the session.
    pub to_tell: ToTell,
    /// Joins the audit event to the log.
    pub correlation: String,
    /// The moment.
    pub now: Timestamp,
}

/// What became of a session that was to end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum SessionEnd {
    /// It is ended. These clients had taken part in it: each had redeemed a code of it.
    Ended(Vec<ClientId>),
    /// It had been ended before.
    AlreadyEnded,
    /// There is no such session (any more).
    Unknown,
}

/// Ends of sessions.
#[async_trait]
pub trait Logouts: Send + Sync {
    /// Ends a session, with all that hangs from it, and asks for the deliveries.
    async fn end_session(&self, act: EndSession) -> Result<SessionEnd, StoreError>;
}

/// What is to be delivered now, and when there will be more.
#[derive(Clone, Debug, Default)]
pub struct DueDeliveries {
    /// What is due, the longest-waiting first within each client.
    pub due: Vec<LogoutDelivery>,
    /// The first moment at which another one becomes due.
    pub next_at: Option<Timestamp>,
}

/// How an attempt went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The client took it.
    Delivered,
    /// It did not; the next attempt is due then.
    Failed {
        /// When.
        next_at: Timestamp,
    },
    /// It did not, and won't be asked again.
    GivenUp,
}

/// An attempt that was made.
#[derive(Clone, Debug)]
pub struct AttemptMade {
    /// What was tried, as it was read: the act does nothing if it has moved on since.
    pub delivery: LogoutDelivery,
    /// How it went.
    pub attempt: Attempt,
    /// The client's answer in short, or why there was none; never its words.
    pub answer: String,
    /// The moment.
    pub now: Timestamp,
}

/// What became of the record of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum AttemptRecorded {
    /// It is written down.
    Recorded,
    /// The delivery had moved on, or is gone.
    MovedOn,
}

/// Deliveries of logout tokens.
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// What is due: for each client at most so many, so that one of them with a long queue
    /// hides no other.
    async fn due_deliveries(
        &self,
        now: Timestamp,
        most_per_client: usize,
    ) -> Result<DueDeliveries, StoreError>;
    /// Writes an attempt down, with its audit event.
    async fn record_attempt(&self, act: AttemptMade) -> Result<AttemptRecorded, StoreError>;
    /// Removes a delivery to a client that does not want to be told any more.
    async fn drop_delivery(&self, client: ClientId, sid: Sid) -> Result<(), StoreError>;
    /// What a client was told lately or is still to be told, the latest end first.
    async fn deliveries_of(
        &self,
        client: &ClientId,
        most: usize,
    ) -> Result<Vec<LogoutDelivery>, StoreError>;
    /// Returns when deliveries were asked for since the last call. For one caller.
    async fn deliveries_asked_for(&self);
}
