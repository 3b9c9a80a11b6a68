//! A grant: what a person gave a client at one sign-in. Tokens hang from it.

use serde::{Deserialize, Serialize};

use crate::domain::id::{ClientId, GrantId, Sid, SubjectId};
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
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// When the last token that hangs from it ends, in milliseconds.
    pub expires_at: i64,
    /// When it was revoked, in milliseconds.
    pub revoked_at: Option<i64>,
    /// The key that signed its last ID Token: a rotation asks for it.
    pub id_token_kid: String,
    /// When its last ID Token was signed, in milliseconds.
    pub id_token_at: i64,
}
