//! A change of the keys, written down: first the new files, then the list (one rename, which is
//! the change), and at last the files that nobody needs are removed. A process that is killed
//! in between leaves the old list with a file that it does not name, or the new list with a
//! file too many; both are put right at the next start.

use std::path::Path;

use super::Held;
use super::lock::FolderLock;
use super::place::{Made, Place};
use super::watch::Print;
use crate::clock::Timestamp;
use crate::domain::key_change::{KeyActor, KeyChange};
use crate::keyring::list::{self, KeyList, uses_its_file};
use crate::keyring::model::{KeySet, KeyState, KeyUse};
use crate::keyring::rotation::Change;
use crate::keyring::{KeyringError, files};

/// Why a change was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritten {
    /// Somebody changed the folder since it was read: read it first.
    #[error("the folder of keys was changed by somebody else at this moment")]
    Changed,
    /// The system says no.
    #[error(transparent)]
    Failed(#[from] KeyringError),
}

/// A change that is to be written.
pub(super) struct News<'a> {
    /// All keys, after.
    pub(super) keys: KeySet,
    /// What changes.
    pub(super) changes: &'a [Change],
    /// Who did it.
    pub(super) actor: KeyActor,
    /// Keys that are new.
    pub(super) made: Vec<Made>,
    /// The moment.
    pub(super) now: Timestamp,
}

impl Place {
    /// Writes a change down and holds it. Nothing is held that was not written.
    pub(super) fn hold(
        &self,
        held: &mut Held,
        news: News<'_>,
    ) -> Result<Vec<KeyChange>, Unwritten> {
        let told: Vec<KeyChange> = news
            .changes
            .iter()
            .map(|change| tell(change, news.actor, news.now))
            .collect();
        let mut list = KeyList {
            generation: held.list.generation + u64::from(is_new(&held.list.keys, &news.keys)),
            keys: news.keys,
            untold: held.list.untold.clone(),
        };
        list.untold.extend(told.iter().cloned());
        if let Some(folder) = &self.folder
            && !held.folder.read_only
        {
            write(folder, held, &list, &news.made)?;
            held.written_at = news.now;
        } else if self.keeps_elsewhere(&held.folder) {
            self.keep_elsewhere(&list)?;
            held.folder.is_remembered = true;
            held.written_at = news.now;
        }
        for made in news.made {
            held.secrets.insert(made.key.kid.clone(), made.secret);
        }
        held.list = list;
        self.tidy(held);
        self.forget_elsewhere(&mut held.folder);
        Ok(told)
    }

    /// A start could not write what it found due. In a folder that is filled from outside that
    /// is how it should be: the names of the files say the same at each start. Where only a
    /// disk is full, nothing has happened, and the schedule does it as soon as it can; it must
    /// not take the folder for another's from then on.
    pub(super) fn goes_unwritten(&self, held: &mut Held, unwritten: &Unwritten, keys: KeySet) {
        let is_ours = self.keeps_elsewhere(&held.folder)
            || self.folder.as_deref().is_some_and(files::can_write);
        if is_ours {
            held.folder.cannot_be_written(&unwritten.to_string());
        } else {
            tracing::info!(%unwritten, "the list of keys can't be kept");
            held.folder.read_only = true;
        }
        let signs = |key_use: &KeyUse| held.list.keys.active(*key_use).is_some();
        if !(is_ours && self.settings.policy.uses.iter().all(signs)) {
            held.list.keys = keys;
        }
    }

    /// Removes files whose keys are over, and forgets their private halves. One that can't be
    /// removed is tried again at the next change.
    pub(super) fn tidy(&self, held: &mut Held) {
        let is_writable = !held.folder.read_only;
        let mut removed = false;
        for key in &mut held.list.keys.keys {
            if uses_its_file(key.state) {
                continue;
            }
            held.secrets.remove(&key.kid);
            let (Some(folder), Some(file), true) = (&self.folder, &key.file, is_writable) else {
                continue;
            };
            match files::remove(folder, file) {
                Ok(()) => {
                    tracing::info!(
                        kid = key.kid,
                        file,
                        "removed the file of a key that is over"
                    );
                    key.file = None;
                    removed = true;
                }
                Err(error) => {
                    tracing::warn!(%error, "the file of a key that is over is still there");
                }
            }
        }
        let keys = &held.list.keys;
        held.secrets.retain(|kid, _| keys.find(kid).is_some());
        if removed && let Some(folder) = &self.folder {
            held.folder.print = Print::of(folder).unwrap_or_default();
        }
    }
}

/// Whether anything changed that an operator may rely on: counting served time is no change.
fn is_new(before: &KeySet, after: &KeySet) -> bool {
    let essence = |keys: &KeySet| -> Vec<(String, KeyState, bool)> {
        keys.keys
            .iter()
            .map(|key| (key.kid.clone(), key.state, key.promote_when_ready))
            .collect()
    };
    before.pins != after.pins || essence(before) != essence(after)
}

fn write(folder: &Path, held: &mut Held, list: &KeyList, made: &[Made]) -> Result<(), Unwritten> {
    let _lock = FolderLock::take(folder)?;
    if Print::of(folder)? != held.folder.print {
        return Err(Unwritten::Changed);
    }
    let text = list::write(list).map_err(|reason| KeyringError::State {
        path: folder.join(list::FILE).display().to_string(),
        reason,
    })?;
    let written = write_files(folder, &text, made);
    if written.is_err() && !is_there(folder, &text) {
        for file in made.iter().filter_map(|made| made.key.file.as_deref()) {
            // Best effort: the error that is reported is the first one.
            let _ = files::remove(folder, file);
        }
    }
    // Also after a failure: what is there now is of our own making.
    held.folder.print = Print::of(folder)?;
    held.folder.is_listed |= written.is_ok();
    Ok(written?)
}

fn write_files(folder: &Path, list: &str, made: &[Made]) -> Result<(), KeyringError> {
    for made in made {
        if let Some(file) = &made.key.file {
            files::replace(folder, file, &made.text)?;
        }
    }
    files::replace(folder, list::FILE, list)
}

/// Whether the list came to its place before something failed: then it is in force at the next
/// start, and its files must be there.
fn is_there(folder: &Path, text: &str) -> bool {
    std::fs::read_to_string(folder.join(list::FILE)).is_ok_and(|found| found == text)
}

/// A change as the audit log tells it.
pub(super) fn tell(change: &Change, actor: KeyActor, now: Timestamp) -> KeyChange {
    KeyChange {
        at: now.as_millis(),
        kid: change.kid.clone(),
        algorithm: change.key_use.as_str().to_owned(),
        from: change.from,
        to: change.to,
        actor,
    }
}
