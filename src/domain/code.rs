//! An authorization code as it is stored: under its digest, with all that its redemption is
//! checked against. A used code stays until it expires, so that a replay is known as one.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::claims_request::RequestedClaims;
use crate::domain::id::{ClientId, GrantId, Sid, SubjectId};
use crate::domain::pkce::CodeChallenge;
use crate::domain::scope::Scopes;

/// A code and what it is bound to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuthorizationCode {
    /// The client that it was issued to.
    pub client: ClientId,
    /// The redirect_uri of the request, as it was sent.
    pub redirect_uri: String,
    /// PKCE: where it is set, a verifier is demanded.
    pub code_challenge: Option<CodeChallenge>,
    /// What it grants.
    pub scope: Scopes,
    /// Claims that it grants one by one.
    #[serde(default, skip_serializing_if = "RequestedClaims::is_empty")]
    pub claims: RequestedClaims,
    /// When it was issued, in milliseconds.
    #[serde(default)]
    pub issued_at: i64,
    /// Goes into the ID Token.
    pub nonce: Option<String>,
    /// Who signed in.
    pub subject: SubjectId,
    /// In which session.
    pub sid: Sid,
    /// `auth_time`, in milliseconds.
    pub auth_time: i64,
    /// When it stops being good, in milliseconds.
    pub expires_at: i64,
    /// What became of it.
    pub state: CodeState,
}

/// What became of a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    /// Nobody redeemed it yet.
    Unspent,
    /// Redeemed; this grant came of it.
    Granted(GrantId),
    /// Its client presented it with a wrong proof: nothing came of it, and nothing will.
    Spoiled,
}

impl AuthorizationCode {
    /// Whether its time is over.
    #[must_use]
    pub const fn is_expired(&self, now: Timestamp) -> bool {
        now.as_millis() >= self.expires_at
    }
}
