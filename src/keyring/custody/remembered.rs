//! What is remembered of the keys beside their folder. What was revoked stays so, whatever the
//! folder says: an old backup knows nothing of it, and a folder without its list says nothing
//! at all. It is put right before a private half is read, so that a revoked key does not even
//! get into memory. And a folder that can't be written and has no list of its own gets one
//! here: a start must know who signed, and what was published for how long.

use std::collections::HashSet;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::domain::revoked_key::RevokedKey;
use crate::domain::signing_alg::SigningAlg;
use crate::keyring::PublicKey;
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse};
use crate::keyring::rotation::Change;

/// Keeps the list of keys of a folder that can't.
pub trait ListKeeper: Send + Sync {
    /// Keeps the list in place of the one before, or none any more. Returns when it is kept.
    ///
    /// # Errors
    /// In words: why it is not.
    fn keep(&self, list: Option<&str>) -> Result<(), String>;
}

/// What is remembered beside the folder.
#[derive(Clone, Default)]
pub struct Remembered {
    /// Keys that were revoked.
    pub revoked: Vec<RevokedKey>,
    /// The list of a folder that keeps none.
    pub list: Option<String>,
    /// Where it is kept; nowhere, and the keys of such a folder are managed from outside.
    pub keeper: Option<Arc<dyn ListKeeper>>,
}

impl Remembered {
    /// The keys that were revoked, as entries of a list.
    pub(super) fn revoked_keys(&self) -> Vec<Key> {
        self.revoked.iter().map(entry_of).collect()
    }
}

/// What putting a list right came to.
#[derive(Default)]
pub(super) struct PutRight {
    /// Keys of the list that were revoked.
    pub(super) changes: Vec<Change>,
    /// Revoked keys that the list did not know.
    pub(super) added: HashSet<String>,
}

/// Puts a list right: what was revoked is, and nobody is pinned to it.
pub(super) fn put_right(keys: &mut KeySet, revoked: &[Key]) -> PutRight {
    let mut done = PutRight::default();
    for known in revoked {
        let mut is_listed = false;
        for key in &mut keys.keys {
            is_listed |= key.kid == known.kid;
            if key.state != KeyState::Revoked && is_same(key, known) {
                tracing::warn!(
                    kid = key.kid,
                    state = ?key.state,
                    "the folder brings back a key that was revoked; it stays revoked"
                );
                done.changes.push(Change {
                    kid: key.kid.clone(),
                    key_use: key.key_use,
                    from: Some(key.state),
                    to: Some(KeyState::Revoked),
                });
                revoke(key, known);
            }
        }
        if !is_listed {
            done.added.insert(known.kid.clone());
            keys.keys.push(Key {
                file: None,
                ..known.clone()
            });
        }
    }
    let KeySet { keys, pins, .. } = keys;
    pins.retain(|pin| {
        let pinned = keys.iter().find(|key| key.kid == pin.kid);
        pinned.is_none_or(|key| key.state != KeyState::Revoked)
    });
    done
}

/// The entry keeps its name and its file, which is removed for it.
fn revoke(key: &mut Key, known: &Key) {
    key.state = KeyState::Revoked;
    key.revoked_at = known.revoked_at;
    key.to_end = known.to_end && key.key_use != KeyUse::Seal;
    key.promote_when_ready = false;
    if key.public.is_none() {
        key.public.clone_from(&known.public);
    }
}

/// Whether both are one key: by name, or by what they are.
fn is_same(key: &Key, known: &Key) -> bool {
    key.kid == known.kid || is_twin(key, known)
}

/// Whether both are one key under two names. Who imported it under a name of its own has a
/// file that bears another one, as soon as the list is lost.
fn is_twin(key: &Key, known: &Key) -> bool {
    match (thumbprint(key), thumbprint(known)) {
        (Some(one), Some(other)) => one == other,
        (None | Some(_), None) | (None, Some(_)) => false,
    }
}

fn thumbprint(key: &Key) -> Option<String> {
    let public = key.public.as_deref()?;
    match key.key_use {
        KeyUse::Sign(_) => PublicKey::from_jwk_text(public)
            .ok()
            .map(|public| public.thumbprint()),
        KeyUse::Seal => Some(public.to_owned()),
    }
}

/// The key of a list that is the same as `key` under any name, and was revoked.
pub(super) fn revoked_twin<'k>(keys: &'k KeySet, key: &Key) -> Option<&'k Key> {
    let mut revoked = keys
        .keys
        .iter()
        .filter(|known| known.state == KeyState::Revoked);
    revoked.find(|known| is_twin(key, known))
}

fn entry_of(revoked: &RevokedKey) -> Key {
    let key_use = match SigningAlg::parse(&revoked.algorithm) {
        Some(alg) => KeyUse::Sign(alg),
        None if revoked.algorithm == KeyUse::Seal.as_str() => KeyUse::Seal,
        // A row that could not be read: under any use its name never comes back.
        None => KeyUse::Sign(SigningAlg::Rs256),
    };
    let revoked_at = Timestamp::from_millis(revoked.revoked_at);
    Key {
        state: KeyState::Revoked,
        revoked_at: Some(revoked_at),
        to_end: revoked.ends && key_use != KeyUse::Seal,
        public: revoked.public.clone(),
        ..Key::new(revoked.kid.clone(), key_use, revoked_at)
    }
}
