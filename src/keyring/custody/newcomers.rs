//! Files in a folder of keys that its list does not name. Beside a list they are next keys;
//! without one, the newest file of each set signs or seals, unless it is known who did. A key
//! that is over is passed by, under whatever name it comes.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::reader::{Reader, can_do_without_its_file};
use super::remembered::revoked_twin;
use super::secrets::{Secret, Secrets};
use crate::clock::Timestamp;
use crate::domain::signing_alg::SigningAlg;
use crate::keyring::list::uses_its_file;
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse};
use crate::keyring::rotation::Change;
use crate::keyring::{KeyringError, PreparedKey, PrivateKey, Signer as _, files};

impl Reader<'_> {
    /// Keys in files that the list does not name.
    pub(super) fn newcomers(
        &self,
        listed: &KeySet,
        secrets: &mut Secrets,
    ) -> Result<Newcomers, KeyringError> {
        let named: HashSet<&str> = listed
            .keys
            .iter()
            .filter_map(|key| key.file.as_deref())
            .collect();
        let mut newcomers = Newcomers::default();
        for file in files::names(self.folder, ".pem")? {
            if named.contains(file.as_str()) {
                continue;
            }
            let private = self.private(&file)?;
            let alg = algorithm_of(&file, &private);
            let prepared = PreparedKey::new(&private, alg, None)
                .map_err(|reason| self.not_a_key(&file, &reason))?;
            let mut key = self.newcomer(prepared.kid().to_owned(), KeyUse::Sign(alg), &file);
            key.public = prepared.public().to_jwk_text().ok();
            if self.is_taken(&key, listed, &mut newcomers)? {
                continue;
            }
            secrets.insert(key.kid.clone(), Secret::Signing(Arc::new(prepared)));
            newcomers.keys.push(key);
        }
        for file in files::names(self.folder, ".key")? {
            if named.contains(file.as_str()) {
                continue;
            }
            let mut key = self.newcomer(sealing_id(&file), KeyUse::Seal, &file);
            // Known by its name, it need not be opened to be passed by.
            if listed.find(&key.kid).is_some() && self.is_taken(&key, listed, &mut newcomers)? {
                continue;
            }
            let secret = self.sealing(&file)?;
            key.public = secret.fingerprint();
            if self.is_taken(&key, listed, &mut newcomers)? {
                continue;
            }
            secrets.insert(key.kid.clone(), secret);
            newcomers.keys.push(key);
        }
        Ok(newcomers)
    }

    /// Whether a file holds a key that is over (then it is passed by); one that is listed or
    /// was found under another name is a contradiction.
    fn is_taken(
        &self,
        key: &Key,
        listed: &KeySet,
        newcomers: &mut Newcomers,
    ) -> Result<bool, KeyringError> {
        let file = key.file.as_deref().unwrap_or_default();
        // Revoked under another name is revoked all the same.
        let known = listed.find(&key.kid).or_else(|| revoked_twin(listed, key));
        if let Some(known) = known
            && !uses_its_file(known.state)
        {
            tracing::warn!(
                file,
                kid = known.kid,
                "this file holds a key that was revoked or withdrawn; it is passed by, remove it"
            );
            if known.state == KeyState::Revoked {
                newcomers.revoked.push(Change {
                    kid: known.kid.clone(),
                    key_use: known.key_use,
                    from: None,
                    to: Some(KeyState::Revoked),
                });
            }
            return Ok(true);
        }
        match known {
            Some(_) => Err(self.twice(file, &key.kid)),
            None if newcomers.keys.iter().any(|other| other.kid == key.kid) => {
                Err(self.twice(file, &key.kid))
            }
            None => Ok(false),
        }
    }

    fn newcomer(&self, kid: String, key_use: KeyUse, file: &str) -> Key {
        Key {
            file: Some(file.to_owned()),
            published_at: Some(self.now),
            ..Key::new(kid, key_use, self.now)
        }
    }

    fn twice(&self, file: &str, kid: &str) -> KeyringError {
        self.list_error(format!(
            "{file} holds the key {kid}, and so does another file; remove one of them"
        ))
    }
}

/// What files hold that the list does not name.
#[derive(Default)]
pub(super) struct Newcomers {
    /// New keys.
    pub(super) keys: Vec<Key>,
    /// Keys that were revoked; they are passed by.
    pub(super) revoked: Vec<Change>,
}

/// Takes up the files of a folder that has no list: the newest name of each use signs or
/// seals. Who worked until now goes on, and newcomers wait until they have been published for
/// long enough.
pub(super) fn place(
    set: &mut KeySet,
    newcomers: Vec<Key>,
    current: Option<&KeySet>,
    now: Timestamp,
) {
    let mut newest: BTreeMap<KeyUse, String> = BTreeMap::new();
    for key in &newcomers {
        let stays = current
            .and_then(|set| set.active(key.key_use))
            .filter(|active| newcomers.iter().any(|key| key.kid == active.kid));
        let signs = stays.map_or(&key.kid, |active| &active.kid);
        newest.insert(key.key_use, signs.clone());
    }
    let counts = (newcomers.len(), newest.len());
    for mut key in newcomers {
        if let Some(known) = current.and_then(|set| set.find(&key.kid)) {
            let file = key.file.take();
            key = known.clone();
            key.file = file;
        } else if newest.get(&key.key_use) == Some(&key.kid)
            // Whose file vanished under a server is not replaced by what nobody has.
            && current.is_none_or(|set| set.active(key.key_use).is_none())
        {
            key.state = KeyState::Active;
            key.activated_at = Some(now);
        } else if current.is_none() {
            // Since when, nobody knows: it may have signed until now.
            key.state = KeyState::Retired;
        }
        set.keys.push(key);
    }
    if let Some(current) = current {
        remember(set, current, now);
    }
    if counts.0 > 0 && current.is_none() {
        tracing::warn!(
            keys = counts.0,
            sets = counts.1,
            "there is no keyring.toml, so the newest files sign and seal and the others are \
             published too"
        );
    }
}

/// What needs no file is still known where the list was removed under a server: what was
/// revoked stays so, what lives can be verified, and who was pinned stays pinned.
fn remember(set: &mut KeySet, current: &KeySet, now: Timestamp) {
    for known in &current.keys {
        if set.find(&known.kid).is_some() {
            continue;
        }
        let known = Key {
            file: None,
            ..known.clone()
        };
        match known.state {
            KeyState::Withdrawn | KeyState::Revoked => set.keys.push(known),
            KeyState::Retired if can_do_without_its_file(&known) => set.keys.push(known),
            // It signs no more; what it signed until now is good.
            KeyState::Active if can_do_without_its_file(&known) => set.keys.push(Key {
                state: KeyState::Retired,
                retired_at: Some(now),
                served: Duration::ZERO,
                ..known
            }),
            KeyState::Next | KeyState::Active | KeyState::Retired => {}
        }
    }
    set.pins.clone_from(&current.pins);
    set.copies_live = set.copies_live.max(current.copies_live);
}

/// The algorithm in a name of ours (`…-PS256-…`), where the key can do it; else the first one
/// that it can.
fn algorithm_of(file: &str, private: &PrivateKey) -> SigningAlg {
    let named = file.split('-').nth(1).and_then(SigningAlg::parse);
    named
        .or(private.given_alg())
        .filter(|alg| private.kind().fits(*alg))
        .unwrap_or_else(|| private.kind().usual_alg())
}

/// The id in `20261125T101500Z-A256GCM-<id>.key`; for other names the name itself, whose
/// dots would end the id in a sealed value.
fn sealing_id(file: &str) -> String {
    let stem = file.strip_suffix(".key").unwrap_or(file);
    let id = stem.splitn(3, '-').nth(2).unwrap_or(stem);
    id.replace('.', "_")
}
