//! Which keys a client is known to have: learned from its fetches of the JWKS and from the
//! hints that it brings back.

use serde::{Deserialize, Serialize};

use crate::domain::id::ClientId;

/// By what a fetch was known to be a client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FetchSeen {
    /// It came from where the client authenticates.
    Address,
    /// It came to the client's own address `/jwks/{client}`.
    Alias,
}

/// What a client is known to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientReadiness {
    /// Which client.
    pub client: ClientId,
    /// When it last fetched the JWKS, in milliseconds.
    pub fetched_at: Option<i64>,
    /// The keys that it got then.
    pub kids: Vec<String>,
    /// By what that fetch was known to be its own.
    pub seen: Option<FetchSeen>,
    /// The key that signed the last `id_token_hint` that it brought.
    pub hint_kid: Option<String>,
    /// When, in milliseconds.
    pub hint_at: Option<i64>,
}

/// What the schedule does where a client is known to lack the next key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnready {
    /// It goes on, and says so.
    #[default]
    Warn,
    /// It waits for the client.
    Wait,
    /// It does not look.
    Go,
}
