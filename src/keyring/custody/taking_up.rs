//! What somebody changed in the folder is taken up as a whole, or not at all.

use std::time::Duration;

use super::contents::{self, Contents, Known};
use super::correcting;
use super::folder_state::FolderState;
use super::opening::Opener;
use super::watch::Print;
use super::writing::tell;
use super::{Custody, Held, Looked};
use crate::clock::Timestamp;
use crate::domain::key_change::{KeyActor, KeyChange};
use crate::keyring::files;
use crate::keyring::model::{Key, KeySet, KeyState};
use crate::keyring::rotation::{self, Change};

/// A folder that has just changed is read when it has been quiet for this long: somebody may
/// be copying files.
const QUIET: Duration = Duration::from_millis(500);

impl Custody {
    /// Reads the folder if it was changed and has been quiet since.
    pub(super) fn take_up(&self, looked: &mut Looked, now: Timestamp) {
        let Some(folder) = &self.place.folder else {
            return;
        };
        // Its mode too: a start would refuse a folder that others write into, and nobody would
        // know until then.
        let print = match files::check_folder(folder).and_then(|()| Print::of(folder)) {
            Ok(print) => print,
            Err(error) => return self.held().folder.cannot_be_read(&error.to_string(), None),
        };
        {
            let mut held = self.held();
            if print == held.folder.print {
                held.folder.is_as_before();
                return;
            }
            if held.folder.refused.as_ref() == Some(&print) {
                return;
            }
            if held.folder.suspect.as_ref() != Some(&print) {
                held.folder.suspect = Some(print);
                looked.look_again = QUIET;
                return;
            }
        }
        looked.changes.extend(self.read_again(now));
    }

    /// Reads the folder; what can't be read changes nothing.
    pub(super) fn read_again(&self, now: Timestamp) -> Vec<KeyChange> {
        let Some(folder) = &self.place.folder else {
            return Vec::new();
        };
        let current = self.held().list.keys.clone();
        let revoked: Vec<Key> = current
            .keys
            .iter()
            .filter(|key| key.state == KeyState::Revoked)
            .cloned()
            .collect();
        let known = Known {
            current: Some(&current),
            revoked: &revoked,
        };
        let opener = Opener::of(&self.place.settings);
        // Encrypted keys take their time: not under the lock.
        let read = contents::read(folder, opener, &known, now);
        let print = Print::of(folder).unwrap_or_default();
        let mut held = self.held();
        match read {
            Ok(contents) => self.exchange(&mut held, contents, now),
            Err(error) => {
                held.folder.cannot_be_read(&error.to_string(), Some(print));
                Vec::new()
            }
        }
    }

    /// Takes what was read in place of what was held, as a whole.
    fn exchange(&self, held: &mut Held, contents: Contents, now: Timestamp) -> Vec<KeyChange> {
        let mut keys = contents.list.keys;
        for key in &mut keys.keys {
            let known = held.list.keys.find(&key.kid);
            if let Some(known) = known.filter(|known| known.state == key.state) {
                // What this process counted since it last wrote.
                key.served = key.served.max(known.served);
                key.signs_for = key.signs_for.max(known.signs_for);
                key.copies_live = key.copies_live.max(known.copies_live);
            }
        }
        let is_corrected = correcting::stay_revoked(&mut keys, &held.list.keys);
        keys.seen_at = held.list.keys.seen_at;
        keys.handed_out = held.list.keys.handed_out;
        keys.copies_live = keys.copies_live.max(held.list.keys.copies_live);
        let is_kept_elsewhere = self.place.keeps_elsewhere(&FolderState {
            is_listed: contents.is_listed,
            read_only: held.folder.read_only,
            ..FolderState::default()
        });
        let way_out = if is_kept_elsewhere {
            correcting::PROMOTE
        } else {
            correcting::START_ANEW
        };
        let keys = match self.complete(way_out, keys, &held.list.keys, now) {
            Ok(keys) => keys,
            Err(words) => {
                held.folder.cannot_be_read(&words, Some(contents.print));
                return Vec::new();
            }
        };
        let roles = rotation::roles(&keys, now);
        let ring = match super::secrets::ring(&keys, &contents.secrets, &roles) {
            Ok(ring) if self.has_all(&roles) => ring,
            Ok(_) => {
                let words = "a set has no key that could sign".to_owned();
                held.folder.cannot_be_read(&words, Some(contents.print));
                return Vec::new();
            }
            Err(words) => {
                held.folder.cannot_be_read(&words, Some(contents.print));
                return Vec::new();
            }
        };
        let changes = differences(&held.list.keys, &keys);
        let told: Vec<KeyChange> = contents
            .put_right
            .iter()
            .chain(&changes)
            .map(|change| tell(change, KeyActor::Folder, now))
            .collect();
        tracing::info!(
            changes = told.len(),
            "the folder of keys was changed, and is taken up"
        );
        let mut untold = contents.list.untold;
        untold.extend(
            held.list
                .untold
                .iter()
                .filter(|change| !untold.contains(change))
                .cloned()
                .collect::<Vec<_>>(),
        );
        untold.extend(told.iter().cloned());
        held.list.generation = held.list.generation.max(contents.list.generation) + 1;
        held.list.keys = keys;
        held.list.untold = untold;
        held.secrets = contents.secrets;
        held.folder.print = contents.print;
        held.folder.is_listed = contents.is_listed;
        held.folder.is_as_before();
        self.keyring.swap(ring);
        held.roles = roles;
        if contents.is_news || is_corrected || !told.is_empty() {
            self.write_down(held, now);
        }
        self.place.forget_elsewhere(&mut held.folder);
        told
    }

    pub(super) fn has_all(&self, roles: &rotation::Roles) -> bool {
        let uses = &self.policy().uses;
        uses.iter().all(|key_use| roles.signs.contains_key(key_use))
    }
}

/// What differs between two sets, key by key.
pub(super) fn differences(before: &KeySet, after: &KeySet) -> Vec<Change> {
    let mut changes = Vec::new();
    for key in &after.keys {
        let from = before.find(&key.kid).map(|key| key.state);
        if from != Some(key.state) {
            changes.push(Change {
                kid: key.kid.clone(),
                key_use: key.key_use,
                from,
                to: Some(key.state),
            });
        }
    }
    for key in &before.keys {
        if after.find(&key.kid).is_none() {
            changes.push(Change {
                kid: key.kid.clone(),
                key_use: key.key_use,
                from: Some(key.state),
                to: None,
            });
        }
    }
    changes
}
