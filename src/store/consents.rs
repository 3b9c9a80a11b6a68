//! What people agreed to: the acts around a consent.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Timestamp;
use crate::domain::consent::Consent;
use crate::domain::event::AuditEvent;
use crate::domain::id::{ClientId, Sid, SubjectId};

/// A person agreed to something.
#[derive(Clone, Debug)]
pub struct RecordConsent {
    /// What was agreed to, as if nothing had been before.
    pub consent: Consent,
    /// The session in which it was said. It must not have ended, and must be that person's.
    pub sid: Sid,
    /// Told in the same act, if anything is new.
    pub event: AuditEvent,
    /// The moment.
    pub now: Timestamp,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum ConsentRecorded {
    /// It was added to what had been agreed to before.
    Recorded,
    /// All of it had been agreed to before: a form was sent twice.
    Unchanged,
    /// The session was ended or changed hands in the meantime.
    SessionGone,
}

/// What became of a consent that was to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum ConsentWithdrawn {
    /// It is gone, and with it the codes and grants that hung from it.
    Withdrawn,
    /// There was none.
    Unknown,
}

/// Consents.
#[async_trait]
pub trait Consents: Send + Sync {
    /// What a person agreed that a client learns.
    async fn find_consent(
        &self,
        subject: &SubjectId,
        client: &ClientId,
    ) -> Result<Option<Consent>, StoreError>;
    /// All that a person agreed to.
    async fn consents_of(&self, subject: &SubjectId) -> Result<Vec<Consent>, StoreError>;
    /// Adds to what a person agreed to.
    async fn record_consent(&self, act: RecordConsent) -> Result<ConsentRecorded, StoreError>;
    /// Takes back all that a person agreed to with one client. What the client got before
    /// `now` is not good any more; `event` is told in the same act.
    async fn withdraw_consent(
        &self,
        subject: SubjectId,
        client: ClientId,
        event: AuditEvent,
        now: Timestamp,
    ) -> Result<ConsentWithdrawn, StoreError>;
}
