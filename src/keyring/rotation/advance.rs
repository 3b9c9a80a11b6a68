//! What the schedule does. It may be asked at any time and any number of times: twice at one
//! moment is as good as once, and what came due while nobody asked comes at once.

use std::time::Duration;

use super::policy::{LONGEST_LOOK, SHORTEST_LOOK};
use super::turn::{Turn, begun_at, can_be_pinned, pinned_key, served_since_last_look};
use super::{EnterAs, Late, Make, Plan, Policy};
use crate::clock::Timestamp;
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse};

/// What the schedule does at `now`.
pub fn advance(keys: &KeySet, policy: &Policy, now: Timestamp) -> Plan {
    let served = served_since_last_look(keys, policy, now);
    advance_after(keys, policy, now, served)
}

/// What the schedule does at `now`, when the keys have been served for `served` more.
pub(super) fn advance_after(
    keys: &KeySet,
    policy: &Policy,
    now: Timestamp,
    served: Duration,
) -> Plan {
    let mut turn = Turn::begin(keys, policy, now, served);
    let mut make = Vec::new();
    let mut late = Vec::new();
    leave_uses(&mut turn);
    for key_use in &policy.uses {
        turn.crown(*key_use);
        late.extend(hand_over(&mut turn, *key_use));
        make.extend(wanted(&turn, *key_use));
    }
    withdraw(&mut turn);
    forget(&mut turn);
    // Pins that have ended, or whose key can't sign for anybody.
    turn.drop_pins(|keys, pin| pinned_key(keys, pin, now).is_some());
    let look_again = look_again(&turn.keys, policy, now);
    Plan {
        keys: turn.keys,
        changes: turn.changes,
        make,
        look_again,
        late,
    }
}

/// An algorithm was taken out of the configuration: nobody signs with it any more.
fn leave_uses(turn: &mut Turn<'_>) {
    let leaving: Vec<String> = turn
        .keys
        .keys
        .iter()
        .filter(|key| !turn.policy.uses.contains(&key.key_use))
        .filter(|key| match key.state {
            KeyState::Next | KeyState::Active => true,
            KeyState::Retired | KeyState::Withdrawn | KeyState::Revoked => false,
        })
        .map(|key| key.kid.clone())
        .collect();
    for kid in leaving {
        turn.go(&kid, KeyState::Retired);
    }
}

/// The moment at which an active key has signed for as long as it should.
fn turn_ends(key: &Key, policy: &Policy) -> Option<Timestamp> {
    let rotate_every = policy.rotate_every?;
    Some(key.activated_at?.plus(rotate_every))
}

/// The next key takes over if it is due, has been published for long enough, and is not held.
fn hand_over(turn: &mut Turn<'_>, key_use: KeyUse) -> Option<Late> {
    let over_since = turn
        .keys
        .active(key_use)
        .and_then(|key| turn_ends(key, turn.policy))
        .filter(|moment| *moment <= turn.now);
    let Some(heir) = turn.heir(key_use) else {
        return over_since.map(|since| Late::Overdue { key_use, since });
    };
    if over_since.is_none() && !heir.promote_when_ready {
        return None;
    }
    let (kid, remaining) = (heir.kid.clone(), turn.remaining(heir));
    let for_copies = turn.policy.waits_for_copies(heir);
    if remaining > Duration::ZERO {
        return Some(Late::WaitsForPublication {
            key_use,
            kid,
            remaining,
            for_copies,
        });
    }
    if turn.policy.held.contains(&key_use) {
        return Some(Late::WaitsForClients { key_use, kid });
    }
    turn.take_over(&kid, key_use);
    None
}

/// Whether a key is to be made: there is none, or the next one must be published now to be
/// ready in time.
fn wanted(turn: &Turn<'_>, key_use: KeyUse) -> Option<Make> {
    let made_in_time = match turn.keys.active(key_use) {
        None => true,
        Some(active) => turn_ends(active, turn.policy)
            .is_some_and(|moment| moment.minus(turn.policy.wait(key_use)) <= turn.now),
    };
    (made_in_time && turn.nexts(key_use).next().is_none()).then_some(Make {
        key_use,
        enter_as: EnterAs::Auto,
    })
}

/// Retired keys go when the last that they signed has ended, and the margin is over. A good pin
/// keeps its key: its count stands at zero, also if the margin were zero.
fn withdraw(turn: &mut Turn<'_>) {
    let done: Vec<String> = turn
        .keys
        .keys
        .iter()
        .filter(|key| key.state == KeyState::Retired && key.served >= turn.policy.stays(key))
        .filter(|key| !is_pinned(&turn.keys, key, turn.now))
        .map(|key| key.kid.clone())
        .collect();
    for kid in done {
        turn.go(&kid, KeyState::Withdrawn);
    }
}

fn is_pinned(keys: &KeySet, key: &Key, now: Timestamp) -> bool {
    can_be_pinned(key)
        && keys
            .pins
            .iter()
            .any(|pin| pin.kid == key.kid && pin.until > now)
}

/// Withdrawn keys go when no hint that they signed is good any more.
fn forget(turn: &mut Turn<'_>) {
    let done: Vec<String> = turn
        .keys
        .keys
        .iter()
        .filter(|key| forgotten_at(key, turn.policy).is_some_and(|moment| moment <= turn.now))
        .map(|key| key.kid.clone())
        .collect();
    for kid in done {
        turn.forget(&kid);
    }
}

fn forgotten_at(key: &Key, policy: &Policy) -> Option<Timestamp> {
    match key.state {
        KeyState::Withdrawn => Some(key.withdrawn_at?.plus(policy.hint_life)),
        KeyState::Next | KeyState::Active | KeyState::Retired | KeyState::Revoked => None,
    }
}

/// When to look again: often while served time is counted, when something comes due, and soon
/// after a state has begun, whose count begins with that look.
fn look_again(keys: &KeySet, policy: &Policy, now: Timestamp) -> Duration {
    let counting = |key: &&Key| match key.state {
        KeyState::Next => key.served < policy.wait_of(key),
        KeyState::Retired => !is_pinned(keys, key, now),
        KeyState::Active | KeyState::Withdrawn | KeyState::Revoked => false,
    };
    let mut longest = LONGEST_LOOK;
    for key in keys.keys.iter().filter(counting) {
        longest = longest.min(if begun_at(key) == Some(now) {
            SHORTEST_LOOK
        } else {
            policy.look_interval()
        });
    }
    next_event(keys, policy, now).map_or(longest, |event| event.min(longest))
}

/// How long until something may change, if the keys are served without a gap: in whole
/// milliseconds, which is as fine as moments are.
pub(super) fn next_event(keys: &KeySet, policy: &Policy, now: Timestamp) -> Option<Duration> {
    let until = |moment: Timestamp| moment.since(now);
    let of_keys = keys.keys.iter().flat_map(|key| match key.state {
        KeyState::Next => [Some(policy.wait_of(key).saturating_sub(key.served)), None],
        KeyState::Active => {
            let end = turn_ends(key, policy);
            let published = end.map(|moment| moment.minus(policy.wait(key.key_use)));
            [end.map(until), published.map(until)]
        }
        KeyState::Retired if is_pinned(keys, key, now) => [None, None],
        KeyState::Retired => [Some(policy.stays(key).saturating_sub(key.served)), None],
        KeyState::Withdrawn => [forgotten_at(key, policy).map(until), None],
        KeyState::Revoked => [None, None],
    });
    let of_pins = keys.pins.iter().map(|pin| Some(until(pin.until)));
    of_keys
        .chain(of_pins)
        .flatten()
        .filter(|time| *time > Duration::ZERO)
        .min()
        .map(|time| {
            let up = time.saturating_add(Duration::from_nanos(999_999));
            Duration::from_millis(u64::try_from(up.as_millis()).unwrap_or(u64::MAX))
        })
}
