//! How things stand: set by set what signs, what comes next and what it waits for, and how
//! many clients are ready for it.

use serde::{Deserialize, Serialize};

use super::client::ClientStatus;
use super::list::FolderStatus;
use super::timeline::Step;
use crate::domain::id::ClientId;
use crate::operator::keys::SetName;

/// How things stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyStatus {
    /// When this was answered.
    pub now: i64,
    /// Where the keys are.
    pub folder: FolderStatus,
    /// Set by set.
    pub sets: Vec<SetStatus>,
    /// Client by client, those that nothing signs for left out.
    pub clients: Vec<ClientStatus>,
    /// What clients have was read from the store: no server is there that would know more.
    pub at_rest: bool,
}

/// A set of keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetStatus {
    /// Which.
    pub algorithm: SetName,
    /// Nothing is signed with it any more, by the configuration: its keys go in their time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unused: bool,
    /// The key that signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<String>,
    /// The key that takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// When the next change of who signs is due; none where only a command makes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotates_at: Option<i64>,
    /// What the schedule would do and can't.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<Late>,
    /// What happens as things stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Step>,
    /// How many clients are ready, stale and unknown.
    pub ready: usize,
    /// See `ready`.
    pub stale: usize,
    /// See `ready`.
    pub unknown: usize,
}

/// What the schedule would do and can't.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// Why.
    pub cause: LateCause,
    /// The key, where there is one already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The clients that it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientId>,
    /// The same in words.
    pub words: String,
}

/// Why the schedule can't do what it would.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateCause {
    /// Clients don't have the next key, and the configuration says to wait for them.
    Clients,
    /// The next key has not been published for long enough.
    Publication,
    /// The key that signs is as old as it should get, and there is no next one.
    NoNextKey,
    /// The folder is managed from outside.
    ReadOnly,
    /// The folder can't be read or written.
    Folder,
}
