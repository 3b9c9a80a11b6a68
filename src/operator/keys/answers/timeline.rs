//! What will happen to the keys, step by step: in a status as things stand, in a plan and
//! after an act as they stand then.

use serde::{Deserialize, Serialize};

use crate::domain::id::ClientId;
use crate::operator::keys::SetName;

/// A step of what will happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: i64,
    /// Of which set.
    pub algorithm: SetName,
    /// With which key; none for one that is not made yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What.
    pub what: StepName,
    /// The client whose pin ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
}

/// What happens to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// It is made or brought in.
    Made,
    /// It is published.
    Published,
    /// It signs.
    Signs,
    /// It ceases to sign and stays published.
    Retired,
    /// It is not published any more.
    Withdrawn,
    /// It is neither published nor believed any more.
    Revoked,
    /// It does not even verify hints any more.
    Forgotten,
    /// A client's pin to it ends.
    PinEnds,
}
