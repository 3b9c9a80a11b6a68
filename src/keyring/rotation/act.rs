//! What an operator may ask for, as one act. It does what was asked and no more: what becomes
//! due by it is done by the schedule, which is to look at once, so that the audit log tells the
//! two apart. How each act is done is in `deeds`.

use std::time::Duration;

use super::deeds::{bring_in, pin, promote, retire, revoke, rotate, unpin};
use super::turn::{Turn, served_since_last_look};
use super::{ActRefused, Plan, Policy};
use crate::clock::Timestamp;
use crate::domain::id::ClientId;
use crate::keyring::model::{Key, KeySet, KeyUse};

/// What an operator may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A key that was made or imported is brought in. Its name, use, file, public half and
    /// moment of making count; state, times and counts are set here.
    Enter(Box<Key>, EnterAs),
    /// The next key of a set takes over: when it has been published for long enough, or now.
    /// Of several, the one that an operator promoted, else the one that was published longest.
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
