//! The future as it stands, for `--dry-run` and `status`: the schedule itself, run through
//! imagined time with imagined keys, so that it can't tell anything else than what will happen
//! if a server is there all the time and nobody interferes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::act::act_after;
use super::advance::{advance_after, next_event};
use super::turn::served_since_last_look;
use super::{Act, Change, Make, Plan, Policy};
use crate::clock::Timestamp;
use crate::domain::id::ClientId;
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse, Pin};

/// So many rotations of each set are told.
const ROTATIONS: usize = 2;

/// A policy of many keys at once does not make the telling endless.
const MOST_PASSES: usize = 2_000;

/// Something that is going to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// To a key of that use.
    pub key_use: KeyUse,
    /// To this key; none for one that is yet to be made.
    pub key: Option<String>,
    /// What.
    pub what: StepKind,
}

/// What is going to happen to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// It is made (or, by the act that was asked about, brought in).
    Made,
    /// It is published.
    Published,
    /// It begins to sign.
    Signs,
    /// It ceases to sign.
    Retired,
    /// It ceases to be published.
    Withdrawn,
    /// It is removed from the list.
    Forgotten,
    /// It is not trusted any more.
    Revoked,
    /// This client is not pinned to it any more.
    PinEnds(ClientId),
}

/// What is going to happen from `now` on, in its order: up to two rotations of each set (beyond
/// those that `act` itself does), and what becomes of every key in them. An act that would be
/// refused changes nothing here; ask [`super::act()`] for the reason.
#[must_use]
pub fn timeline(keys: &KeySet, policy: &Policy, now: Timestamp, act: Option<&Act>) -> Vec<Step> {
    let mut future = Future {
        keys: keys.clone(),
        policy,
        now,
        imagined: BTreeSet::new(),
        rotations: BTreeMap::new(),
        steps: Vec::new(),
    };
    let served = served_since_last_look(keys, policy, now);
    let acted = act.and_then(|act| act_after(keys, policy, act, now, served).ok());
    let mut served = if let Some(plan) = acted {
        future.take(plan);
        future.rotations.clear();
        Duration::ZERO
    } else {
        served
    };
    for _ in 0..MOST_PASSES {
        // What is imagined is carried out at once: all of its time counts.
        future.keys.seen_at = None;
        let plan = advance_after(&future.keys, policy, future.now, served);
        served = Duration::ZERO;
        if future.take(plan) {
            continue;
        }
        let Some(event) = next_event(&future.keys, policy, future.now) else {
            break;
        };
        served = event;
        let then = future.now.plus(served);
        if then <= future.now {
            break;
        }
        future.now = then;
    }
    future.steps
}

struct Future<'a> {
    keys: KeySet,
    policy: &'a Policy,
    now: Timestamp,
    imagined: BTreeSet<String>,
    rotations: BTreeMap<KeyUse, usize>,
    steps: Vec<Step>,
}

impl Future<'_> {
    /// Takes over what a plan says, and makes the keys that it asks for. Whether any was made,
    /// so that the schedule is to be asked again at this moment.
    fn take(&mut self, plan: Plan) -> bool {
        for pin in &self.keys.pins {
            if !plan.keys.pins.contains(pin) {
                self.steps.extend(self.end_of(pin));
            }
        }
        for change in &plan.changes {
            self.tell(change);
            if (change.from, change.to) == (Some(KeyState::Active), Some(KeyState::Retired)) {
                *self.rotations.entry(change.key_use).or_default() += 1;
            }
        }
        self.keys = plan.keys;
        let mut made = false;
        for make in plan.make {
            made |= self.make(make);
        }
        made
    }

    fn make(&mut self, make: Make) -> bool {
        let done = self.rotations.get(&make.key_use).copied().unwrap_or(0);
        if done >= ROTATIONS {
            return false;
        }
        // A name that no key can have: no kid has control characters in it.
        let kid = format!("\u{1}{}", self.imagined.len());
        self.imagined.insert(kid.clone());
        let act = Act::Enter(
            Box::new(imagined(kid, make.key_use, self.now)),
            make.enter_as,
        );
        self.keys.seen_at = None;
        let plan = act_after(&self.keys, self.policy, &act, self.now, Duration::ZERO);
        match plan {
            Ok(plan) => {
                self.take(plan);
                true
            }
            Err(_) => false,
        }
    }

    fn tell(&mut self, change: &Change) {
        let kinds: &[StepKind] = match (change.from, change.to) {
            (None, Some(_)) => &[StepKind::Made, StepKind::Published],
            (Some(_), Some(KeyState::Next)) => &[StepKind::Published],
            (_, Some(KeyState::Active)) => &[StepKind::Signs],
            (_, Some(KeyState::Retired)) => &[StepKind::Retired],
            (_, Some(KeyState::Withdrawn)) => &[StepKind::Withdrawn],
            (_, Some(KeyState::Revoked)) => &[StepKind::Revoked],
            (_, None) => &[StepKind::Forgotten],
        };
        for what in kinds {
            self.steps.push(Step {
                at: self.now,
                key_use: change.key_use,
                key: self.named(&change.kid),
                what: what.clone(),
            });
        }
    }

    fn end_of(&self, pin: &Pin) -> Option<Step> {
        let key = self.keys.find(&pin.kid)?;
        Some(Step {
            at: self.now,
            key_use: key.key_use,
            key: self.named(&pin.kid),
            what: StepKind::PinEnds(pin.client.clone()),
        })
    }

    fn named(&self, kid: &str) -> Option<String> {
        (!self.imagined.contains(kid)).then(|| kid.to_owned())
    }
}

/// A key as the rules see it. They set the rest when it is brought in.
fn imagined(kid: String, key_use: KeyUse, now: Timestamp) -> Key {
    Key::new(kid, key_use, now)
}
