//! Changes of keys as the audit log tells them. Names alone: no key is in here.

use serde::{Deserialize, Serialize};

use super::key_state::{KeyState, or_forgotten};

/// Who changed a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum KeyActor {
    /// The schedule of `[keys]`.
    Schedule,
    /// An operator; by the operating system's number, where it is known.
    Operator {
        /// The number.
        uid: Option<u32>,
    },
    /// Somebody who changed the folder.
    Folder,
    /// The start of the server, which makes what is missing.
    Start,
}

/// A change of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// When, in milliseconds.
    pub at: i64,
    /// Which key.
    pub kid: String,
    /// `RS256`, ..., or `A256GCM` for a key that seals.
    pub algorithm: String,
    /// What it was; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<KeyState>,
    /// What it is now; none for one whose entry is gone.
    #[serde(with = "or_forgotten")]
    pub to: Option<KeyState>,
    /// Who did it.
    #[serde(flatten)]
    pub actor: KeyActor,
}
