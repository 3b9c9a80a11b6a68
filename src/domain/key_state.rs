//! What a key does: the one word for it that rules, files, answers and the audit log share.
//! Its name is written into `keyring.toml`, into events and into `--json`, so it never changes.

use serde::{Deserialize, Serialize};

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, does not sign yet.
    Next,
    /// Signs (or seals).
    Active,
    /// Published (or opens) until the last that it signed has ended; does not sign any more,
    /// but for a client that is pinned to it.
    Retired,
    /// Not published any more; its public half still verifies hints.
    Withdrawn,
    /// Neither, and its name never comes back.
    Revoked,
}

impl KeyState {
    /// Its name, as it is written everywhere.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Withdrawn => "withdrawn",
            Self::Revoked => "revoked",
        }
    }
}

/// What a change left of a key, as the audit log writes it: a state, or the word `forgotten`
/// where the key's entry is gone. That is no state, for nothing is there that could be in it.
pub mod or_forgotten {
    use serde::de::IntoDeserializer as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::KeyState;

    /// The word for none.
    pub const FORGOTTEN: &str = "forgotten";

    /// Writes it.
    ///
    /// # Errors
    /// Those of the format.
    pub fn serialize<S: Serializer>(
        state: &Option<KeyState>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(state.map_or(FORGOTTEN, KeyState::as_str))
    }

    /// Reads it.
    ///
    /// # Errors
    /// Those of the format, and another word.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<KeyState>, D::Error> {
        let word = String::deserialize(deserializer)?;
        if word == FORGOTTEN {
            return Ok(None);
        }
        KeyState::deserialize(word.into_deserializer()).map(Some)
    }
}
