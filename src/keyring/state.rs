//! `keyring.toml`: which file is which key, and in what state. Names of files tell date,
//! algorithm and kid and never the state, so that a change of state is one rename, of this
//! list.

use serde::{Deserialize, Serialize};

/// The name of the list within the folder.
pub(super) const FILE: &str = "keyring.toml";

/// The whole list.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyList {
    /// The version of this form.
    pub(super) version: u32,
    /// Signing keys.
    #[serde(default)]
    pub(super) signing: Vec<SigningEntry>,
    /// Sealing keys.
    #[serde(default)]
    pub(super) sealing: Vec<SealingEntry>,
}

/// One signing key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SigningEntry {
    pub(super) kid: String,
    pub(super) algorithm: SigningAlgorithm,
    pub(super) state: KeyState,
    pub(super) file: String,
    /// RFC 3339.
    pub(super) created_at: String,
}

/// One sealing key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealingEntry {
    pub(super) id: String,
    pub(super) state: KeyState,
    pub(super) file: String,
    /// RFC 3339.
    pub(super) created_at: String,
}

/// The algorithms of the keys in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SigningAlgorithm {
    #[serde(rename = "RS256")]
    Rs256,
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeyState {
    /// Published, does not sign yet.
    Next,
    /// Signs (or seals).
    Active,
    /// Published (or opens), does not sign any more.
    Retired,
    /// Neither.
    Revoked,
}
