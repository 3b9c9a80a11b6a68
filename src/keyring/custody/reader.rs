//! Reading single files of a folder of keys, each of them as a whole, with words for an operator
//! where it can't be used.

use std::path::Path;
use std::sync::Arc;

use super::opening::Opener;
use super::secrets::{Secret, Secrets};
use crate::clock::Timestamp;
use crate::domain::signing_alg::SigningAlg;
use crate::keyring::list::{self, uses_its_file};
use crate::keyring::model::{Key, KeyState, KeyUse};
use crate::keyring::{KeyringError, PreparedKey, PrivateKey, files};

/// What a `.pem` should be.
pub(super) const A_SIGNING_KEY: &str = "a private key that signs";
/// What a `.key` should be.
pub(super) const A_SEALING_KEY: &str = "a sealing key";

/// Reads the files of one folder.
pub(super) struct Reader<'a> {
    pub(super) folder: &'a Path,
    pub(super) opener: Opener<'a>,
    pub(super) now: Timestamp,
}

impl Reader<'_> {
    /// Reads the private half of a listed key and fills in what an older or a hand-written
    /// list does not say. Returns whether there was something to fill in.
    pub(super) fn complete(
        &self,
        key: &mut Key,
        secrets: &mut Secrets,
    ) -> Result<bool, KeyringError> {
        let before = key.clone();
        let is_missing = |file: &String| !self.folder.join(file).exists();
        if key.state == KeyState::Retired
            && can_do_without_its_file(key)
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
                KeyUse::Seal => self.listed_sealing(&file, key)?,
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

    fn listed_sealing(&self, file: &str, key: &mut Key) -> Result<Secret, KeyringError> {
        let secret = self.sealing(file)?;
        let fingerprint = secret.fingerprint();
        // A list of an older version does not say.
        if key.public.is_some() && key.public != fingerprint {
            return Err(self.list_error(format!("{file} holds another key than {}", key.kid)));
        }
        key.public = fingerprint;
        Ok(secret)
    }

    pub(super) fn sealing(&self, file: &str) -> Result<Secret, KeyringError> {
        let text = files::read_secret(&self.folder.join(file))?;
        let (key, _) = self
            .opener
            .sealing(&text)
            .map_err(|error| self.opener.refusal(self.folder, file, A_SEALING_KEY, error))?;
        Ok(Secret::Sealing(Arc::new(key)))
    }

    pub(super) fn private(&self, file: &str) -> Result<PrivateKey, KeyringError> {
        let text = files::read_secret(&self.folder.join(file))?;
        let opened = self.opener.signing(&text);
        opened
            .map(|(key, _)| key)
            .map_err(|error| self.opener.refusal(self.folder, file, A_SIGNING_KEY, error))
    }

    pub(super) fn list_error(&self, reason: String) -> KeyringError {
        KeyringError::State {
            path: self.folder.join(list::FILE).display().to_string(),
            reason,
        }
    }

    pub(super) fn not_a_key(&self, file: &str, reason: &dyn std::fmt::Display) -> KeyringError {
        KeyringError::NotAKey {
            path: self.folder.join(file).display().to_string(),
            expected: A_SIGNING_KEY,
            reason: reason.to_string(),
        }
    }
}

/// Whether what a retired key did is verified by its public half; what a key sealed is opened
/// by nothing but the key.
pub(super) fn can_do_without_its_file(key: &Key) -> bool {
    match key.key_use {
        KeyUse::Sign(_) => key.public.is_some(),
        KeyUse::Seal => false,
    }
}

/// 32 bytes in base64url.
fn is_thumbprint(kid: &str) -> bool {
    kid.len() == 43
        && kid
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
