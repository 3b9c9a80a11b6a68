//! What is in a folder of keys: the list, the private halves, and files that the list does not
//! name. All of it is read, or nothing: half a set of keys would be worse than the old one.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::opening::Opener;
use super::remembered::{PutRight, put_right, revoked_twin};
use super::secrets::{Secret, Secrets};
use super::watch::Print;
use crate::clock::Timestamp;
use crate::domain::signing_alg::SigningAlg;
use crate::keyring::list::{self, KeyList, uses_its_file};
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse};
use crate::keyring::rotation::Change;
use crate::keyring::{KeyringError, PreparedKey, PrivateKey, Signer as _, files};

/// What a `.pem` should be.
pub(super) const A_SIGNING_KEY: &str = "a private key that signs";
/// What a `.key` should be.
pub(super) const A_SEALING_KEY: &str = "a sealing key";

/// A folder as it was read.
pub(super) struct Contents {
    /// The list, with what was taken up.
    pub(super) list: KeyList,
    /// Private halves.
    pub(super) secrets: Secrets,
    /// Whether there is a list at all.
    pub(super) is_listed: bool,
    /// Whether the list differs from the one that is written: it should be written.
    pub(super) is_news: bool,
    /// Keys that it brought back and that stay revoked.
    pub(super) put_right: Vec<Change>,
    /// What the folder looked like before it was read.
    pub(super) print: Print,
}

/// What is known before a folder is read.
pub(super) struct Known<'a> {
    /// What worked until now: where there is no list, it tells which of the files is no
    /// newcomer.
    pub(super) current: Option<&'a KeySet>,
    /// What was revoked.
    pub(super) revoked: &'a [Key],
}

/// Reads a folder.
///
/// # Errors
/// [`KeyringError`] names the first file that is wrong.
pub(super) fn read(
    folder: &Path,
    opener: Opener<'_>,
    known: &Known<'_>,
    now: Timestamp,
) -> Result<Contents, KeyringError> {
    files::check_folder(folder)?;
    let print = Print::of(folder)?;
    let reader = Reader {
        folder,
        opener,
        now,
    };
    let path = folder.join(list::FILE);
    let is_listed = path.exists();
    let mut list = if is_listed {
        list::read(&files::read_list(&path)?).map_err(|reason| reader.list_error(reason))?
    } else {
        KeyList::default()
    };
    let is_empty = list.keys.keys.is_empty();
    let PutRight { mut changes, added } = put_right(&mut list.keys, known.revoked);
    let mut secrets = Secrets::new();
    let mut is_news = !(changes.is_empty() && added.is_empty());
    for key in &mut list.keys.keys {
        is_news |= reader.complete(key, &mut secrets)?;
    }
    let Newcomers {
        keys: newcomers,
        revoked,
    } = reader.newcomers(&list.keys, &mut secrets)?;
    is_news |= !newcomers.is_empty();
    // Without its entry it would have come back. Who holds it already has told of that.
    changes.extend(
        revoked
            .into_iter()
            .filter(|change| known.current.is_none() && added.contains(&change.kid)),
    );
    if is_empty {
        place(&mut list.keys, newcomers, known.current, now);
    } else {
        for mut key in newcomers {
            tracing::info!(
                kid = key.kid,
                file = key.file,
                "a file that the list does not name is taken up as the next key"
            );
            key.state = KeyState::Next;
            list.keys.keys.push(key);
        }
    }
    Ok(Contents {
        list,
        secrets,
        is_listed,
        is_news,
        put_right: changes,
        print,
    })
}

struct Reader<'a> {
    folder: &'a Path,
    opener: Opener<'a>,
    now: Timestamp,
}

impl Reader<'_> {
    /// Reads the private half of a listed key and fills in what an older or a hand-written
    /// list does not say. Returns whether there was something to fill in.
    fn complete(&self, key: &mut Key, secrets: &mut Secrets) -> Result<bool, KeyringError> {
        let before = key.clone();
        let is_missing = |file: &String| !self.folder.join(file).exists();
        if key.state == KeyState::Retired
            && key.public.is_some()
            && key.file.as_ref().is_some_and(is_missing)
        {
            // Its public half is in the list: what it signed verifies without the file.
            tracing::warn!(
                kid = key.kid,
                "the file of a retired key is gone; nobody can be pinned to it"
            );
            key.file = None;
        }
        if let Some(file) = key.file.clone().filter(|_| uses_its_file(key.state)) {
            let secret = match key.key_use {
                KeyUse::Sign(alg) => self.signing(&file, alg, key)?,
                KeyUse::Seal => self.sealing(&file)?,
            };
            secrets.insert(key.kid.clone(), secret);
        }
        let (created, now) = (key.created_at, self.now);
        match key.state {
            KeyState::Next => key.published_at = key.published_at.or(Some(now)),
            KeyState::Active => key.activated_at = key.activated_at.or(Some(created)),
            // Without a time it may have signed until now: the rules know what that means.
            KeyState::Retired => {}
            KeyState::Withdrawn => key.withdrawn_at = key.withdrawn_at.or(Some(now)),
            KeyState::Revoked if key.revoked_at.is_none() => {
                // By hand, where no command can be given: it is to come to the same.
                key.revoked_at = Some(now);
                key.to_end = key.key_use != KeyUse::Seal;
            }
            KeyState::Revoked => {}
        }
        Ok(*key != before)
    }

    fn signing(&self, file: &str, alg: SigningAlg, key: &mut Key) -> Result<Secret, KeyringError> {
        let private = self.private(file)?;
        let prepared = PreparedKey::new(&private, alg, Some(key.kid.clone()))
            .map_err(|reason| self.not_a_key(file, &reason))?;
        let public = prepared
            .public()
            .to_jwk_text()
            .map_err(|error| self.not_a_key(file, &error))?;
        let is_it = match &key.public {
            Some(known) => *known == public,
            // A list of an older version, or one that a person wrote: a name that looks like a
            // thumbprint must be one.
            None => !is_thumbprint(&key.kid) || prepared.public().thumbprint() == key.kid,
        };
        if !is_it {
            return Err(self.list_error(format!("{file} holds another key than {}", key.kid)));
        }
        key.public = Some(public);
        Ok(Secret::Signing(Arc::new(prepared)))
    }

    fn sealing(&self, file: &str) -> Result<Secret, KeyringError> {
        let text = files::read_secret(&self.folder.join(file))?;
        let (key, _) = self
            .opener
            .sealing(&text)
            .map_err(|error| self.opener.refusal(self.folder, file, A_SEALING_KEY, error))?;
        Ok(Secret::Sealing(Arc::new(key)))
    }

    fn private(&self, file: &str) -> Result<PrivateKey, KeyringError> {
        let text = files::read_secret(&self.folder.join(file))?;
        let opened = self.opener.signing(&text);
        opened
            .map(|(key, _)| key)
            .map_err(|error| self.opener.refusal(self.folder, file, A_SIGNING_KEY, error))
    }

    /// Keys in files that the list does not name.
    fn newcomers(&self, listed: &KeySet, secrets: &mut Secrets) -> Result<Newcomers, KeyringError> {
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
            let key = self.newcomer(sealing_id(&file), KeyUse::Seal, &file);
            if self.is_taken(&key, listed, &mut newcomers)? {
                continue;
            }
            secrets.insert(key.kid.clone(), self.sealing(&file)?);
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

    fn list_error(&self, reason: String) -> KeyringError {
        KeyringError::State {
            path: self.folder.join(list::FILE).display().to_string(),
            reason,
        }
    }

    fn not_a_key(&self, file: &str, reason: &dyn std::fmt::Display) -> KeyringError {
        KeyringError::NotAKey {
            path: self.folder.join(file).display().to_string(),
            expected: A_SIGNING_KEY,
            reason: reason.to_string(),
        }
    }
}

/// What files hold that the list does not name.
#[derive(Default)]
struct Newcomers {
    /// New keys.
    keys: Vec<Key>,
    /// Keys that were revoked; they are passed by.
    revoked: Vec<Change>,
}

/// Takes up the files of a folder that has no list: the newest name of each use signs or
/// seals. Who worked until now goes on, and newcomers wait until they have been published for
/// long enough.
fn place(set: &mut KeySet, newcomers: Vec<Key>, current: Option<&KeySet>, now: Timestamp) {
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
        remember(set, current);
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
fn remember(set: &mut KeySet, current: &KeySet) {
    for known in &current.keys {
        let needs_no_file = match known.state {
            KeyState::Retired => known.public.is_some(),
            KeyState::Withdrawn | KeyState::Revoked => true,
            KeyState::Next | KeyState::Active => false,
        };
        if needs_no_file && set.find(&known.kid).is_none() {
            set.keys.push(Key {
                file: None,
                ..known.clone()
            });
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

/// 32 bytes in base64url.
fn is_thumbprint(kid: &str) -> bool {
    kid.len() == 43
        && kid
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The id in `20261125T101500Z-A256GCM-<id>.key`; for other names the name itself, whose
/// dots would end the id in a sealed value.
fn sealing_id(file: &str) -> String {
    let stem = file.strip_suffix(".key").unwrap_or(file);
    let id = stem.splitn(3, '-').nth(2).unwrap_or(stem);
    id.replace('.', "_")
}
