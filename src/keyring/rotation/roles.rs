//! What each key does at a moment: who signs for whom, what is published, what verifies.

use std::collections::BTreeMap;

use super::turn::pinned_key;
use crate::clock::Timestamp;
use crate::domain::id::ClientId;
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse};

/// The keys by what they do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// The key that signs, or seals, for each use.
    pub signs: BTreeMap<KeyUse, String>,
    /// Clients for whom another key signs. Only a key of the client's algorithm may be used.
    pub pinned: BTreeMap<ClientId, String>,
    /// What is published: active, next, retired. Some clients take the first key that fits.
    pub published: Vec<String>,
    /// What opens sealed values, in the same order.
    pub opens: Vec<String>,
    /// What verifies our own tokens as hints: the published ones, then withdrawn ones.
    pub verifies: Vec<String>,
}

/// What each key does at `now`. Pins that have ended, or whose key is none that signs or has
/// signed, count for nothing: their clients get the active key.
#[must_use]
pub fn roles(keys: &KeySet, now: Timestamp) -> Roles {
    let mut roles = Roles::default();
    let mut ordered: Vec<(u8, &Key)> = keys
        .keys
        .iter()
        .filter_map(|key| Some((place(key.state)?, key)))
        .collect();
    ordered.sort_by_key(|(place, key)| (*place, key.key_use));
    for (_, key) in ordered {
        let kid = || key.kid.clone();
        if key.state == KeyState::Active {
            roles.signs.entry(key.key_use).or_insert_with(kid);
        }
        let published = key.state != KeyState::Withdrawn;
        match key.key_use {
            KeyUse::Sign(_) => {
                roles.verifies.push(kid());
                if published {
                    roles.published.push(kid());
                }
            }
            KeyUse::Seal if published => roles.opens.push(kid()),
            KeyUse::Seal => {}
        }
    }
    for pin in &keys.pins {
        if let Some(key) = pinned_key(keys, pin, now) {
            roles.pinned.insert(pin.client.clone(), key.kid.clone());
        }
    }
    roles
}

/// The place of a state in lists; none for what does nothing any more.
const fn place(state: KeyState) -> Option<u8> {
    match state {
        KeyState::Active => Some(0),
        KeyState::Next => Some(1),
        KeyState::Retired => Some(2),
        KeyState::Withdrawn => Some(3),
        KeyState::Revoked => None,
    }
}
