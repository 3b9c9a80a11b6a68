//! The rules of rotation: who signs, what is published, and when that changes, as pure
//! functions of (keys, policy, now). Nothing here reads a clock, a file or a random number, so
//! that every order of events can be tried in a test.
//!
//! A key is *next* (published, does not sign), *active* (signs), *retired* (published until
//! the last that it signed has ended), *withdrawn* (not published; verifies hints), and then
//! forgotten; or *revoked*, which it stays. Sealing keys go the same way with a wait of zero.
//!
//! How long a key was published is counted in *served time*: from look to look, and only where
//! the two looks lie so close together that a server was there in between ([`Policy::gap`]).
//! Time off, asleep or skipped by a clock that jumps is no time in which anybody could fetch
//! a key. A jump that is shorter than the gap can't be told from a late look: it may count for
//! its own length. A state counts from the look after the one that began it, since writing it
//! down and putting it to work take their time.
//!
//! What must never happen here: a key signs (in turn) that was not published for
//! [`Policy::wait_of`] it; a key is withdrawn while something lives that it signed; two keys of one
//! set are active; a revoked key comes back. The exceptions to the first are those that an
//! operator forces (`Rotate` and `Promote` now, the successor of a revoked key), and the first
//! key of a set, since without it nobody could sign at all.

mod act;
mod advance;
mod copies;
mod deeds;
mod heirs;
mod mending;
mod policy;
mod refused;
mod roles;
mod timeline;
mod turn;
mod words;

use std::time::Duration;

use crate::clock::Timestamp;
use crate::keyring::model::{KeySet, KeyState, KeyUse};

pub use act::{Act, EnterAs, act, enter};
pub use advance::advance;
pub use heirs::heir;
pub use policy::{Policy, PolicyCaution, PolicyFault};
pub use refused::ActRefused;
pub use roles::{Roles, roles};
pub use timeline::{Step, StepKind, timeline};

/// What is to be done: the keys as they are from now on, and what that means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Plan {
    /// All keys and pins, after. A withdrawn or revoked key still names its file: whoever
    /// removes the file clears the name, so that a removal that failed is tried again.
    pub keys: KeySet,
    /// Every change of a key's state, in their order.
    pub changes: Vec<Change>,
    /// Keys that are wanted: to be made, and brought in by [`Act::Enter`].
    pub make: Vec<Make>,
    /// When to look again, at the latest.
    pub look_again: Duration,
    /// What is due and can't be done yet.
    pub late: Vec<Late>,
}

/// Whether the keys differ in more than what was counted, so that they must be written down
/// before anybody signs by them: a new policy may have made the tokens of a key live longer,
/// or copies of the keys, and a process that starts must know. Served time may be written now and then: one that is
/// read too short only prolongs what waits for it, and so does a life of copies that is
/// read too long.
#[must_use]
pub fn must_be_written(before: &KeySet, after: &KeySet) -> bool {
    let bare = |keys: &KeySet| {
        let mut keys = keys.clone();
        keys.seen_at = None;
        keys.handed_out = Duration::ZERO;
        keys.copies_live = Duration::ZERO;
        for key in &mut keys.keys {
            key.served = Duration::ZERO;
        }
        keys
    };
    after.copies_live > before.copies_live || bare(before) != bare(after)
}

/// A change of a key's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub kid: String,
    /// What it is for.
    pub key_use: KeyUse,
    /// What it was; none for a key that was entered.
    pub from: Option<KeyState>,
    /// What it is; none for one that is forgotten.
    pub to: Option<KeyState>,
}

/// A key that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Make {
    /// What it shall be for.
    pub key_use: KeyUse,
    /// How it is to be entered.
    pub enter_as: EnterAs,
}

/// What is due and can't be done yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Late {
    /// The next key has not been published for long enough.
    WaitsForPublication {
        /// The set.
        key_use: KeyUse,
        /// The next key.
        kid: String,
        /// How long it is still to be served.
        remaining: Duration,
        /// It is for copies that were handed out with a longer max-age than today's that it
        /// must be published for longer than configured.
        for_copies: bool,
    },
    /// The next key could take over, but is held back until clients have fetched it.
    WaitsForClients {
        /// The set.
        key_use: KeyUse,
        /// The next key.
        kid: String,
    },
    /// The active key is as old as it should get, and there is no next one.
    Overdue {
        /// The set.
        key_use: KeyUse,
        /// When its turn was over.
        since: Timestamp,
    },
}
