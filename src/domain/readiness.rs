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

/// Whether a client has a key: the one word for it that the rule, answers and the command line
/// share. Its name is written into `--json`, so it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It has it.
    Ready,
    /// It keeps what it fetched before the key was published.
    Stale,
    /// Nobody can tell.
    Unknown,
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
    /// When it last proved who it is, in milliseconds and to the hour: a client that is not
    /// in use any more can't be told from one that keeps its keys for ever by its fetches.
    #[serde(default)]
    pub authenticated_at: Option<i64>,
}

impl ClientReadiness {
    /// Nothing is known.
    #[must_use]
    pub const fn unknown(client: ClientId) -> Self {
        Self {
            client,
            fetched_at: None,
            kids: Vec::new(),
            seen: None,
            hint_kid: None,
            hint_at: None,
            authenticated_at: None,
        }
    }

    /// When it was last heard of, in milliseconds.
    #[must_use]
    pub fn heard_at(&self) -> Option<i64> {
        self.fetched_at.max(self.hint_at).max(self.authenticated_at)
    }
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
