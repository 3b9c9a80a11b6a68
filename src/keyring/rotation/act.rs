//! One act of an operator. It does what was asked and no more: what becomes due by it is done
//! by the schedule, which is to look at once, so that the audit log tells the two apart.

use std::time::Duration;

use super::turn::{Turn, can_be_pinned, served_since_last_look, still_signs};
use super::{ActRefused, Make, Plan, Policy};
use crate::clock::Timestamp;
use crate::domain::id::ClientId;
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse, Pin};

/// What an operator may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A key that was made or imported is brought in. Its name, use, file, public half and
    /// moment of making count; state, times and counts are set here.
    Enter(Box<Key>, EnterAs),
    /// The next key of a set takes over: when it has been published for long enough, or now.
    /// Where there is none, the plan asks for one.
    Rotate {
        /// The set.
        key_use: KeyUse,
        /// At once, however short it was published.
        now: bool,
    },
    /// This next key takes over: when it has been published for long enough, or now.
    Promote {
        /// The key.
        kid: String,
        /// At once, however short it was published.
        now: bool,
    },
    /// This key ceases to sign, or will never sign. In place of an active one the next takes
    /// over, if it is ready. A next one stays published for the margin, like any other that
    /// is retired: it never signed, so nothing else is waited for.
    Retire {
        /// The key.
        kid: String,
    },
    /// This key is not trusted any more: it is not published, verifies nothing, and its name
    /// never comes back. In place of an active one the next takes over at once.
    Revoke {
        /// The key.
        kid: String,
    },
    /// A client stays with a key that signs or has signed. An earlier pin of it is replaced.
    Pin {
        /// The client.
        client: ClientId,
        /// The key.
        kid: String,
        /// Until then.
        until: Timestamp,
    },
    /// A client goes with the others again.
    Unpin {
        /// The client.
        client: ClientId,
    },
}

/// How a key is brought in. In a set without an active key each of them signs at once: nothing
/// else could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnterAs {
    /// As the schedule wants it: it signs if nothing else does, else it is a next key.
    Auto,
    /// A next key, which waits for its turn.
    Next,
    /// A next key that takes over as soon as it has been published for long enough.
    Successor,
    /// It takes over at once, however short it was published.
    Active,
}

/// What an act means.
///
/// # Errors
/// [`ActRefused`]
pub fn act(keys: &KeySet, policy: &Policy, act: &Act, now: Timestamp) -> Result<Plan, ActRefused> {
    let served = served_since_last_look(keys, policy, now);
    act_after(keys, policy, act, now, served)
}

/// Brings in a key: [`Act::Enter`].
///
/// # Errors
/// [`ActRefused`]
pub fn enter(
    keys: &KeySet,
    policy: &Policy,
    key: Key,
    enter_as: EnterAs,
    now: Timestamp,
) -> Result<Plan, ActRefused> {
    act(keys, policy, &Act::Enter(Box::new(key), enter_as), now)
}

/// What an act means when the keys have been served for `served` more.
pub(super) fn act_after(
    keys: &KeySet,
    policy: &Policy,
    act: &Act,
    now: Timestamp,
    served: Duration,
) -> Result<Plan, ActRefused> {
    let mut turn = Turn::begin(keys, policy, now, served);
    let mut make = None;
    match act {
        Act::Enter(key, enter_as) => bring_in(&mut turn, key, *enter_as)?,
        Act::Rotate { key_use, now } => make = rotate(&mut turn, *key_use, *now)?,
        Act::Promote { kid, now } => promote(&mut turn, kid, *now)?,
        Act::Retire { kid } => retire(&mut turn, kid)?,
        Act::Revoke { kid } => revoke(&mut turn, kid)?,
        Act::Pin { client, kid, until } => pin(&mut turn, client, kid, *until)?,
        Act::Unpin { client } => unpin(&mut turn, client)?,
    }
    for key_use in &policy.uses {
        turn.crown(*key_use);
    }
    // Making and writing down a key take their time after `now`: what this act began, or ended,
    // is counted from the next look on.
    turn.keys.seen_at = None;
    Ok(Plan {
        keys: turn.keys,
        changes: turn.changes,
        make: make.into_iter().collect(),
        look_again: Duration::ZERO,
        late: Vec::new(),
    })
}

fn find<'t>(turn: &'t Turn<'_>, kid: &str) -> Result<&'t Key, ActRefused> {
    turn.keys.find(kid).ok_or_else(|| ActRefused::UnknownKid {
        kid: kid.to_owned(),
    })
}

fn configured(turn: &Turn<'_>, key_use: KeyUse) -> Result<(), ActRefused> {
    if turn.policy.uses.contains(&key_use) {
        Ok(())
    } else {
        Err(ActRefused::NotConfigured { key_use })
    }
}

fn bring_in(turn: &mut Turn<'_>, key: &Key, enter_as: EnterAs) -> Result<(), ActRefused> {
    let kid = key.kid.clone();
    match turn.keys.find(&kid).map(|other| other.state) {
        Some(KeyState::Revoked) => return Err(ActRefused::KidRevoked { kid }),
        Some(
            state @ (KeyState::Next | KeyState::Active | KeyState::Retired | KeyState::Withdrawn),
        ) => return Err(ActRefused::KidExists { kid, state }),
        None => {}
    }
    let key_use = key.key_use;
    configured(turn, key_use)?;
    match enter_as {
        EnterAs::Auto | EnterAs::Next => turn.enter(key.clone(), false),
        EnterAs::Successor => {
            turn.clear_promises(key_use);
            turn.enter(key.clone(), true);
        }
        EnterAs::Active => {
            turn.enter(key.clone(), false);
            turn.take_over(&kid, key_use);
        }
    }
    Ok(())
}

fn rotate(turn: &mut Turn<'_>, key_use: KeyUse, now: bool) -> Result<Option<Make>, ActRefused> {
    configured(turn, key_use)?;
    let next = if now {
        turn.longest_served(key_use)
    } else {
        turn.heir(key_use)
    };
    let Some(kid) = next.map(|key| key.kid.clone()) else {
        let enter_as = if now {
            EnterAs::Active
        } else {
            EnterAs::Successor
        };
        return Ok(Some(Make { key_use, enter_as }));
    };
    promote(turn, &kid, now)?;
    Ok(None)
}

fn promote(turn: &mut Turn<'_>, kid: &str, now: bool) -> Result<(), ActRefused> {
    let key = find(turn, kid)?;
    let (key_use, state, kid) = (key.key_use, key.state, key.kid.clone());
    let instead = match state {
        KeyState::Next => {
            configured(turn, key_use)?;
            if now {
                turn.take_over(&kid, key_use);
                return Ok(());
            }
            if key.promote_when_ready {
                let remaining = turn.remaining(key);
                return Err(ActRefused::AlreadyAsked { kid, remaining });
            }
            turn.clear_promises(key_use);
            turn.promise(&kid);
            return Ok(());
        }
        KeyState::Active => return Err(ActRefused::AlreadySo { kid, state }),
        KeyState::Retired => {
            "it had its turn; pin the clients that need it, or generate a next key and promote that"
        }
        KeyState::Withdrawn | KeyState::Revoked => {
            "it can't sign again; generate a next key and promote that"
        }
    };
    Err(ActRefused::WrongState {
        kid,
        state,
        instead,
    })
}

fn retire(turn: &mut Turn<'_>, kid: &str) -> Result<(), ActRefused> {
    let key = find(turn, kid)?;
    let (key_use, state, kid) = (key.key_use, key.state, key.kid.clone());
    match state {
        KeyState::Active if turn.policy.uses.contains(&key_use) => {
            let next = turn
                .heir(key_use)
                .ok_or(ActRefused::NeedsSuccessor { key_use })?;
            let (next, remaining) = (next.kid.clone(), turn.remaining(next));
            if remaining > Duration::ZERO {
                return Err(ActRefused::NotPublishedLongEnough {
                    kid: next,
                    remaining,
                });
            }
            if turn.policy.held.contains(&key_use) {
                return Err(ActRefused::WaitsForClients { key_use, kid: next });
            }
            turn.take_over(&next, key_use);
            Ok(())
        }
        KeyState::Active | KeyState::Next => {
            turn.go(&kid, KeyState::Retired);
            Ok(())
        }
        KeyState::Retired => Err(ActRefused::AlreadySo { kid, state }),
        KeyState::Withdrawn | KeyState::Revoked => Err(ActRefused::WrongState {
            kid,
            state,
            instead: "it does not sign any more; there is nothing to retire",
        }),
    }
}

fn revoke(turn: &mut Turn<'_>, kid: &str) -> Result<(), ActRefused> {
    let key = find(turn, kid)?;
    let (key_use, state, kid) = (key.key_use, key.state, key.kid.clone());
    match state {
        KeyState::Revoked => return Err(ActRefused::AlreadySo { kid, state }),
        KeyState::Active if turn.policy.uses.contains(&key_use) => {
            if turn.nexts(key_use).next().is_none() {
                return Err(ActRefused::NeedsSuccessor { key_use });
            }
        }
        KeyState::Active | KeyState::Next | KeyState::Retired | KeyState::Withdrawn => {}
    }
    // The set's next key takes its place in `crown`.
    turn.go(&kid, KeyState::Revoked);
    turn.drop_pins(|_, pin| pin.kid != kid);
    Ok(())
}

fn pin(
    turn: &mut Turn<'_>,
    client: &ClientId,
    kid: &str,
    until: Timestamp,
) -> Result<(), ActRefused> {
    let key = find(turn, kid)?;
    if !can_be_pinned(key) {
        let (kid, state) = (key.kid.clone(), key.state);
        return Err(ActRefused::NotASigner { kid, state });
    }
    if until <= turn.now {
        return Err(ActRefused::PinInThePast);
    }
    let pin = Pin {
        client: client.clone(),
        kid: kid.to_owned(),
        until,
    };
    if turn.keys.pins.contains(&pin) {
        let Pin { client, kid, .. } = pin;
        return Err(ActRefused::AlreadyPinned { client, kid });
    }
    turn.drop_pins(|_, other| other.client != *client);
    turn.keys.pins.push(pin);
    // It signs from now on, so that its count begins when the pin ends.
    let policy = turn.policy;
    if let Some(key) = turn.keys.keys.iter_mut().find(|key| key.kid == kid) {
        still_signs(key, policy);
    }
    Ok(())
}

fn unpin(turn: &mut Turn<'_>, client: &ClientId) -> Result<(), ActRefused> {
    let ended = turn.drop_pins(|_, pin| pin.client != *client);
    if !ended {
        return Err(ActRefused::NotPinned {
            client: client.clone(),
        });
    }
    Ok(())
}
