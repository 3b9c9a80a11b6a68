//! What a folder says is believed, with two exceptions, both for the sake of who relies on the
//! keys: what was revoked stays so, and nobody signs with a key that no application has only
//! because the file or the entry of the one that signs vanished. An older list comes back from
//! an editor that had it open, and from a backup; a secret store exchanges one file for
//! another. Who means it says so in the list, by a state.

use super::Custody;
use crate::clock::Timestamp;
use crate::keyring::model::{KeySet, KeyState, KeyUse};
use crate::keyring::rotation::{self, Policy};

/// How a set gets a signing key that nobody has, where the folder has a list (or none is kept).
pub(super) const START_ANEW: &str = "start anew";
/// The same where the list is kept beside the folder, and a start goes by it.
pub(super) const PROMOTE: &str =
    "stop the server, have the new one sign by `dingpass keys promote KID --now`";

impl Custody {
    /// See [`complete`].
    pub(super) fn complete(
        &self,
        way_out: &str,
        keys: KeySet,
        held: &KeySet,
        now: Timestamp,
    ) -> Result<KeySet, String> {
        complete(self.policy(), way_out, keys, held, now)
    }
}

/// A set that lost its signing key gets another one before anybody is to sign with it: a
/// next one that clients have; else the one that signs now, if only its entry was lost.
/// One that nobody has is no way out: every application would fail at once.
pub(super) fn complete(
    policy: &Policy,
    way_out: &str,
    keys: KeySet,
    held: &KeySet,
    now: Timestamp,
) -> Result<KeySet, String> {
    let roles = rotation::roles(&keys, now);
    let signs = |key_use: &KeyUse| roles.signs.contains_key(key_use);
    if policy.uses.iter().all(signs) {
        return Ok(keys);
    }
    let policy = policy.holding_all();
    let crowned = rotation::advance(&keys, &policy, now).keys;
    let mut repaired = keys.clone();
    for key_use in &policy.uses {
        let (Some(signs), None) = (held.active(*key_use), keys.active(*key_use)) else {
            continue;
        };
        let is_known = crowned.active(*key_use).is_some_and(|heir| {
            let before = keys.find(&heir.kid);
            heir.kid != signs.kid
                && before.is_some_and(|before| before.served >= policy.wait_of(before))
        });
        // Who revokes by hand in the list takes what comes, as by the command.
        if is_known || is_revoked(&keys, &signs.kid) {
            continue;
        }
        let lost = repaired.keys.iter_mut().find(|key| key.kid == signs.kid);
        match lost.filter(|key| key.file.is_some()) {
            Some(key) => {
                let file = key.file.take();
                *key = signs.clone();
                key.file = file;
            }
            None => {
                return Err(format!(
                    "the key {} that signs is gone, and no other one of {} has been published \
                     for long enough: put it back beside the new one (or {way_out}, and sign \
                     with what nobody has)",
                    signs.kid,
                    key_use.as_str()
                ));
            }
        }
    }
    Ok(rotation::advance(&repaired, &policy, now).keys)
}

/// What this process knows to be revoked stays so, whatever an older list says that an editor
/// or a backup brings back. Says whether that had to be corrected.
pub(super) fn stay_revoked(keys: &mut KeySet, held: &KeySet) -> bool {
    let mut is_corrected = false;
    let revoked = held
        .keys
        .iter()
        .filter(|key| key.state == KeyState::Revoked);
    for known in revoked {
        match keys.keys.iter_mut().find(|key| key.kid == known.kid) {
            Some(key) if key.state == KeyState::Revoked => {}
            Some(key) => {
                tracing::warn!(
                    kid = key.kid,
                    "the folder brings back a key that was revoked; it stays revoked"
                );
                let file = key.file.take();
                *key = known.clone();
                key.file = file;
                is_corrected = true;
            }
            None => {
                keys.keys.push(known.clone());
                is_corrected = true;
            }
        }
    }
    keys.pins.retain(|pin| !is_revoked(held, &pin.kid));
    is_corrected
}

fn is_revoked(keys: &KeySet, kid: &str) -> bool {
    keys.find(kid)
        .is_some_and(|key| key.state == KeyState::Revoked)
}
