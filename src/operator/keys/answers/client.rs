//! How a client stands to the keys: whether it has the one that is about to sign, how that is
//! known, and the key that it is pinned to.

use serde::{Deserialize, Serialize};

use crate::domain::id::ClientId;
use crate::domain::readiness::{FetchSeen, Standing};
use crate::operator::keys::SetName;

/// A client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientStatus {
    /// Which.
    pub client: ClientId,
    /// Its name for people.
    pub name: String,
    /// What its tokens are signed with.
    pub algorithm: SetName,
    /// The key that signs for it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_with: Option<String>,
    /// The key that `standing` is about: the set's next one, or the one that signs where there
    /// is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Whether it has that key.
    pub standing: Standing,
    /// When it last fetched the keys, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<i64>,
    /// By what it was known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<FetchSeen>,
    /// The key that signed the last hint that it brought back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint_kid: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint_at: Option<i64>,
    /// Its pin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinLine>,
    /// An address of its own for the keys: who fetches there is known.
    pub jwks_uri: String,
    /// What to do about it, where there is something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// A client that stays with a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinLine {
    /// With which.
    pub kid: String,
    /// Until then.
    pub until: i64,
    /// Whether it counts: a pin to a key that is revoked or withdrawn, or that is over, does
    /// not.
    pub holds: bool,
}
