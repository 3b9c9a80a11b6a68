//! Refresh tokens and the access tokens beside them: what is asked of a store, and how it may
//! end. Rotation is one compare-and-swap (CVE-2026-1035: where check and update were two
//! steps, one token had two successors).

use async_trait::async_trait;

use super::{GrantInContext, StoreError};
use crate::clock::Timestamp;
use crate::domain::event::AuditEvent;
use crate::domain::family::RefreshFamily;
use crate::domain::id::{ClientId, FamilyId, GrantId, SubjectId};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::secret::Digest;

/// Most living families of one owner, a person with one client. Who signs in with one more
/// device loses the one that was used longest ago.
pub const MOST_FAMILIES_PER_OWNER: usize = 32;

/// A family with what decides whether it is good.
#[derive(Clone, Debug)]
pub struct FamilyInContext {
    /// The family.
    pub family: RefreshFamily,
    /// Its grant, with session and person.
    pub context: GrantInContext,
}

/// A refresh token to be exchanged.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The family that it names.
    pub family: FamilyId,
    /// The client that presents it.
    pub client: ClientId,
    /// Its digest.
    pub presented: Digest,
    /// The digest of its successor.
    pub successor: Digest,
    /// The successor, sealed for who presents the predecessor again.
    pub sealed: String,
    /// Which key signs the ID Token that comes with it; none where none does (OIDC Core section
    /// 12.2: a refresh for less than `openid`).
    pub id_token_kid: Option<String>,
    /// Until when the access and ID tokens live that come with it.
    pub tokens_until: Timestamp,
    /// By which idle and absolute limits and which grace.
    pub lifetimes: Lifetimes,
    /// Told in the same act when the token was exchanged before.
    pub reused: AuditEvent,
    /// The moment.
    pub now: Timestamp,
}

/// What became of a refresh token.
#[derive(Clone, Debug)]
#[must_use]
pub enum Rotated {
    /// It was the current one; its successor is the current one now.
    Fresh(Box<GrantInContext>),
    /// It is the predecessor, within the grace: the successor stays what it was.
    Repeated {
        /// The successor, sealed under the predecessor.
        sealed: String,
        /// What tokens are made from.
        context: Box<GrantInContext>,
    },
    /// It had been exchanged before: family and grant were revoked in this act.
    Reused,
    /// Its session or its person's access has ended.
    Ended,
    /// Nobody used it for too long, or its family is too old.
    Expired,
    /// There is no such family of this client.
    Unknown,
}

/// What became of a token that was to be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Revoked {
    /// It is revoked now.
    Now,
    /// There is no such token of this client, or it was revoked before.
    Already,
}

/// Families of refresh tokens.
#[async_trait]
pub trait RefreshFamilies: Send + Sync {
    /// A family with its grant, session and person, read at one moment.
    async fn find_family(&self, id: &FamilyId) -> Result<Option<FamilyInContext>, StoreError>;
    /// Exchanges a refresh token, or finds out why not.
    async fn rotate_refresh_token(&self, act: Rotation) -> Result<Rotated, StoreError>;
    /// Ends a family, its grant and the access tokens that hang from it, if they are of
    /// `client`.
    async fn revoke_family(
        &self,
        id: FamilyId,
        client: ClientId,
        event: AuditEvent,
        now: Timestamp,
    ) -> Result<Revoked, StoreError>;
    /// The living families of a person, by client.
    async fn families_of(
        &self,
        subject: &SubjectId,
        lifetimes: &Lifetimes,
        now: Timestamp,
    ) -> Result<Vec<RefreshFamily>, StoreError>;
}

/// An access token, by what decides whether it is good.
#[derive(Clone, Debug)]
pub struct AccessInContext {
    /// Whether it was revoked by itself.
    pub revoked: bool,
    /// The grant that it hangs from, if it names one that is there.
    pub grant: Option<GrantInContext>,
}

/// Access tokens. They are not stored; only that one was revoked is.
#[async_trait]
pub trait AccessTokens: Send + Sync {
    /// What decides about the access token of that name, read at one moment.
    async fn find_access(
        &self,
        jti: &str,
        grant: Option<&GrantId>,
    ) -> Result<AccessInContext, StoreError>;
    /// Revokes one access token; remembered until it would have ended.
    async fn revoke_access_token(
        &self,
        jti: String,
        until: Timestamp,
        event: AuditEvent,
    ) -> Result<Revoked, StoreError>;
}
