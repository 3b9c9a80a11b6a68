//! What was done: the changes as the audit log tells them, what was ended with a key, and the
//! copy of a key that was handed out.

use serde::{Deserialize, Serialize};

use super::Change;
use super::timeline::Step;
use crate::operator::keys::SecretText;

/// What was done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Done {
    /// When.
    pub now: i64,
    /// The generation of the keys now.
    pub generation: u64,
    /// The key that was made or brought in, or that the act was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What changed, in its order.
    pub changes: Vec<Change>,
    /// What was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// What happens from now on.
    pub timeline: Vec<Step>,
    /// Whether the audit log has been told; else it is told later.
    pub told: bool,
    /// What is worth knowing besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What hung from a revoked key and was ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Grants, with their refresh tokens and access tokens.
    pub grants: u64,
    /// Sessions.
    pub sessions: u64,
    /// Whether that is all of it. Otherwise the server goes on with it.
    pub complete: bool,
}

/// A copy of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exported {
    /// Which.
    pub kid: String,
    /// Whether the private half is in it.
    pub private: bool,
    /// The text.
    pub text: SecretText,
}
