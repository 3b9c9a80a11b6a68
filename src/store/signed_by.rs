//! What hangs from ID Tokens that one key signed: counted before a key is given up, ended after
//! it was revoked.
//!
//! What a key signed, by this house's word:
//!
//! * a *grant*, with its refresh tokens and access tokens, where the key signed its last ID
//!   Token. A grant that was refreshed under another key since stays: its client has shown that
//!   it holds the grant, and has an ID Token that the key's thief can't have made;
//! * a *session*, where the key signed any ID Token for any client in it, also if other keys
//!   signed later ones. Whoever has the key may have carried that session's `sid` and `sub` into
//!   an application by a token of their own; that the session ends is the one thing that makes
//!   the application let go of both. It ends as by a logout: for all clients that took part, and
//!   with all that ends with a session.
//!
//! A refresh token is no work of the key. What was granted for the time after a logout
//! (`offline_access`) therefore goes with its grant, by the first rule alone.
//!
//! What can't be ended here are sessions of applications that rest on forged tokens alone: of
//! those nobody but the application knows.

use async_trait::async_trait;

use super::StoreError;
use super::logouts::ToTell;
use crate::clock::Timestamp;
use crate::domain::id::ClientId;

/// What would end with a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedCount {
    /// Grants whose last ID Token the key signed, and whose time is not over. Refreshes may have
    /// made more of them for each, of which nothing is kept.
    pub id_tokens: u64,
    /// Grants whose last ID Token the key signed.
    pub grants: u64,
    /// How many of those can be refreshed.
    pub families: u64,
    /// Sessions in which it signed. What hangs from them by other keys goes with them.
    pub sessions: u64,
    /// Whom it concerns: for each client its sign-ins, which are the sessions in which it took
    /// part and the grants that outlived theirs. The most concerned first.
    pub clients: Vec<(ClientId, u64)>,
}

/// Where the next batch goes on. It may be lost: whoever begins anew finds what is left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedCursor(pub(super) Place);

/// A place among the rows: grants come first, then sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind the grant of that name.
    Grants(String),
    /// Behind that client's part in that session: subject, session, client, key.
    Sessions([String; 4]),
}

impl Default for Place {
    fn default() -> Self {
        Self::Grants(String::new())
    }
}

/// What a key signed is to end, a batch of it.
#[derive(Clone, Debug)]
pub struct EndSignedBy {
    /// The key, which was revoked.
    pub kid: String,
    /// Where to go on; the beginning by default.
    pub from: SignedCursor,
    /// Who is told, if they took part.
    pub to_tell: ToTell,
    /// Joins the audit events to one another and to the log.
    pub correlation: String,
    /// The moment.
    pub now: Timestamp,
}

/// What was ended in one act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct EndedBatch {
    /// Grants that were good until now.
    pub grants: u64,
    /// Sessions that were not ended until now.
    pub sessions: u64,
    /// Where the next batch goes on; none where this was the last.
    pub next: Option<SignedCursor>,
}

/// What hangs from ID Tokens that one key signed.
#[async_trait]
pub trait SignedBy: Send + Sync {
    /// Counts it, without changing anything and without holding up who writes. An ID Token is
    /// still good if it was signed after `alive_since`.
    async fn count_signed_by(
        &self,
        kid: &str,
        alive_since: Timestamp,
    ) -> Result<SignedCount, StoreError>;

    /// Ends a batch of it: revokes grants with their refresh tokens, ends sessions, asks for the
    /// deliveries to who took part, and tells the audit log; all in one act. What was ended
    /// before is passed over, so that it may be repeated from any place: after a failure, after
    /// a kill, and a little after the revocation, for a request that was under way had the key
    /// in its hands.
    async fn end_signed_by(&self, act: EndSignedBy) -> Result<EndedBatch, StoreError>;
}
