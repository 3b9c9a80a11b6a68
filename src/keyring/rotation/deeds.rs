//! How each act of an operator is done to the keys, and when it is refused.

use super::turn::{Turn, can_be_pinned};
use super::{ActRefused, EnterAs, Make};
use crate::clock::Timestamp;
use crate::domain::id::ClientId;
use crate::keyring::model::{Key, KeyState, KeyUse, Pin};

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

pub(super) fn bring_in(
    turn: &mut Turn<'_>,
    key: &Key,
    enter_as: EnterAs,
) -> Result<(), ActRefused> {
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

pub(super) fn rotate(
    turn: &mut Turn<'_>,
    key_use: KeyUse,
    now: bool,
) -> Result<Option<Make>, ActRefused> {
    configured(turn, key_use)?;
    let Some(kid) = turn.heir(key_use).map(|key| key.kid.clone()) else {
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

pub(super) fn promote(turn: &mut Turn<'_>, kid: &str, now: bool) -> Result<(), ActRefused> {
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

pub(super) fn retire(turn: &mut Turn<'_>, kid: &str) -> Result<(), ActRefused> {
    let key = find(turn, kid)?;
    let (key_use, state, kid) = (key.key_use, key.state, key.kid.clone());
    match state {
        KeyState::Active if turn.policy.uses.contains(&key_use) => {
            let next = turn
                .heir(key_use)
                .ok_or(ActRefused::NeedsSuccessor { key_use })?;
            let (next, remaining) = (next.kid.clone(), turn.remaining(next));
            if !remaining.is_zero() {
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

pub(super) fn revoke(turn: &mut Turn<'_>, kid: &str) -> Result<(), ActRefused> {
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

pub(super) fn pin(
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
        policy.still_signs(key);
    }
    Ok(())
}

pub(super) fn unpin(turn: &mut Turn<'_>, client: &ClientId) -> Result<(), ActRefused> {
    let ended = turn.drop_pins(|_, pin| pin.client != *client);
    if !ended {
        return Err(ActRefused::NotPinned {
            client: client.clone(),
        });
    }
    Ok(())
}
