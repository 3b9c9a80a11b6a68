//! The schedule's look at the keys: what was changed in the folder is taken up, what is due is
//! done, what is wanted is made.

use std::time::Duration;

use super::contents::{self, Contents};
use super::correcting;
use super::watch::Print;
use super::writing::{News, Unwritten, tell};
use super::{Custody, Fault, Held};
use crate::clock::Timestamp;
use crate::domain::key_change::{KeyActor, KeyChange};
use crate::keyring::files;
use crate::keyring::model::{KeySet, KeyState, KeyUse};
use crate::keyring::rotation::{self, Change, Late, Plan, Policy};

/// How often a folder is looked at.
const WATCH_EVERY: Duration = Duration::from_secs(2);
/// How often keys in memory are, where nothing is due.
const SELDOM: Duration = Duration::from_secs(30);
/// A folder that has just changed is read when it has been quiet for this long: somebody may
/// be copying files.
const QUIET: Duration = Duration::from_millis(500);
/// Served time is written down this often at least: a crash loses no more of it.
const WRITE_DOWN: Duration = Duration::from_secs(600);
/// And so many times while a key waits, where it waits for a shorter time.
const PARTS_OF_A_WAIT: u32 = 20;

/// What a look brought.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// What changed.
    pub changes: Vec<KeyChange>,
    /// When to look again, at the latest.
    pub look_again: Duration,
    /// What is due and can't be done yet.
    pub late: Vec<Late>,
    /// What is wrong with the folder.
    pub fault: Option<Fault>,
}

impl Custody {
    /// Looks after the keys. `held_back` are the sets whose next key must not take over yet.
    /// May make an RSA key, and write files.
    pub fn look(&self, held_back: &[KeyUse], now: Timestamp) -> Looked {
        let policy = Policy {
            held: held_back.to_vec(),
            ..self.policy().clone()
        };
        let mut looked = Looked {
            look_again: match self.place.folder {
                Some(_) => WATCH_EVERY,
                None => SELDOM,
            },
            ..Looked::default()
        };
        self.take_up(&mut looked, now);
        self.make_what_is_wanted(&policy, now);
        let mut held = self.held();
        // A key that is entered may be due at once (one that seals waits for nothing).
        for _ in 0..4 {
            let plan = rotation::advance(&held.list.keys, &policy, now);
            let is_done = plan.changes.is_empty()
                && !plan
                    .make
                    .iter()
                    .any(|make| held.spares.contains_key(&make.key_use));
            looked.look_again = looked.look_again.min(plan.look_again);
            looked.late.clone_from(&plan.late);
            if is_done {
                self.count(&mut held, plan.keys, &policy, now);
                break;
            }
            match self.follow(&mut held, plan, &policy, now) {
                Ok(changes) => looked.changes.extend(changes),
                Err(()) => {
                    looked.look_again = WATCH_EVERY;
                    break;
                }
            }
        }
        if let Err(error) = self.put_to_work(&mut held, now) {
            tracing::error!(%error, "the keys can't be put to work; those before go on");
            held.folder.fault = Some(Fault::Unreadable(error.to_string()));
        }
        looked.fault.clone_from(&held.folder.fault);
        self.tell_fault(&held);
        looked
    }

    /// Writes down how long keys have been served, before this process ends.
    pub fn rest(&self, now: Timestamp) {
        let mut held = self.held();
        let keys = rotation::advance(&held.list.keys, &self.policy().holding_all(), now);
        if keys.changes.is_empty() {
            held.list.keys = keys.keys;
        }
        if is_counting(&held.list.keys) {
            self.write_down(&mut held, now);
        }
    }

    /// Makes the keys that the schedule wants, without the lock: who asks how things stand
    /// does not wait for an RSA key.
    fn make_what_is_wanted(&self, policy: &Policy, now: Timestamp) {
        let wanted: Vec<KeyUse> = {
            let held = self.held();
            if held.folder.read_only || held.folder.is_broken() {
                return;
            }
            let plan = rotation::advance(&held.list.keys, policy, now);
            plan.make
                .into_iter()
                .map(|make| make.key_use)
                .filter(|key_use| !held.spares.contains_key(key_use))
                .collect()
        };
        for key_use in wanted {
            match self.place.make(key_use, now) {
                Ok(made) => {
                    self.held().spares.entry(key_use).or_insert(made);
                }
                Err(error) => tracing::error!(%error, "a key could not be made"),
            }
        }
    }

    /// Does what a plan says, as one change.
    fn follow(
        &self,
        held: &mut Held,
        mut plan: Plan,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Vec<KeyChange>, ()> {
        // Managed from outside: states stand in the list there, and are not ours to change.
        // Without a list they are kept in memory.
        if held.folder.is_broken() || (held.folder.read_only && held.folder.is_listed) {
            return Err(());
        }
        let mut made = Vec::new();
        for make in std::mem::take(&mut plan.make) {
            let Some(spare) = held.spares.get(&make.key_use) else {
                continue;
            };
            let mut key = spare.key.clone();
            key.created_at = now;
            match rotation::enter(&plan.keys, policy, key, make.enter_as, now) {
                Ok(entered) => {
                    plan.keys = entered.keys;
                    plan.changes.extend(entered.changes);
                    made.push(spare.clone());
                }
                Err(error) => tracing::error!(%error, "a key that was made can't be entered"),
            }
        }
        if plan.changes.is_empty() {
            return Err(());
        }
        let used: Vec<KeyUse> = made.iter().map(|made| made.key.key_use).collect();
        let news = News {
            keys: plan.keys,
            changes: &plan.changes,
            actor: KeyActor::Schedule,
            made,
            now,
        };
        match self.place.hold(held, news) {
            Ok(changes) => {
                held.folder.is_written();
                for key_use in used {
                    held.spares.remove(&key_use);
                }
                for change in &changes {
                    tracing::info!(
                        kid = change.kid,
                        algorithm = change.algorithm,
                        to = ?change.to,
                        "a key changed its state"
                    );
                }
                Ok(changes)
            }
            // It is read at the next look.
            Err(Unwritten::Changed) => Err(()),
            Err(Unwritten::Failed(error)) => {
                held.folder.cannot_be_written(&error.to_string());
                Err(())
            }
        }
    }

    /// Keeps what was counted: in memory at each look, in the list now and then.
    fn count(&self, held: &mut Held, keys: KeySet, policy: &Policy, now: Timestamp) {
        let is_needed = rotation::must_be_written(&held.list.keys, &keys);
        held.list.keys = keys;
        let longest = policy
            .publish_before
            .max(policy.jwks_max_age)
            .checked_div(PARTS_OF_A_WAIT)
            .unwrap_or_default()
            .clamp(Duration::from_secs(1), WRITE_DOWN);
        let is_due = now.since(held.written_at) >= longest || now < held.written_at;
        if is_needed || (is_due && is_counting(&held.list.keys)) {
            self.write_down(held, now);
        }
    }

    fn write_down(&self, held: &mut Held, now: Timestamp) {
        if held.folder.read_only || held.folder.is_broken() || self.place.folder.is_none() {
            return;
        }
        let news = News {
            keys: held.list.keys.clone(),
            changes: &[],
            actor: KeyActor::Schedule,
            made: Vec::new(),
            now,
        };
        match self.place.hold(held, news) {
            Ok(_) => held.folder.is_written(),
            Err(Unwritten::Changed) => {}
            Err(Unwritten::Failed(error)) => held.folder.cannot_be_written(&error.to_string()),
        }
    }

    /// Reads the folder if it was changed and has been quiet since.
    fn take_up(&self, looked: &mut Looked, now: Timestamp) {
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
        let passphrase = self.place.settings.passphrase.as_ref();
        // Encrypted keys take their time: not under the lock.
        let read = contents::read(folder, passphrase, Some(&current), now);
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
            }
        }
        let is_corrected = correcting::stay_revoked(&mut keys, &held.list.keys);
        keys.seen_at = held.list.keys.seen_at;
        let keys = match self.complete(keys, &held.list.keys, now) {
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
        let told: Vec<KeyChange> = changes
            .iter()
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
        told
    }

    pub(super) fn has_all(&self, roles: &rotation::Roles) -> bool {
        let uses = &self.policy().uses;
        uses.iter().all(|key_use| roles.signs.contains_key(key_use))
    }
}

/// Whether served time is counted for any key.
fn is_counting(keys: &KeySet) -> bool {
    keys.keys.iter().any(|key| match key.state {
        KeyState::Next | KeyState::Retired => true,
        KeyState::Active | KeyState::Withdrawn | KeyState::Revoked => false,
    })
}

/// What differs between two sets, key by key.
fn differences(before: &KeySet, after: &KeySet) -> Vec<Change> {
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

impl super::FolderState {
    /// Whether it holds what can't be read.
    pub(super) const fn is_broken(&self) -> bool {
        matches!(self.fault, Some(Fault::Unreadable(_)))
    }

    fn is_as_before(&mut self) {
        self.suspect = None;
        self.refused = None;
        if self.is_broken() {
            tracing::info!("the folder of keys can be used again");
            self.fault = None;
        }
    }

    pub(super) fn is_written(&mut self) {
        if matches!(self.fault, Some(Fault::Unwritable(_))) {
            tracing::info!("the folder of keys can be written again");
            self.fault = None;
        }
    }

    fn cannot_be_read(&mut self, words: &str, refused: Option<Print>) {
        let fault = Fault::Unreadable(words.to_owned());
        if self.fault.as_ref() != Some(&fault) {
            tracing::error!(
                reason = words,
                "the folder of keys was changed and can't be used; the keys that were read before go on"
            );
        }
        self.refused = refused;
        self.fault = Some(fault);
    }

    pub(super) fn cannot_be_written(&mut self, words: &str) {
        let fault = Fault::Unwritable(words.to_owned());
        if self.fault.as_ref() != Some(&fault) {
            tracing::error!(
                reason = words,
                "a change of the keys can't be written, and so does not happen; the keys before go on"
            );
        }
        self.fault = Some(fault);
    }
}
