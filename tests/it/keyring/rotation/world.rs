//! A world around the rules, which knows the true time and believes nothing that the keys say
//! of themselves: it notes from outside who signed what, when, and what was published while a
//! server was there, and holds the promises against that.

use std::collections::{BTreeMap, BTreeSet};

use dingpass::keyring::rotation::{Make, Roles, must_be_written};

use super::*;

/// Milliseconds.
type Millis = i64;

fn millis(time: Duration) -> Millis {
    i64::try_from(time.as_millis()).unwrap()
}

/// What the world saw of a key.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// How long the server had been there in all when the key was first published.
    published_at: Millis,
    /// The time that was counted in doubt until then.
    doubt_when_published: Millis,
    /// The true time at which no copy is fresh any more that was fetched before.
    copies_end: Millis,
    /// It signed for anybody who is not pinned.
    was_active: bool,
    /// How long the server will have been there when the last that it signed has ended.
    tokens_end: Millis,
    /// The time that was counted in doubt until its last signature.
    doubt_when_signing: Millis,
    /// It was asked to go, or its algorithm was.
    sent_away: bool,
}

/// A key that is being made.
struct Making {
    ready_at: Millis,
    make: Make,
}

pub(super) struct World {
    pub(super) policy: Policy,
    pub(super) keys: KeySet,
    /// What a process that starts would read: all but the time that was served since the last
    /// change.
    disk: KeySet,
    /// What the server serves and signs by: made at the last look.
    ring: Roles,
    /// The true time, which never jumps.
    true_time: Millis,
    /// The clock's error.
    error: Millis,
    /// How long a server has been there in all.
    there: Millis,
    /// Clock and `there` at the last look of this process.
    last_look: Option<(Timestamp, Millis)>,
    /// Time that no rule can tell from served time: jumps within the gap between two looks.
    doubt: Millis,
    seen: BTreeMap<String, Seen>,
    /// The true time at which no copy is fresh any more of all that were fetched until now, each
    /// by the max-age that it was served with.
    copies_end: Millis,
    /// The next keys that an operator promoted.
    chosen: BTreeMap<KeyUse, String>,
    revoked: BTreeSet<String>,
    pins: BTreeMap<ClientId, (String, Timestamp)>,
    /// Sets in which a key was entered since they are in use.
    begun: BTreeSet<KeyUse>,
    making: Vec<Making>,
    /// How long the next key takes to be made.
    pub(super) making_takes: Millis,
    made: usize,
    look_again: Duration,
    /// How long it takes to write a change down and put it to work.
    pub(super) writing_takes: Millis,
    /// A key is made within a look, which goes on with the moment at which it began.
    pub(super) makes_within_a_look: bool,
}

impl World {
    pub(super) fn new(policy: Policy) -> Self {
        let mut world = Self {
            policy,
            keys: KeySet::default(),
            disk: KeySet::default(),
            ring: Roles::default(),
            true_time: NEW_YEAR.as_millis(),
            error: 0,
            there: 0,
            last_look: None,
            doubt: 0,
            seen: BTreeMap::new(),
            copies_end: 0,
            chosen: BTreeMap::new(),
            revoked: BTreeSet::new(),
            pins: BTreeMap::new(),
            begun: BTreeSet::new(),
            making: Vec::new(),
            making_takes: 0,
            made: 0,
            look_again: Duration::ZERO,
            writing_takes: 0,
            makes_within_a_look: false,
        };
        world.look();
        world
    }

    pub(super) fn clock(&self) -> Timestamp {
        Timestamp::from_millis(self.true_time + self.error)
    }

    pub(super) fn signer(&self, key_use: KeyUse) -> Option<&String> {
        self.ring.signs.get(&key_use)
    }

    pub(super) fn is_published(&self, kid: &str) -> bool {
        self.ring.published.iter().any(|published| published == kid)
    }

    /// How long a key has been published while a server was there, as far as can be known.
    pub(super) fn published_for(&self, kid: &str) -> Duration {
        let seen = self.seen[kid];
        let true_time = self.there - seen.published_at;
        let doubt = self.doubt - seen.doubt_when_published;
        Duration::from_millis(u64::try_from(true_time + doubt).unwrap())
    }

    /// Time passes and the server is there.
    fn pass(&mut self, time: Millis) {
        self.true_time += time;
        self.there += time;
    }

    /// The server is there for so long, and looks as often as it is told to.
    pub(super) fn run(&mut self, time: Millis) {
        self.run_late(time, 0);
    }

    /// The same on a loaded machine: each look comes late by so many percent of the time that
    /// lies between two looks at most while something is counted.
    pub(super) fn run_late(&mut self, time: Millis, percent: Millis) {
        let end = self.true_time + time;
        let late = millis(self.policy.look_interval()) * percent / 100;
        let mut look_at = self.true_time + millis(self.look_again) + late;
        while self.true_time < end {
            let made_at = self.making.iter().map(|making| making.ready_at).min();
            let wake_at = look_at.min(made_at.unwrap_or(i64::MAX)).min(end);
            self.pass((wake_at - self.true_time).max(0));
            if wake_at < look_at && wake_at < end {
                self.finish_making(self.clock(), self.there);
            } else {
                self.look();
            }
            look_at = self.true_time + millis(self.look_again).max(1) + late;
        }
    }

    /// The process is frozen, with the machine or without it.
    pub(super) fn sleep(&mut self, time: Millis) {
        self.true_time += time;
        self.look();
    }

    /// The process ends, orderly or by a crash, and another one starts after a while.
    pub(super) fn off(&mut self, time: Millis, crash: bool, policy: Option<Policy>) {
        self.sign();
        self.true_time += time;
        if crash {
            self.keys = self.disk.clone();
        }
        self.keys.seen_at = None;
        self.keys.handed_out = Duration::ZERO;
        self.last_look = None;
        self.making.clear();
        // Nobody signs before the first look.
        self.ring = Roles::default();
        if let Some(policy) = policy {
            self.policy = policy;
            self.policy_changed();
        }
        self.look();
    }

    pub(super) fn jump(&mut self, time: Millis) {
        self.error += time;
        self.look();
    }

    pub(super) fn change_policy(&mut self, policy: Policy) {
        self.sign();
        self.policy = policy;
        self.policy_changed();
        self.look_unsigned();
    }

    fn policy_changed(&mut self) {
        let uses = self.policy.uses.clone();
        self.begun.retain(|key_use| uses.contains(key_use));
        for key in &self.keys.keys {
            if !uses.contains(&key.key_use)
                && let Some(seen) = self.seen.get_mut(&key.kid)
            {
                seen.sent_away = true;
            }
        }
    }

    /// A look of the schedule, what it asks for, and what was asked for before.
    pub(super) fn look(&mut self) {
        self.sign();
        self.look_unsigned();
    }

    fn look_unsigned(&mut self) {
        let (now, there) = (self.clock(), self.there);
        // What was changed is looked at once more, still with the moment at which it began.
        while self.look_once(now, there) || self.finish_making(now, there) {}
    }

    /// Whether anything changed.
    fn look_once(&mut self, now: Timestamp, there: Millis) -> bool {
        self.count(now, there);
        self.pins.retain(|_, (_, until)| *until > now);
        let plan = advance(&self.keys, &self.policy, now);
        let mut again = advance(&plan.keys, &self.policy, now);
        assert_eq!(again.changes, [], "twice is as good as once");
        again.keys.seen_at = plan.keys.seen_at;
        assert_eq!(again.keys, plan.keys, "twice is as good as once");
        assert_eq!((&again.make, &again.late), (&plan.make, &plan.late));
        assert!(plan.look_again <= 30 * SECOND && plan.look_again > Duration::ZERO);
        self.look_again = plan.look_again;
        let has_changed = !plan.changes.is_empty();
        self.no_time_lies_ahead(&plan.keys, now);
        if has_changed {
            self.carry_out();
        }
        self.take(&plan, &[], now);
        for make in plan.make {
            self.start_making(make);
        }
        if self.makes_within_a_look && !self.making.is_empty() {
            self.pass(self.making_takes);
        }
        has_changed
    }

    /// Writing takes its time, and those before sign until it is done.
    fn carry_out(&mut self) {
        self.pass(self.writing_takes);
        self.sign();
    }

    /// What passes for served time since the last look; the rest of it is in doubt.
    fn count(&mut self, now: Timestamp, there: Millis) {
        if let Some((then, was_there)) = self.last_look {
            let by_clock = now.as_millis() - then.as_millis();
            if (0..=gap(&self.policy)).contains(&by_clock) {
                self.doubt += (by_clock - (there - was_there)).max(0);
            }
        }
        self.last_look = Some((now, there));
    }

    fn start_making(&mut self, make: Make) {
        let asked = |making: &Making| making.make.key_use == make.key_use;
        if !self.making.iter().any(asked) {
            self.making.push(Making {
                ready_at: self.true_time + self.making_takes,
                make,
            });
        }
    }

    /// Brings in what has been made. Whether there was any.
    fn finish_making(&mut self, now: Timestamp, there: Millis) -> bool {
        let (ready, rest): (Vec<Making>, Vec<Making>) = std::mem::take(&mut self.making)
            .into_iter()
            .partition(|making| making.ready_at <= self.true_time);
        self.making = rest;
        let mut any = false;
        for Making { make, .. } in ready {
            any |= self.enter_at(make.key_use, make.enter_as, now, there);
        }
        any
    }

    pub(super) fn enter(&mut self, key_use: KeyUse, enter_as: EnterAs) {
        self.enter_at(key_use, enter_as, self.clock(), self.there);
    }

    fn enter_at(
        &mut self,
        key_use: KeyUse,
        enter_as: EnterAs,
        now: Timestamp,
        there: Millis,
    ) -> bool {
        self.made += 1;
        let key = new_key(&format!("k{}", self.made), key_use, now);
        self.act_at(&Act::Enter(Box::new(key), enter_as), now, there)
    }

    pub(super) fn act(&mut self, what: &Act) -> bool {
        self.act_at(what, self.clock(), self.there)
    }

    /// An act, taken or refused. What it may force is said here, from outside.
    fn act_at(&mut self, what: &Act, now: Timestamp, there: Millis) -> bool {
        self.sign();
        let Ok(plan) = act(&self.keys, &self.policy, what, now) else {
            return false;
        };
        self.count(now, there);
        let mut forced = Vec::new();
        match what {
            Act::Enter(key, EnterAs::Active | EnterAs::Successor) => {
                self.chosen.remove(&key.key_use);
            }
            Act::Promote { kid, .. } => {
                let key_use = self.keys.find(kid).unwrap().key_use;
                self.chosen.insert(key_use, kid.clone());
            }
            Act::Retire { kid } => self.chosen.retain(|_, chosen| chosen != kid),
            // Somebody must sign at once, and clients may not have the chosen one.
            Act::Revoke { kid } => {
                let key_use = self.keys.find(kid).unwrap().key_use;
                let signs = self.keys.active(key_use).map(|key| &key.kid);
                if signs == Some(kid) || self.chosen.get(&key_use) == Some(kid) {
                    self.chosen.remove(&key_use);
                }
            }
            Act::Enter(..) | Act::Rotate { .. } | Act::Pin { .. } | Act::Unpin { .. } => {}
        }
        match what {
            Act::Enter(key, enter_as) => {
                assert!(!self.revoked.contains(&key.kid), "a revoked key came back");
                if *enter_as == EnterAs::Active {
                    forced.push(key.key_use);
                }
                self.begun.insert(key.key_use);
            }
            Act::Rotate { key_use, now } => forced.extend(now.then_some(*key_use)),
            Act::Promote { kid, now } => {
                forced.extend(now.then_some(self.keys.find(kid).unwrap().key_use));
            }
            Act::Retire { kid } => self.seen.get_mut(kid).unwrap().sent_away = true,
            Act::Revoke { kid } => {
                forced.push(self.keys.find(kid).unwrap().key_use);
                self.revoked.insert(kid.clone());
                self.pins.retain(|_, (pinned, _)| pinned != kid);
            }
            Act::Pin { client, kid, until } => {
                let pin = (kid.clone(), *until);
                self.pins.insert(client.clone(), pin);
            }
            Act::Unpin { client } => {
                self.pins.remove(client);
            }
        }
        self.carry_out();
        self.take(&plan, &forced, now);
        self.look_again = plan.look_again;
        for make in plan.make {
            self.start_making(make);
        }
        true
    }

    /// Everything that signs does so: for whom it is pinned to, and for all others. Whoever
    /// wants the published keys fetches them.
    fn sign(&mut self) {
        if !self.ring.published.is_empty() {
            let fresh_until = self.true_time + millis(self.policy.jwks_max_age);
            self.copies_end = self.copies_end.max(fresh_until);
        }
        let (there, doubt) = (self.there, self.doubt);
        let of_sets = self.ring.signs.values().map(|kid| (kid, true));
        let of_pins = self.ring.pinned.values().map(|kid| (kid, false));
        for (kid, active) in of_sets.chain(of_pins) {
            let key_use = self.keys.find(kid).unwrap().key_use;
            let seen = self.seen.get_mut(kid).unwrap();
            assert!(active || seen.was_active, "{kid} signs for a pin alone");
            seen.tokens_end = seen
                .tokens_end
                .max(there + millis(self.policy.life(key_use)));
            seen.doubt_when_signing = doubt;
        }
    }

    /// Takes over a plan, and holds every promise against what was seen.
    fn take(&mut self, plan: &Plan, forced: &[KeyUse], now: Timestamp) {
        let before = std::mem::replace(&mut self.keys, plan.keys.clone());
        let was = std::mem::replace(&mut self.ring, roles(&self.keys, now));
        self.write();
        self.every_change_is_told(&before, plan);
        let there = |roles: &Roles| -> BTreeSet<String> {
            roles
                .published
                .iter()
                .chain(&roles.opens)
                .cloned()
                .collect()
        };
        let (published_before, published) = (there(&was), there(&self.ring));
        for kid in published.difference(&published_before) {
            self.seen.entry(kid.clone()).or_insert(Seen {
                published_at: self.there,
                doubt_when_published: self.doubt,
                copies_end: self.copies_end,
                ..Seen::default()
            });
        }
        for kid in self.ring.signs.values() {
            self.seen.get_mut(kid).unwrap().was_active = true;
        }
        self.who_signs_is_published(&published);
        self.who_begins_was_published_for_long_enough(&was, &before, forced);
        self.who_was_chosen_goes_first(&before);
        self.what_is_needed_stays(&before, &published);
        self.one_signs_for_each_set();
        self.what_is_revoked_does_nothing();
        self.pinned_clients_keep_their_key(now);
    }

    /// The list is written when anything but served time has changed.
    fn write(&mut self) {
        if must_be_written(&self.disk, &self.keys) {
            self.disk = self.keys.clone();
        }
    }

    fn every_change_is_told(&self, before: &KeySet, plan: &Plan) {
        let states = |keys: &KeySet| -> BTreeMap<String, KeyState> {
            let keys = keys.keys.iter();
            keys.map(|key| (key.kid.clone(), key.state)).collect()
        };
        let mut told = states(before);
        for change in &plan.changes {
            assert_eq!(told.get(&change.kid).copied(), change.from);
            match change.to {
                Some(to) => told.insert(change.kid.clone(), to),
                None => told.remove(&change.kid),
            };
        }
        assert_eq!(told, states(&self.keys), "every change is told");
    }

    fn no_time_lies_ahead(&self, keys: &KeySet, now: Timestamp) {
        for key in &keys.keys {
            let times = [
                Some(key.created_at),
                key.published_at,
                key.activated_at,
                key.retired_at,
                key.withdrawn_at,
                key.revoked_at,
            ];
            let ahead = times.into_iter().flatten().any(|time| time > now);
            assert!(!ahead, "a time lies ahead: {key:?}");
        }
    }

    fn who_signs_is_published(&self, published: &BTreeSet<String>) {
        for kid in self.ring.signs.values().chain(self.ring.pinned.values()) {
            assert!(published.contains(kid), "{kid} signs and is not published");
            assert!(self.ring.verifies.contains(kid) || self.ring.opens.contains(kid));
        }
    }

    /// By the policy that is in force when it begins. Exempt are the first key of a set and
    /// what an operator forces.
    fn who_begins_was_published_for_long_enough(
        &self,
        was: &Roles,
        before: &KeySet,
        forced: &[KeyUse],
    ) {
        for (key_use, kid) in &self.ring.signs {
            // The ring is empty after a start; the list is not.
            let signed_before = before.active(*key_use).map(|key| &key.kid);
            let first = was.signs.get(key_use).or(signed_before).is_none();
            if signed_before == Some(kid) || first || forced.contains(key_use) {
                continue;
            }
            let (published, wait) = (self.published_for(kid), self.policy.wait(*key_use));
            assert!(
                published >= wait,
                "{kid} signs after {published:?} of {wait:?}"
            );
            if let KeyUse::Sign(_) = key_use {
                let seen = self.seen[kid];
                let doubt = self.doubt - seen.doubt_when_published;
                assert!(
                    self.true_time + doubt >= seen.copies_end,
                    "{kid} signs while copies without it are fresh for {} more",
                    seen.copies_end - self.true_time
                );
            }
        }
    }

    /// An operator's choice counts, whoever else is ready; and then it is used up.
    fn who_was_chosen_goes_first(&mut self, before: &KeySet) {
        for key_use in [RS256, ES256, KeyUse::Seal] {
            let active = |keys: &KeySet| keys.active(key_use).map(|key| key.kid.clone());
            let Some(signs) = active(&self.keys).filter(|_| active(before) != active(&self.keys))
            else {
                continue;
            };
            if let Some(chosen) = self.chosen.remove(&key_use) {
                assert_eq!(signs, chosen, "another one was chosen");
            }
        }
        let keys = &self.keys;
        self.chosen.retain(|_, kid| {
            keys.find(kid)
                .is_some_and(|key| key.state == KeyState::Next)
        });
    }

    /// By served time, which is less than the time that has passed; with the margin that is in
    /// force when it goes.
    fn what_is_needed_stays(&self, before: &KeySet, published: &BTreeSet<String>) {
        let margin = millis(self.policy.retire_margin);
        for key in &before.keys {
            let (kid, seen) = (&key.kid, self.seen[&key.kid]);
            let was_there = match key.state {
                KeyState::Next | KeyState::Active | KeyState::Retired => true,
                KeyState::Withdrawn | KeyState::Revoked => false,
            };
            if !was_there || published.contains(kid) || self.revoked.contains(kid) {
                continue;
            }
            assert!(seen.was_active || seen.sent_away, "{kid} went unasked");
            let served = self.there + self.doubt - seen.doubt_when_signing;
            assert!(
                served >= seen.tokens_end + margin || !seen.was_active,
                "{kid} went at {served}, and was needed until {}",
                seen.tokens_end + margin
            );
        }
    }

    fn one_signs_for_each_set(&self) {
        for key_use in &self.policy.uses {
            let active = |key: &&Key| key.key_use == *key_use && key.state == KeyState::Active;
            let count = self.keys.keys.iter().filter(active).count();
            let begun = self.begun.contains(key_use);
            assert_eq!(count, usize::from(begun), "keys that sign with {key_use:?}");
        }
        for key_use in self.ring.signs.keys() {
            assert!(
                self.policy.uses.contains(key_use),
                "{key_use:?} is not used"
            );
        }
    }

    fn what_is_revoked_does_nothing(&self) {
        let ring = &self.ring;
        for kid in &self.revoked {
            let everywhere = ring
                .published
                .iter()
                .chain(&ring.opens)
                .chain(&ring.verifies);
            let everywhere = everywhere
                .chain(ring.signs.values())
                .chain(ring.pinned.values());
            assert!(
                !everywhere.into_iter().any(|other| other == kid),
                "{kid} was revoked"
            );
            assert_eq!(self.keys.find(kid).unwrap().state, KeyState::Revoked);
        }
    }

    fn pinned_clients_keep_their_key(&self, now: Timestamp) {
        let mut expected = BTreeMap::new();
        for (client, (kid, until)) in &self.pins {
            if *until > now {
                expected.insert(client.clone(), kid.clone());
            }
        }
        assert_eq!(self.ring.pinned, expected);
    }
}

/// Two looks further apart than this have no server in between, by the contract: twice the
/// time between looks, which is an eighth of the shortest span, and a quarter of a second to
/// half a minute.
fn gap(policy: &Policy) -> Millis {
    let wait = policy.publish_before.max(policy.jwks_max_age);
    let life = policy.token_life.min(policy.sealed_life) + policy.retire_margin;
    (millis(wait.min(life)) / 8).clamp(250, 30_000).max(1_000) * 2
}
