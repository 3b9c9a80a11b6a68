//! Where keys are kept and how they are made: a folder, or the memory of this process.

use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::Settings;
use super::remembered::ListKeeper;
use super::secrets::Secret;
use crate::clock::Timestamp;
use crate::domain::secret::random_token;
use crate::domain::signing_alg::SigningAlg;
use crate::entropy::Entropy;
use crate::keyring::model::{Key, KeyUse};
use crate::keyring::{
    KeyringError, PreparedKey, PrivateKey, SealingKey, Signer as _, kid_in_file_name,
};

/// A key that is in no list yet.
#[derive(Clone)]
pub(super) struct Made {
    /// Its entry, as a next key; without a file in memory.
    pub(super) key: Key,
    /// Its private half, ready.
    pub(super) secret: Secret,
    /// What its file will hold.
    pub(super) text: Arc<Zeroizing<String>>,
}

/// Where keys are kept.
pub(super) struct Place {
    /// None for keys in memory.
    pub(super) folder: Option<PathBuf>,
    pub(super) settings: Settings,
    /// Where the list is kept that the folder can't.
    pub(super) keeper: Option<Arc<dyn ListKeeper>>,
    pub(super) entropy: Arc<dyn Entropy>,
}

impl Place {
    /// Makes a key. An RSA key takes up to some seconds of CPU.
    ///
    /// # Errors
    /// [`KeyringError`] when the cryptographic library refuses.
    pub(super) fn make(&self, key_use: KeyUse, now: Timestamp) -> Result<Made, KeyringError> {
        match key_use {
            KeyUse::Sign(alg) => {
                let private = PrivateKey::generate(alg, self.settings.rsa_bits)
                    .map_err(|reason| self.refused(&reason))?;
                self.bring(&private, alg, None, now)
            }
            KeyUse::Seal => self.make_sealing(now),
        }
    }

    /// A key that was made elsewhere, ready to be entered.
    ///
    /// # Errors
    /// [`KeyringError`] when the key can't do what it is to do.
    pub(super) fn bring(
        &self,
        private: &PrivateKey,
        alg: SigningAlg,
        kid: Option<String>,
        now: Timestamp,
    ) -> Result<Made, KeyringError> {
        let prepared =
            PreparedKey::new(private, alg, kid).map_err(|reason| self.refused(&reason))?;
        let text = self.text_of(private)?;
        let public = prepared
            .public()
            .to_jwk_text()
            .map_err(|reason| self.refused(&reason))?;
        let key_use = KeyUse::Sign(alg);
        let kid = prepared.kid().to_owned();
        Ok(Made {
            key: Key {
                public: Some(public),
                ..self.entry(kid, key_use, "pem", now)
            },
            secret: Secret::Signing(Arc::new(prepared)),
            text: Arc::new(text),
        })
    }

    /// What the file of a private key holds: encrypted, where there is a passphrase.
    pub(super) fn text_of(&self, private: &PrivateKey) -> Result<Zeroizing<String>, KeyringError> {
        match &self.settings.passphrase {
            None => Ok(private.to_pem()),
            Some(passphrase) => private
                .to_encrypted_pem(passphrase, self.entropy.as_ref())
                .map_err(|reason| self.refused(&reason)),
        }
    }

    fn make_sealing(&self, now: Timestamp) -> Result<Made, KeyringError> {
        let entropy = self.entropy.as_ref();
        let key = SealingKey::generate(entropy);
        let kid = random_token::<6>(entropy);
        let text = self.text_of_sealing(&key)?;
        Ok(Made {
            key: Key {
                public: Some(key.fingerprint()),
                ..self.entry(kid, KeyUse::Seal, "key", now)
            },
            secret: Secret::Sealing(Arc::new(key)),
            text: Arc::new(text),
        })
    }

    /// The same for a key that seals.
    pub(super) fn text_of_sealing(
        &self,
        key: &SealingKey,
    ) -> Result<Zeroizing<String>, KeyringError> {
        match &self.settings.passphrase {
            None => Ok(key.to_text()),
            Some(passphrase) => key
                .to_encrypted_pem(passphrase, self.entropy.as_ref())
                .map_err(|reason| self.refused(&reason)),
        }
    }

    fn entry(&self, kid: String, key_use: KeyUse, suffix: &str, now: Timestamp) -> Key {
        let file = self
            .folder
            .is_some()
            .then(|| file_name(now, key_use, &kid, suffix));
        Key {
            file,
            ..Key::new(kid, key_use, now)
        }
    }

    /// A set has no key, and none can be made.
    pub(super) fn missing(&self, key_use: KeyUse) -> KeyringError {
        KeyringError::State {
            path: self.name(),
            reason: format!(
                "there is no key of {}, and the folder can't be written, so none is made: put its \
                 file there",
                key_use.as_str()
            ),
        }
    }

    fn name(&self) -> String {
        self.folder.as_ref().map_or_else(
            || "the keys in memory".to_owned(),
            |folder| folder.display().to_string(),
        )
    }

    pub(super) fn refused(&self, reason: &dyn std::fmt::Display) -> KeyringError {
        KeyringError::NotAKey {
            path: self.name(),
            expected: "a key that can be used",
            reason: reason.to_string(),
        }
    }
}

/// `20261125T101500Z-RS256-<kid>.pem`: sorts, and tells a person date, algorithm and name.
fn file_name(now: Timestamp, key_use: KeyUse, kid: &str, suffix: &str) -> String {
    let date = jiff::Timestamp::from_millisecond(now.as_millis())
        .unwrap_or_default()
        .strftime("%Y%m%dT%H%M%SZ");
    let name = kid_in_file_name(kid);
    format!("{date}-{}-{name}.{suffix}", key_use.as_str())
}
