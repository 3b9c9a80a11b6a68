//! Authorization codes and the grants that come of them. A code is written for one flow and
//! spent once; both conditions are looked at in the act itself.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Timestamp;
use crate::domain::code::AuthorizationCode;
use crate::domain::event::AuditEvent;
use crate::domain::family::RefreshFamily;
use crate::domain::grant::Grant;
use crate::domain::id::{ClientId, FlowId, GrantId};
use crate::domain::identity::Subject;
use crate::domain::secret::Digest;
use crate::domain::session::Session;

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
