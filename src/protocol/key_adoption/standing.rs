//! Whether a client has a key, by what is known of it. The rule:
//!
//! * *Ready*: the document that it fetched last has the key, or it brought back a hint that
//!   the key had signed.
//! * *Stale*: a fetch of its own is known, the document of then lacks the key, and the client
//!   was seen within 30 days (it fetched, authenticated or brought a hint); where the fetch is
//!   known by the alias alone, which anybody can ask: it authenticated or brought a hint since
//!   then. How long ago the
//!   fetch was does not matter: a client that fetches once, when it starts, and keeps what it
//!   got for the life of its process is the one that a rotation breaks.
//! * *Unknown*: no fetch of its own is known, or nobody has seen it for 30 days, in which
//!   case nothing waits for it.
//!
//! Every fetch brings the document of its moment. So a stranger who asks at the alias of a client
//! of which no fetch is proven can make it look ready; and, where it is in use, stale, by a
//! fetch before the key is published: what waits for a client that is known by its alias alone
//! must have an end. Nobody can make a client look stale that has fetched the key, nor ready
//! one of whom it is proven that it has not.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::readiness::{ClientReadiness, FetchSeen, Standing};

/// How long a client, or where it calls from, is remembered after it was last seen.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Whether the client of which that is known has the key `kid`.
#[must_use]
pub fn standing(known: &ClientReadiness, kid: &str, now: Timestamp) -> Standing {
    let fetched = known.fetched_at.is_some() && known.kids.iter().any(|had| had == kid);
    if fetched || known.hint_kid.as_deref() == Some(kid) {
        return Standing::Ready;
    }
    // A moment that lies ahead was written by a clock that has gone back since: as good as
    // now, and the next sign of life sets it right.
    let is_recent = |at: i64| now.since(Timestamp::from_millis(at)) <= REMEMBERED_FOR;
    let used_at = known.hint_at.max(known.authenticated_at);
    let is_stale = match (known.fetched_at, known.seen) {
        (Some(fetched_at), Some(FetchSeen::Address)) => {
            is_recent(used_at.map_or(fetched_at, |used_at| used_at.max(fetched_at)))
        }
        (Some(fetched_at), Some(FetchSeen::Alias)) => {
            used_at.is_some_and(|used_at| used_at >= fetched_at && is_recent(used_at))
        }
        (None, _) | (_, None) => false,
    };
    if is_stale {
        Standing::Stale
    } else {
        Standing::Unknown
    }
}
