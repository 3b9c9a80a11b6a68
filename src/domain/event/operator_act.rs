//! What an operator does that changes no state of a key at once, and is told all the same: a
//! private key that left the house, files of private keys that were written anew, who is pinned to which, and who asked for the change that
//! the schedule carries out when it may. Closed, so that whoever reads the log can name each act.

use serde::{Deserialize, Serialize};

use crate::domain::id::ClientId;

/// What was done, and with what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum OperatorAct {
    /// A private key was written out.
    KeyExported {
        /// Which.
        kid: String,
    },
    /// A client is signed for with a certain key for a while.
    ClientPinned {
        /// Which client.
        client: ClientId,
        /// To which key.
        kid: String,
        /// Until when, in milliseconds.
        until: i64,
    },
    /// A client is signed for with the active key again.
    ClientUnpinned {
        /// Which client.
        client: ClientId,
        /// To which key it was pinned.
        kid: String,
    },
    /// The files of private keys were written anew: under another passphrase, or in plain.
    KeysRewritten {
        /// How many files.
        files: u64,
        /// Whether they are encrypted since.
        encrypted: bool,
    },
    /// A next key is to take over as soon as it has been published for long enough.
    TakeoverAsked {
        /// Of which set.
        algorithm: String,
        /// Which key, where a certain one was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kid: Option<String>,
    },
}

impl OperatorAct {
    /// The client that it is about, where it is about one.
    #[must_use]
    pub const fn client(&self) -> Option<&ClientId> {
        match self {
            Self::KeyExported { .. } | Self::KeysRewritten { .. } | Self::TakeoverAsked { .. } => {
                None
            }
            Self::ClientPinned { client, .. } | Self::ClientUnpinned { client, .. } => Some(client),
        }
    }
}
