//! The files of all private halves, written anew under the passphrase that is configured now, or
//! in plain where none is. The keys are the same afterwards, and so are their names and states:
//! nobody outside can tell.
//!
//! Everything is read and made before anything is written, and a full disk shows before the
//! first file is touched. A kill between two renames leaves some files as they were and some as
//! they should be, each of them whole; doing it again does the rest. What must never happen is a
//! key that nobody can open any more: what is to be written is opened once before.

use zeroize::Zeroizing;

use super::lock::FolderLock;
use super::opening::{Kept, Opener};
use super::reader::{A_SEALING_KEY, A_SIGNING_KEY};
use super::watch::Print;
use super::writing::{News, Unwritten};
use super::{ActError, Custody, Held};
use crate::clock::Timestamp;
use crate::domain::key_change::KeyActor;
use crate::keyring::{KeyringError, PrivateKey, SealingKey, files};

/// A file, and how its key lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// Its name in the folder.
    pub file: String,
    /// How its key lies there.
    pub kept: Kept,
}

/// What is to be written, and what was read for it.
pub struct Rewriting {
    files: Vec<KeptFile>,
    /// Private halves, in the order of the files.
    halves: Vec<Half>,
    /// What the files will hold, once that is made.
    texts: Vec<(String, Zeroizing<String>)>,
    right: usize,
    encrypts: bool,
    print: Print,
}

/// A private half on its way from one form into the other.
enum Half {
    Signing(PrivateKey),
    Sealing(SealingKey),
}

impl Rewriting {
    /// The files that are not as they should be.
    #[must_use]
    pub fn files(&self) -> &[KeptFile] {
        &self.files
    }

    /// How many files are as they should be.
    #[must_use]
    pub const fn right(&self) -> usize {
        self.right
    }

    /// Whether the files are encrypted afterwards.
    #[must_use]
    pub const fn encrypts(&self) -> bool {
        self.encrypts
    }

    /// Whether a key that is encrypted now lies there in plain afterwards.
    #[must_use]
    pub fn weakens(&self) -> bool {
        !self.encrypts && !self.files.is_empty()
    }
}

impl Custody {
    /// States may be kept elsewhere; files lie in the folder.
    fn may_write_files(&self, held: &Held, expected: Option<u64>) -> Result<(), ActError> {
        self.may_change(held, expected)?;
        if held.folder.read_only {
            return Err(ActError::ReadOnly);
        }
        Ok(())
    }

    /// Reads the files of all private halves, and says which are not as they should be. Nothing
    /// is written.
    ///
    /// # Errors
    /// [`ActError`]; also for one file alone that can't be read.
    pub fn rewriting(&self, expected: Option<u64>, now: Timestamp) -> Result<Rewriting, ActError> {
        let encrypts = self.is_encrypting();
        let mut rewriting = Rewriting {
            files: Vec::new(),
            halves: Vec::new(),
            texts: Vec::new(),
            right: 0,
            encrypts,
            print: Print::default(),
        };
        let Some(folder) = &self.place.folder else {
            return Ok(rewriting);
        };
        // A file that somebody has just put there belongs to it.
        if Print::of(folder)? != self.held().folder.print {
            self.read_again(now);
        }
        self.may_write_files(&self.held(), expected)?;
        rewriting.print = Print::of(folder)?;
        let opener = Opener::of(&self.place.settings);
        let wanted = if encrypts {
            Kept::Passphrase
        } else {
            Kept::Plain
        };
        for suffix in [".pem", ".key"] {
            for file in files::names(folder, suffix)? {
                let path = folder.join(&file);
                let text = files::read_secret(&path)?;
                let (half, kept) = if suffix == ".pem" {
                    let opened = opener.signing(&text);
                    opened
                        .map(|(key, kept)| (Half::Signing(key), kept))
                        .map_err(|error| opener.refusal(folder, &file, A_SIGNING_KEY, error))?
                } else {
                    let opened = opener.sealing(&text);
                    opened
                        .map(|(key, kept)| (Half::Sealing(key), kept))
                        .map_err(|error| opener.refusal(folder, &file, A_SEALING_KEY, error))?
                };
                if kept == wanted {
                    rewriting.right += 1;
                    continue;
                }
                if files::is_link(&path) {
                    return Err(KeyringError::File {
                        path: path.display().to_string(),
                        reason: "it is a link, and the file that it leads to would stay as it is; \
                                 put that file here in its place, and do this again"
                            .to_owned(),
                    }
                    .into());
                }
                rewriting.files.push(KeptFile { file, kept });
                rewriting.halves.push(half);
            }
        }
        Ok(rewriting)
    }

    /// Makes what is to be written. Takes some tenths of a second of CPU for each file.
    ///
    /// # Errors
    /// [`ActError`] when a key can't be encrypted, or what was made of it does not hold it.
    pub fn prepare(&self, mut rewriting: Rewriting) -> Result<Rewriting, ActError> {
        let opener = Opener::of(&self.place.settings);
        let halves = std::mem::take(&mut rewriting.halves);
        for (kept, half) in rewriting.files.iter().zip(halves) {
            let lost = || self.place.refused(&"what was made of it does not hold it");
            let text = match &half {
                Half::Signing(key) => {
                    let text = self.place.text_of(key)?;
                    let (again, _) = opener.signing(&text).map_err(|_| lost())?;
                    if again.pkcs8() != key.pkcs8() {
                        return Err(lost().into());
                    }
                    text
                }
                Half::Sealing(key) => {
                    let text = self.place.text_of_sealing(key)?;
                    let (again, _) = opener.sealing(&text).map_err(|_| lost())?;
                    if again.bytes() != key.bytes() {
                        return Err(lost().into());
                    }
                    text
                }
            };
            rewriting.texts.push((kept.file.clone(), text));
        }
        Ok(rewriting)
    }

    /// Writes what was prepared.
    ///
    /// # Errors
    /// [`ActError`]. Nothing was written then, but for [`ActError::Unfinished`].
    pub fn rewrite(&self, prepared: &Rewriting, now: Timestamp) -> Result<(), ActError> {
        let Some(folder) = &self.place.folder else {
            return Ok(());
        };
        let mut held = self.held();
        self.may_write_files(&held, None)?;
        // First the list, as it is: it names the files that were put there by hand, whose own
        // names for their keys (those of a JWK) may go. And what can't be written is found out.
        let list = News {
            keys: held.list.keys.clone(),
            changes: &[],
            actor: KeyActor::Schedule,
            made: Vec::new(),
            now,
        };
        match self.place.hold(&mut held, list) {
            Ok(_) => {}
            Err(Unwritten::Changed) => return Err(ActError::ChangedMeanwhile),
            Err(Unwritten::Failed(error)) => {
                held.folder.cannot_be_written(&error.to_string());
                self.tell_fault(&held);
                return Err(error.into());
            }
        }
        let _lock = FolderLock::take(folder)?;
        let print = Print::of(folder)?;
        if print != held.folder.print || !print.has_the_keys_of(&prepared.print) {
            return Err(ActError::ChangedMeanwhile);
        }
        // A process that was killed here may have left a key in plain.
        files::remove_leftovers(folder);
        let written = files::replace_all(folder, &prepared.texts);
        // Also after a failure: what is there now is of our own making.
        held.folder.print = Print::of(folder)?;
        let outcome = match written {
            Ok(()) => {
                held.folder.is_written();
                Ok(())
            }
            Err((done, error)) => {
                held.folder.cannot_be_written(&error.to_string());
                Err(match done {
                    0 => error.into(),
                    done => ActError::Unfinished {
                        done,
                        all: prepared.texts.len(),
                        error,
                    },
                })
            }
        };
        self.tell_fault(&held);
        outcome
    }
}
