//! The list of keys: each with its state, its times and what it waits for.

use serde::{Deserialize, Serialize};

use crate::domain::id::ClientId;
use crate::domain::key_state::KeyState;
use crate::operator::keys::SetName;

/// The folder of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderStatus {
    /// Where it is.
    pub directory: String,
    /// Grows with each change of the keys.
    pub generation: u64,
    /// It can't be written: the keys are managed from outside.
    pub read_only: bool,
    /// Their states are kept in the database then, and can be changed; new keys can't be made.
    #[serde(default)]
    pub keeps_states: bool,
    /// Private keys are encrypted there.
    pub encrypted: bool,
    /// What is wrong with it; the keys that were read before go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Changes that the audit log could not be told of yet.
    pub untold: usize,
}

/// All keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyList {
    /// When this was answered.
    pub now: i64,
    /// Where they are.
    pub folder: FolderStatus,
    /// Set by set; within one, those that are to sign first, revoked ones last.
    pub keys: Vec<KeyLine>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLine {
    /// Its name.
    pub kid: String,
    /// What it signs with, or `A256GCM`.
    pub algorithm: SetName,
    /// What it does.
    pub state: KeyState,
    /// Its length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<u32>,
    /// The file of its private half; none once it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether that file is encrypted; none where there is no file, or it can't be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// When it was made or brought in.
    pub created_at: i64,
    /// When it was first published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<i64>,
    /// When it began to sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<i64>,
    /// When it ceased to sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<i64>,
    /// When it ceased to be published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<i64>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<i64>,
    /// How long it has been published in this state while a server was there to serve it:
    /// for a next and for a retired key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<u64>,
    /// How long it must be, to sign (next) or to be withdrawn (retired).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<u64>,
    /// It takes over as soon as it has been published for long enough.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub promote_when_ready: bool,
    /// Revoked, and what it signed is still being ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_end: bool,
    /// The clients that are pinned to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<ClientId>,
}
