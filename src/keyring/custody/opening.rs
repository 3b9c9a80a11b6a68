//! Opening the files of a folder of keys: those in plain, those under the passphrase that is
//! configured and, where an operator brings it along, those under the one before it. A file that
//! none of them opens is refused in words that name the command which brings all files under one
//! passphrase, and that tell a change which was broken off from a passphrase that is wrong.
//!
//! Nothing is ever written under the old passphrase.

use std::fmt;
use std::path::Path;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::keyring::formats::KeyFormatError;
use crate::keyring::{KeyringError, PrivateKey, SealingKey, files};

/// How a private key lies in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Whoever reads the file has the key.
    Plain,
    /// Encrypted with the passphrase that is configured.
    Passphrase,
    /// Encrypted with the one that was configured before.
    OldPassphrase,
}

/// Why a file stays closed. Shown as the end of a sentence, with what to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Locked {
    /// No passphrase is configured.
    NoPassphrase,
    /// The one that is configured opens neither this file nor another one.
    WrongPassphrase,
    /// The one that is configured opens another file, which this names.
    OpensAnother(String),
    /// Neither the one that is configured nor the one that was brought along.
    BothWrong,
}

impl fmt::Display for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPassphrase => f.write_str(
                "it is encrypted, and no passphrase is configured ([keys] passphrase_file); if its \
                 keys are to lie in plain from now on, run, with its passphrase in FILE: dingpass \
                 keys rewrite --old-passphrase-file FILE",
            ),
            Self::WrongPassphrase => f.write_str(
                "it is encrypted, and the passphrase that was given does not open it; if that is a \
                 new one, run, with the old one in FILE: dingpass keys rewrite \
                 --old-passphrase-file FILE",
            ),
            Self::OpensAnother(file) => write!(
                f,
                "it is encrypted, and the passphrase that was given does not open it, but opens \
                 {file}: a change of the passphrase was broken off (or this file is from before \
                 it); to finish it run, with the old one in FILE: dingpass keys rewrite \
                 --old-passphrase-file FILE"
            ),
            Self::BothWrong => f.write_str(
                "it is encrypted, and neither the passphrase that is configured nor the old one \
                 that was given opens it; nothing was changed",
            ),
        }
    }
}

/// Opens files.
#[derive(Clone, Copy)]
pub(super) struct Opener<'a> {
    present: Option<&'a SecretString>,
    old: Option<&'a SecretString>,
}

impl<'a> Opener<'a> {
    /// With the passphrases of these settings.
    pub(super) const fn of(settings: &'a Settings) -> Self {
        Self {
            present: settings.passphrase.as_ref(),
            old: settings.old_passphrase.as_ref(),
        }
    }

    /// A key that signs.
    pub(super) fn signing(self, text: &str) -> Result<(PrivateKey, Kept), KeyFormatError> {
        self.open(|passphrase| PrivateKey::parse(text.as_bytes(), passphrase))
    }

    /// A key that seals.
    pub(super) fn sealing(self, text: &str) -> Result<(SealingKey, Kept), KeyFormatError> {
        self.open(|passphrase| SealingKey::parse(text.as_bytes(), passphrase))
    }

    fn open<T>(
        self,
        parse: impl Fn(Option<&SecretString>) -> Result<T, KeyFormatError>,
    ) -> Result<(T, Kept), KeyFormatError> {
        // What is in plain is known without a passphrase, and what is not costs nothing yet.
        let mut refused = match parse(None) {
            Ok(key) => return Ok((key, Kept::Plain)),
            Err(refused) => refused,
        };
        let passphrases = [
            (self.present, Kept::Passphrase),
            (self.old, Kept::OldPassphrase),
        ];
        for (passphrase, kept) in passphrases {
            if let Some(passphrase) = passphrase
                && is_locked(refused)
            {
                match parse(Some(passphrase)) {
                    Ok(key) => return Ok((key, kept)),
                    Err(error) => refused = error,
                }
            }
        }
        Err(refused)
    }

    /// Why a file of the folder can't be used.
    pub(super) fn refusal(
        self,
        folder: &Path,
        file: &str,
        expected: &'static str,
        error: KeyFormatError,
    ) -> KeyringError {
        let path = folder.join(file).display().to_string();
        if !is_locked(error) {
            return KeyringError::NotAKey {
                path,
                expected,
                reason: error.to_string(),
            };
        }
        let locked = match (self.present, self.old) {
            (_, Some(_)) => Locked::BothWrong,
            (None, None) => Locked::NoPassphrase,
            (Some(_), None) => self
                .opens_another(folder, file)
                .map_or(Locked::WrongPassphrase, Locked::OpensAnother),
        };
        KeyringError::Locked { path, locked }
    }

    /// The first other file that the configured passphrase opens. Only asked when the folder is
    /// refused anyway: each look takes a fraction of a second of CPU.
    fn opens_another(self, folder: &Path, refused: &str) -> Option<String> {
        let opens = |file: &String, is_sealing: bool| {
            let path = folder.join(file);
            if file == refused || files::is_encrypted(&path) != Some(true) {
                return false;
            }
            let Ok(text) = files::read_secret(&path) else {
                return false;
            };
            if is_sealing {
                self.sealing(&text).is_ok()
            } else {
                self.signing(&text).is_ok()
            }
        };
        let signing = files::names(folder, ".pem").unwrap_or_default();
        let sealing = files::names(folder, ".key").unwrap_or_default();
        signing
            .into_iter()
            .find(|file| opens(file, false))
            .or_else(|| sealing.into_iter().find(|file| opens(file, true)))
    }
}

/// Whether another passphrase might do.
const fn is_locked(error: KeyFormatError) -> bool {
    matches!(
        error,
        KeyFormatError::PassphraseNeeded | KeyFormatError::WrongPassphrase
    )
}
