//! Whether a client has a key, by what is known of it. The rule:
//!
//! * *Ready*: the document that it fetched last has the key, or it brought back a hint that
//!   the key had signed.
//! * *Stale*: a fetch of its own is known, the document of then lacks the key, and the client
//!   was seen within 30 days (it fetched, authenticated or brought a hint). How long ago the
//!   fetch was does not matter: a client that fetches once, when it starts, and keeps what it
//!   got for the life of its process is the one that a rotation breaks.
//! * *Unknown*: no fetch of its own is known, or nobody has seen it for 30 days, in which
//!   case nothing waits for it.
//!
//! Every fetch brings the document of its moment. So a stranger who imitates a client, or asks
//! at its alias, can make it look ready; and one of whom nothing was known look stale, by a
//! fetch before the key is published. Nobody can make a client look stale that has fetched
//! the key.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::readiness::ClientReadiness;

/// How long a client, or where it calls from, is remembered after it was last seen.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Whether a client has a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has it.
    Ready,
    /// It keeps what it fetched before the key was published.
    Stale,
    /// Nobody can tell.
    Unknown,
}

/// Whether the client of which that is known has the key `kid`.
#[must_use]
pub fn standing(known: &ClientReadiness, kid: &str, now: Timestamp) -> Standing {
    let fetched = known.fetched_at.is_some() && known.kids.iter().any(|had| had == kid);
    if fetched || known.hint_kid.as_deref() == Some(kid) {
        return Standing::Ready;
    }
    // A moment that lies ahead was written by a clock that has gone back since: as good as
    // now, and the next sign of life sets it right.
    let is_alive = known
        .heard_at()
        .is_some_and(|heard| now.since(Timestamp::from_millis(heard)) <= REMEMBERED_FOR);
    if known.fetched_at.is_some() && is_alive {
        Standing::Stale
    } else {
        Standing::Unknown
    }
}
