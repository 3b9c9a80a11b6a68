//! A grant: what a person gave a client at one sign-in. Tokens hang from it.

use serde::{Deserialize, Serialize};

use crate::domain::claims_request::RequestedClaims;
use crate::domain::id::{ClientId, FamilyId, GrantId, Sid, SubjectId};
use crate::domain::scope::Scopes;

/// A grant as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// Its name.
    pub id: GrantId,
    /// The client that holds it.
    pub client: ClientId,
    /// Whose it is.
    pub subject: SubjectId,
    /// The session that it came of.
    pub sid: Sid,
    /// What it grants.
    pub scope: Scopes,
    /// Claims that it grants one by one.
    #[serde(default, skip_serializing_if = "RequestedClaims::is_empty")]
    pub claims: RequestedClaims,
    /// `auth_time` of the sign-in that it came of, in milliseconds. Tokens repeat it, and a
    /// sign-out everywhere after that moment ends them.
    #[serde(default)]
    pub auth_time: i64,
    /// What it ends with.
    #[serde(default)]
    pub bond: Bond,
    /// The refresh tokens that hang from it. While the family is there, so is the grant.
    #[serde(default)]
    pub family: Option<FamilyId>,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// When the last access or ID token that hangs from it ends, in milliseconds.
    pub expires_at: i64,
    /// When it was revoked, in milliseconds.
    pub revoked_at: Option<i64>,
    /// The key that signed its last ID Token: a rotation asks for it.
    pub id_token_kid: String,
    /// When its last ID Token was signed, in milliseconds.
    pub id_token_at: i64,
}

/// What a grant ends with, beside its own revocation and its person's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bond {
    /// It ends when its session ends, and is not refreshed after the session has expired.
    #[default]
    Session,
    /// `offline_access`: neither the session's expiry nor its end matters (OIDC Back-Channel
    /// Logout section 2.7).
    Offline,
    /// `offline_access` for a client whose access ends with a logout all the same: the
    /// session's expiry does not matter, its end does.
    OfflineUntilLogout,
}

impl Bond {
    /// Whether the end of the session is the end of the grant.
    #[must_use]
    pub const fn ends_with_session(self) -> bool {
        match self {
            Self::Session | Self::OfflineUntilLogout => true,
            Self::Offline => false,
        }
    }
}
