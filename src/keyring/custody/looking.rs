//! The schedule's look at the keys: what is due is done, what is wanted is made. What somebody
//! changed in the folder is taken up first (see `taking_up`).

use std::time::Duration;

use super::elsewhere::keep_present;
use super::writing::{News, Unwritten};
use super::{Custody, Fault, Held};
use crate::clock::Timestamp;
use crate::domain::key_change::{KeyActor, KeyChange};
use crate::keyring::model::{KeySet, KeyState, KeyUse};
use crate::keyring::rotation::{self, Late, Plan, Policy};

/// How often a folder is looked at.
const WATCH_EVERY: Duration = Duration::from_secs(2);
/// How often keys in memory are, where nothing is due.
const SELDOM: Duration = Duration::from_secs(30);
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
            let mut plan = rotation::advance(&held.list.keys, &policy, now);
            keep_present(&mut plan, &held);
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
        let mut keys = rotation::advance(&held.list.keys, &self.policy().holding_all(), now);
        keep_present(&mut keys, &held);
        if keys.changes.is_empty() {
            held.list.keys = keys.keys;
        }
        if is_counting(&held.list.keys, self.policy()) {
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
        // What could not be written is tried again and again: who starts after us must know.
        let is_needed = rotation::must_be_written(&held.list.keys, &keys)
            || matches!(held.folder.fault, Some(Fault::Unwritable(_)));
        held.list.keys = keys;
        let longest = policy
            .publish_before
            .max(policy.jwks_max_age)
            .checked_div(PARTS_OF_A_WAIT)
            .unwrap_or_default()
            .clamp(Duration::from_secs(1), WRITE_DOWN);
        let is_due = now.since(held.written_at) >= longest || now < held.written_at;
        if is_needed || (is_due && is_counting(&held.list.keys, policy)) {
            self.write_down(held, now);
        }
    }

    pub(super) fn write_down(&self, held: &mut Held, now: Timestamp) {
        if !self.place.keeps_states(&held.folder)
            || held.folder.is_broken()
            || self.place.folder.is_none()
        {
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
}

/// Whether served time is counted for any key, or for copies that live longer than those of
/// today.
fn is_counting(keys: &KeySet, policy: &Policy) -> bool {
    let of_copies = keys.copies_live > policy.jwks_max_age;
    of_copies
        || keys.keys.iter().any(|key| match key.state {
            KeyState::Next | KeyState::Retired => true,
            KeyState::Active | KeyState::Withdrawn | KeyState::Revoked => false,
        })
}
