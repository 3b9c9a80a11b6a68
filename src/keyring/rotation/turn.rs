//! One turn at the keys: what `advance` and `act` have in common. Every way into and out of a
//! state is here, so that no path forgets to note a time, to start the count anew, or to say
//! what changed.

use std::collections::BTreeSet;
use std::time::Duration;

use super::heirs::{heir, longest_served};
use super::mending::{bring_down, fill_in};
use super::{Change, Policy, copies};
use crate::clock::Timestamp;
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse, Pin};

/// The keys while they change.
pub(super) struct Turn<'a> {
    pub(super) keys: KeySet,
    pub(super) changes: Vec<Change>,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
}

/// How much of the time since the last look a server was there to serve the keys: all, or
/// (the clock went back, or the looks lie too far apart) none that we could vouch for.
pub(super) fn served_since_last_look(keys: &KeySet, policy: &Policy, now: Timestamp) -> Duration {
    keys.seen_at
        .map(|seen_at| now.since(seen_at))
        .filter(|time| *time <= policy.gap())
        .unwrap_or_default()
}

impl<'a> Turn<'a> {
    /// Takes up the keys at `now`, after `served` more of having been served.
    pub(super) fn begin(
        keys: &KeySet,
        policy: &'a Policy,
        now: Timestamp,
        served: Duration,
    ) -> Self {
        let mut keys = keys.clone();
        let last_look = keys.seen_at;
        // Two moments of which the later one was known first (the clock went back, or who
        // brings this one took his time) have no time between them: the count begins anew.
        keys.seen_at = last_look
            .is_none_or(|last_look| last_look <= now)
            .then_some(now);
        copies::count(&mut keys, policy, served);
        let copies_live = keys.copies_live;
        // By all pins that there are: one that has just ended was good until this very look.
        let pinned: BTreeSet<&str> = keys.pins.iter().map(|pin| pin.kid.as_str()).collect();
        for key in &mut keys.keys {
            bring_down(key, now);
            fill_in(key, policy, now);
            copies::outlive(key, copies_live);
            let served = if is_settled(key, last_look) {
                served
            } else {
                Duration::ZERO
            };
            match key.state {
                KeyState::Next => key.served = key.served.saturating_add(served),
                KeyState::Active => policy.still_signs(key),
                KeyState::Retired if pinned.contains(key.kid.as_str()) => policy.still_signs(key),
                KeyState::Retired => key.served = key.served.saturating_add(served),
                KeyState::Withdrawn | KeyState::Revoked => {}
            }
        }
        Self {
            keys,
            changes: Vec::new(),
            policy,
            now,
        }
    }

    /// The next keys of a set, in their order.
    pub(super) fn nexts(&self, key_use: KeyUse) -> impl Iterator<Item = &Key> {
        self.of(key_use, KeyState::Next)
    }

    /// The next key of a set that would take over.
    pub(super) fn heir(&self, key_use: KeyUse) -> Option<&Key> {
        heir(&self.keys, key_use)
    }

    /// How long a next key is still to be served before it may take over.
    pub(super) fn remaining(&self, key: &Key) -> Duration {
        self.policy.wait_of(key).saturating_sub(key.served)
    }

    /// A next key takes over. The set has one active key before and after.
    pub(super) fn take_over(&mut self, kid: &str, key_use: KeyUse) {
        for other in self.kids(key_use, KeyState::Active) {
            self.go(&other, KeyState::Retired);
        }
        self.go(kid, KeyState::Active);
        self.clear_promises(key_use);
    }

    /// An operator's choice of a next key is used up, or another was chosen.
    pub(super) fn clear_promises(&mut self, key_use: KeyUse) {
        for key in &mut self.keys.keys {
            if key.key_use == key_use {
                key.promote_when_ready = false;
            }
        }
    }

    /// An operator chooses a next key, to take over as soon as it may.
    pub(super) fn promise(&mut self, kid: &str) {
        if let Some(key) = self.keys.keys.iter_mut().find(|key| key.kid == kid) {
            key.promote_when_ready = true;
        }
    }

    /// Sees to it that a set has exactly one active key. Where it has none, a next one signs
    /// at once, however short it was published: nothing else could sign.
    pub(super) fn crown(&mut self, key_use: KeyUse) {
        let newest = self
            .of(key_use, KeyState::Active)
            .max_by_key(|key| key.activated_at)
            .map(|key| key.kid.clone());
        if let Some(newest) = newest {
            // Two can only come of a list that was written by hand.
            for kid in self.kids(key_use, KeyState::Active) {
                if kid != newest {
                    self.go(&kid, KeyState::Retired);
                }
            }
        } else if let Some(kid) = self.stand_in(key_use).map(|key| key.kid.clone()) {
            let chosen = self.heir(key_use).filter(|heir| heir.promote_when_ready);
            let chosen = chosen.map(|heir| heir.kid.clone());
            self.take_over(&kid, key_use);
            // It was to sign as soon as it may, and does so: nobody took that back.
            if let Some(chosen) = chosen.filter(|chosen| *chosen != kid) {
                self.promise(&chosen);
            }
        }
    }

    /// Who signs where somebody must, at once: the one that an operator chose, if clients have
    /// it; else the one that most of them can have.
    fn stand_in(&self, key_use: KeyUse) -> Option<&Key> {
        self.heir(key_use)
            .filter(|heir| self.remaining(heir).is_zero())
            .or_else(|| longest_served(&self.keys, key_use))
    }

    /// A key that is new here.
    pub(super) fn enter(&mut self, mut key: Key, promote_when_ready: bool) {
        key.state = KeyState::Next;
        key.created_at = key.created_at.min(self.now);
        key.published_at = Some(self.now);
        key.activated_at = None;
        key.retired_at = None;
        key.withdrawn_at = None;
        key.revoked_at = None;
        key.served = Duration::ZERO;
        key.copies_live = Duration::ZERO;
        key.signs_for = Duration::ZERO;
        key.promote_when_ready = promote_when_ready;
        key.to_end = false;
        self.changes.push(Change {
            kid: key.kid.clone(),
            key_use: key.key_use,
            from: None,
            to: Some(KeyState::Next),
        });
        copies::outlive(&mut key, self.keys.copies_live);
        self.keys.keys.push(key);
    }

    /// A key changes its state.
    pub(super) fn go(&mut self, kid: &str, to: KeyState) {
        let (policy, now) = (self.policy, self.now);
        let Some(key) = self.keys.keys.iter_mut().find(|key| key.kid == kid) else {
            return;
        };
        self.changes.push(Change {
            kid: key.kid.clone(),
            key_use: key.key_use,
            from: Some(key.state),
            to: Some(to),
        });
        key.state = to;
        key.served = Duration::ZERO;
        key.copies_live = Duration::ZERO;
        key.promote_when_ready = false;
        match to {
            KeyState::Next => {}
            KeyState::Active => {
                key.activated_at = Some(now);
                key.retired_at = None;
                policy.still_signs(key);
            }
            KeyState::Retired => key.retired_at = Some(now),
            KeyState::Withdrawn => key.withdrawn_at = Some(now),
            KeyState::Revoked => {
                key.revoked_at = Some(now);
                key.to_end = has_signed(key);
            }
        }
    }

    /// Ends all pins but those that `keep` names. A retired key has signed for them until now.
    /// Whether any has ended.
    pub(super) fn drop_pins(&mut self, keep: impl Fn(&KeySet, &Pin) -> bool) -> bool {
        let (kept, ended): (Vec<Pin>, Vec<Pin>) = std::mem::take(&mut self.keys.pins)
            .into_iter()
            .partition(|pin| keep(&self.keys, pin));
        self.keys.pins = kept;
        for key in &mut self.keys.keys {
            if key.state == KeyState::Retired && ended.iter().any(|pin| pin.kid == key.kid) {
                key.retired_at = Some(self.now);
            }
        }
        !ended.is_empty()
    }

    /// A key is removed from the list.
    pub(super) fn forget(&mut self, kid: &str) {
        let Some(key) = self.keys.find(kid) else {
            return;
        };
        self.changes.push(Change {
            kid: key.kid.clone(),
            key_use: key.key_use,
            from: Some(key.state),
            to: None,
        });
        self.keys.keys.retain(|key| key.kid != kid);
    }

    /// The names of a set's keys in one state.
    pub(super) fn kids(&self, key_use: KeyUse, state: KeyState) -> Vec<String> {
        self.of(key_use, state).map(|key| key.kid.clone()).collect()
    }

    fn of(&self, key_use: KeyUse, state: KeyState) -> impl Iterator<Item = &Key> {
        self.keys
            .keys
            .iter()
            .filter(move |key| key.key_use == key_use && key.state == state)
    }
}

/// Whether a key's state was carried out for sure when it was looked at last: a plan of that
/// very look was written down and put to work after it, which may have taken its time. What
/// it published was not published before, and what it retired may have signed until then.
fn is_settled(key: &Key, last_look: Option<Timestamp>) -> bool {
    last_look.is_none_or(|last_look| begun_at(key).is_none_or(|begun_at| begun_at < last_look))
}

/// When the state of a key began whose served time is counted.
pub(super) const fn begun_at(key: &Key) -> Option<Timestamp> {
    match key.state {
        KeyState::Next => key.published_at,
        KeyState::Retired => key.retired_at,
        KeyState::Active | KeyState::Withdrawn | KeyState::Revoked => None,
    }
}

/// Whether clients may have tokens that this key signed.
pub(super) fn has_signed(key: &Key) -> bool {
    match key.key_use {
        KeyUse::Sign(_) => key.activated_at.is_some(),
        KeyUse::Seal => false,
    }
}

/// Whether a client can be pinned to this key: it signs, or has signed and is published. One
/// that never signed would begin to, without having been published for long enough.
pub(super) fn can_be_pinned(key: &Key) -> bool {
    has_signed(key)
        && match key.state {
            KeyState::Active | KeyState::Retired => true,
            KeyState::Next | KeyState::Withdrawn | KeyState::Revoked => false,
        }
}

/// The key of a pin that is good at `now`.
pub(super) fn pinned_key<'k>(keys: &'k KeySet, pin: &Pin, now: Timestamp) -> Option<&'k Key> {
    keys.find(&pin.kid)
        .filter(|key| pin.until > now && can_be_pinned(key))
}
