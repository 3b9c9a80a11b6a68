//! What the house remembers, behind traits. Each method is one atomic act of intent whose
//! result names every outcome; a read may go before an act, and the act carries the
//! condition that the read relied on. `now` and new identifiers are handed in. Handles are
//! never stored, their digests are.
//!
//! This layer knows records (`domain`) and nothing of protocols: what an outcome means on
//! the wire is decided above.

mod assertions;
mod consents;
mod families;
mod logouts;
mod open;
mod readiness;
mod redb;
mod signed_by;

use async_trait::async_trait;
use tokio::sync::watch;

pub use assertions::{Assertions, Claimed};
pub use consents::{ConsentRecorded, ConsentWithdrawn, Consents, RecordConsent};
pub use families::{
    AccessInContext, AccessTokens, FamilyInContext, MOST_FAMILIES_PER_OWNER, RefreshFamilies,
    Revoked, Rotated, Rotation,
};
pub use logouts::{
    Attempt, AttemptMade, AttemptRecorded, Deliveries, DueDeliveries, EndSession, Logouts,
    SessionEnd, ToTell,
};
pub use open::{Location, open, open_audit, open_existing};
pub use readiness::{KeyReadiness, MOST_READINESS};
pub use signed_by::{EndSignedBy, EndedBatch, SignedBy, SignedCount, SignedCursor};

use crate::clock::Timestamp;
use crate::domain::code::AuthorizationCode;
use crate::domain::event::{AuditEvent, NumberedEvent};
use crate::domain::family::RefreshFamily;
use crate::domain::grant::Grant;
use crate::domain::id::{ClientId, FlowId, GrantId, Sid, SubjectId, UpstreamId};
use crate::domain::identity::{Identity, Link, Subject};
use crate::domain::secret::Digest;
use crate::domain::session::Session;

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the file.
    #[error("{0} is in use by another process; is dingpass running already?")]
    Locked(String),
    /// The file can't be opened or made.
    #[error("{path} can't be opened: {reason}")]
    CannotOpen {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The file was written by a later version.
    #[error("{path} was written by a newer dingpass (schema {found}, this one knows {known})")]
    Newer {
        /// The file.
        path: String,
        /// The schema in the file.
        found: u64,
        /// The schema of this program.
        known: u64,
    },
    /// Reading or writing failed; nothing of the act was kept.
    #[error("the store failed: {0}")]
    Failed(String),
    /// A row is not what was written.
    #[error("a row of {table} can't be read: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// Why.
        reason: String,
    },
}

/// A person came back from an upstream that vouched for them.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Who it is, and what is known.
    pub identity: Identity,
    /// The subject's name, if this is somebody new.
    pub new_subject: SubjectId,
    /// The session's name, if a new one begins.
    pub new_sid: Sid,
    /// The digest of the browser's new cookie; each sign-in has its own.
    pub cookie: Digest,
    /// The digest of the cookie that the browser had, if any.
    pub previous_cookie: Option<Digest>,
    /// The live session behind that cookie: the same person goes on with it. One that has
    /// expired is not taken up again.
    pub resume: Option<Sid>,
    /// Through which upstream.
    pub upstream: UpstreamId,
    /// For whose sake, for the audit log.
    pub client: ClientId,
    /// Until when the session's row is kept.
    pub keep_until: Timestamp,
    /// Which clients are told, if this ends another person's session.
    pub to_tell: ToTell,
    /// Joins the audit event to the log.
    pub correlation: String,
    /// The moment.
    pub now: Timestamp,
}

/// What became of a sign-in.
#[derive(Clone, Debug)]
#[must_use]
pub enum SignInRecorded {
    /// The person is signed in.
    SignedIn(Box<Session>, Box<Subject>),
    /// The person may not sign in; no session was made.
    Blocked,
}

/// A code to be written, and the conditions under which it may be.
#[derive(Clone, Debug)]
pub struct IssueCode {
    /// Claimed in the same act: one flow makes one code. None for a flow that nobody can
    /// bring again.
    pub claim: Option<FlowClaim>,
    /// The digest of the code.
    pub digest: Digest,
    /// The record. Its session must live and belong to its subject, with its auth_time.
    pub code: AuthorizationCode,
    /// Whether the session's time of use is written.
    pub touch: bool,
    /// The moment.
    pub now: Timestamp,
}

/// A flow that has its code.
#[derive(Clone, Debug)]
pub struct FlowClaim {
    /// Its id.
    pub flow: FlowId,
    /// Until when the claim is remembered.
    pub until: Timestamp,
}

/// What became of a code that was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum CodeIssued {
    /// It is there.
    Issued,
    /// The flow has had its code: a form was sent twice.
    AlreadyClaimed,
    /// The session was ended or changed hands in the meantime, or its person was blocked.
    SessionGone,
}

/// How a code is redeemed, after the checks.
#[derive(Clone, Debug)]
pub enum Redemption {
    /// All proofs were right.
    Granted {
        /// What comes of it.
        grant: Box<Grant>,
        /// The refresh tokens that come with it; the grant names them.
        family: Option<Box<RefreshFamily>>,
        /// Told in the same act.
        event: AuditEvent,
    },
    /// Its own client presented it with a wrong proof.
    Spoiled {
        /// Told in the same act.
        event: AuditEvent,
    },
}

/// What became of a redemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Redeemed {
    /// It was unspent, and is now spent as asked.
    Fresh,
    /// It had been redeemed before; everything that came of it was revoked in this act.
    Replayed,
    /// Its session was ended, or its person blocked.
    Ended,
    /// There is no such code of this client.
    Unknown,
}

/// A grant with what decides whether its tokens are good.
#[derive(Clone, Debug)]
pub struct GrantInContext {
    /// The grant.
    pub grant: Grant,
    /// Its session; absent when its row is gone.
    pub session: Option<Session>,
    /// Its person; absent when the row is gone.
    pub subject: Option<Subject>,
}

/// Authorization codes.
#[async_trait]
pub trait Codes: Send + Sync {
    /// Writes a code and claims its flow.
    async fn issue_code(&self, act: IssueCode) -> Result<CodeIssued, StoreError>;
    /// The record under a code's digest.
    async fn find_code(&self, digest: &Digest) -> Result<Option<AuthorizationCode>, StoreError>;
    /// Spends a code. `replayed` is told instead when it was redeemed before.
    async fn redeem_code(
        &self,
        digest: Digest,
        client: ClientId,
        redemption: Redemption,
        replayed: AuditEvent,
        now: Timestamp,
    ) -> Result<Redeemed, StoreError>;
}

/// Grants.
#[async_trait]
pub trait Grants: Send + Sync {
    /// A grant with its session and person, read at one moment.
    async fn find_grant(&self, id: &GrantId) -> Result<Option<GrantInContext>, StoreError>;
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// The session that a cookie opens, with its person.
    async fn find_session(&self, cookie: &Digest)
    -> Result<Option<(Session, Subject)>, StoreError>;
    /// Finds or makes the subject, brings its profile up to date, and begins a session or,
    /// for the same person in the same browser, goes on with the one that was there under a
    /// new cookie. Another person's session in this browser is ended.
    async fn record_sign_in(&self, act: SignIn) -> Result<SignInRecorded, StoreError>;
}

/// An upstream does not vouch for a person any more: all their sessions are to end.
#[derive(Clone, Debug)]
pub struct SignOutEverywhere {
    /// Whose.
    pub link: Link,
    /// The upstream.
    pub upstream: UpstreamId,
    /// Why, for the audit log.
    pub cause: &'static str,
    /// The upstream's own name of the call that said so.
    pub upstream_request: Option<String>,
    /// Which clients are told, of each session in which they took part.
    pub to_tell: ToTell,
    /// Joins the audit event to the log.
    pub correlation: String,
    /// The moment.
    pub now: Timestamp,
}

/// What became of a person's sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum SignedOut {
    /// All of them are ended.
    Everywhere,
    /// Nobody of that link ever signed in.
    Unknown,
}

/// People.
#[async_trait]
pub trait Subjects: Send + Sync {
    /// Ends every session of a person, with all that hangs from them.
    async fn sign_out_everywhere(&self, act: SignOutEverywhere) -> Result<SignedOut, StoreError>;
}

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
    /// Removes a batch of the oldest events, as far as they are too old or too many; returns
    /// how many went. Call it again until none does.
    async fn forget_events(&self, retention: Retention) -> Result<usize, StoreError>;
    /// Changes after each commit: whoever follows the log looks for new events then.
    fn commits(&self) -> watch::Receiver<u64>;
}

/// The store's own health.
#[async_trait]
pub trait Maintenance: Send + Sync {
    /// Removes a batch of rows whose time is over; returns how many were due in it. Call it
    /// again until nothing is.
    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError>;
    /// Whether reading works and the last write was kept.
    async fn check(&self) -> Result<(), StoreError>;
}

/// Everything that a backend does.
pub trait Store:
    Codes
    + Grants
    + RefreshFamilies
    + AccessTokens
    + Consents
    + Sessions
    + Subjects
    + Assertions
    + Logouts
    + Deliveries
    + SignedBy
    + KeyReadiness
    + Audit
    + AuditKeeping
    + Maintenance
{
}
