//! The list of a folder that can't be written and has none of its own (a bare secret of PEM
//! files) is kept elsewhere, at the moments at which it would be written there. What can't be
//! kept does not happen. The list of the folder itself, as soon as there is one, is what its
//! operator says, and comes first: what is kept elsewhere is forgotten then, lest an old list
//! come back when the folder's own is removed after months.

use super::folder_state::FolderState;
use super::place::Place;
use super::{Held, Remembered};
use crate::keyring::KeyringError;
use crate::keyring::list::{self, KeyList};
use crate::keyring::rotation::Plan;

impl Place {
    /// Whether the list of such a folder is kept elsewhere.
    pub(super) const fn keeps_elsewhere(&self, folder: &FolderState) -> bool {
        self.folder.is_some() && folder.read_only && !folder.is_listed && self.keeper.is_some()
    }

    /// Whether the states of keys can be changed here.
    pub(super) const fn keeps_states(&self, folder: &FolderState) -> bool {
        !folder.read_only || self.keeps_elsewhere(folder)
    }

    /// Keeps the list.
    ///
    /// # Errors
    /// [`KeyringError`] when it is not kept.
    pub(super) fn keep_elsewhere(&self, list: &KeyList) -> Result<(), KeyringError> {
        let kept = list::write(list).and_then(|text| match &self.keeper {
            Some(keeper) => keeper.keep(Some(&text)),
            None => Err("there is no place for it".to_owned()),
        });
        kept.map_err(|reason| KeyringError::File {
            path: "the list of keys in the database".to_owned(),
            reason,
        })
    }

    /// Forgets a list that is kept elsewhere where the folder has one. It is tried again at
    /// the next change and the next start.
    pub(super) fn forget_elsewhere(&self, folder: &mut FolderState) {
        if !folder.is_listed || !folder.is_remembered {
            return;
        }
        let Some(keeper) = &self.keeper else {
            return;
        };
        match keeper.keep(None) {
            Ok(()) => {
                tracing::info!("the folder of keys has its own list now, which counts");
                folder.is_remembered = false;
            }
            Err(error) => tracing::warn!(
                error,
                "the list of keys that was kept in the database can't be forgotten yet"
            ),
        }
    }
}

/// The list that was kept for a folder without one.
///
/// # Errors
/// [`KeyringError`] when it can't be read: who signed then is not known.
pub(super) fn kept(remembered: &Remembered) -> Result<Option<KeyList>, KeyringError> {
    let Some(text) = &remembered.list else {
        return Ok(None);
    };
    list::read(text)
        .map(Some)
        .map_err(|reason| KeyringError::State {
            path: "the list of keys in the database".to_owned(),
            reason,
        })
}

/// A withdrawn key is not forgotten while its file is in a folder from which it can't be
/// removed: the file would be taken for a new key.
pub(super) fn keep_present(plan: &mut Plan, held: &Held) {
    if !held.folder.read_only {
        return;
    }
    let Plan { keys, changes, .. } = plan;
    changes.retain(|change| {
        let known = held.list.keys.find(&change.kid);
        match known.filter(|key| change.to.is_none() && key.file.is_some()) {
            Some(key) => {
                keys.keys.push(key.clone());
                false
            }
            None => true,
        }
    });
}
