//! The list of keys.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::scene::{Scene, milliseconds};
use super::{FolderStatus, KeyLine, KeyList, SetName};
use crate::clock::Timestamp;
use crate::keyring::model::{Key, KeyState, KeyUse};
use crate::keyring::{Snapshot, is_encrypted};

/// The list of all keys.
pub(super) fn list(scene: &Scene<'_>, is_encrypting: bool) -> KeyList {
    let mut keys: Vec<&Key> = scene.keys().keys.iter().collect();
    keys.sort_by_key(|key| (key.key_use, place(key.state), key.created_at));
    KeyList {
        now: scene.now.as_millis(),
        folder: folder(scene.snapshot, is_encrypting),
        keys: keys.into_iter().map(|key| line(scene, key)).collect(),
    }
}

/// The folder.
pub(super) fn folder(snapshot: &Snapshot, is_encrypting: bool) -> FolderStatus {
    let directory = snapshot.folder.as_deref();
    FolderStatus {
        directory: directory.map_or_else(String::new, |path| path.display().to_string()),
        generation: snapshot.generation,
        read_only: snapshot.read_only,
        keeps_states: snapshot.keeps_states,
        encrypted: is_encrypting,
        fault: snapshot.fault.as_ref().map(|it| it.words().to_owned()),
        untold: snapshot.untold.len(),
    }
}

fn line(scene: &Scene<'_>, key: &Key) -> KeyLine {
    let millis = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
    let needed = match key.state {
        KeyState::Next => Some(scene.policy.wait_of(key)),
        KeyState::Retired => Some(scene.policy.stays(key)),
        KeyState::Active | KeyState::Withdrawn | KeyState::Revoked => None,
    };
    let is_pinned_here = |kid: &String| *kid == key.kid;
    KeyLine {
        kid: key.kid.clone(),
        algorithm: SetName(key.key_use),
        state: key.state,
        bits: bits(key),
        encrypted: encrypted(scene.snapshot.folder.as_deref(), key),
        file: key.file.clone(),
        created_at: key.created_at.as_millis(),
        published_at: millis(key.published_at),
        activated_at: millis(key.activated_at),
        retired_at: millis(key.retired_at),
        withdrawn_at: millis(key.withdrawn_at),
        revoked_at: millis(key.revoked_at),
        served: needed.map(|_| milliseconds(key.served)),
        needed: needed.map(milliseconds),
        promote_when_ready: key.promote_when_ready,
        to_end: key.to_end,
        pinned: scene
            .roles()
            .pinned
            .iter()
            .filter(|(_, kid)| is_pinned_here(kid))
            .map(|(client, _)| client.clone())
            .collect(),
    }
}

/// Those that are to sign first, then those that sign, and so on.
const fn place(state: KeyState) -> u8 {
    match state {
        KeyState::Next => 0,
        KeyState::Active => 1,
        KeyState::Retired => 2,
        KeyState::Withdrawn => 3,
        KeyState::Revoked => 4,
    }
}

/// Whether a key's file is encrypted: what its first line says.
fn encrypted(folder: Option<&Path>, key: &Key) -> Option<bool> {
    is_encrypted(&folder?.join(key.file.as_ref()?))
}

/// The modulus of an RSA key; nothing else varies.
#[derive(Deserialize)]
struct Modulus {
    n: String,
}

fn bits(key: &Key) -> Option<u32> {
    match key.key_use {
        KeyUse::Seal => return Some(256),
        KeyUse::Sign(_) => {}
    }
    let public = key.public.as_deref()?;
    let Ok(Modulus { n }) = serde_json::from_str(public) else {
        // P-256 and Ed25519.
        return Some(256);
    };
    let bytes = URL_SAFE_NO_PAD.decode(n).ok()?;
    let leading = bytes.first()?.leading_zeros();
    let bits = u32::try_from(bytes.len()).ok()?.checked_mul(8)?;
    bits.checked_sub(leading)
}
