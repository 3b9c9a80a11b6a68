//! What a client is told, over the back channel, of a session that ended (OIDC Back-Channel
//! Logout 1.0): who is to be told, how often that was tried, and when the next try is due.
//! It knows nothing of tokens: a client is told whatever became of those.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::id::{ClientId, Sid, SubjectId};

/// How long after a failed attempt the next one is due; after the last of them it is given
/// up. A client that is down over night still learns of it.
const PAUSES: [Duration; 8] = [
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(3 * 60 * 60),
    Duration::from_secs(6 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
];

/// How long a delivery that came to its end can be looked up.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// One client that is to be told of one session. A session ends once, so the two name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutDelivery {
    /// Who is told.
    pub client: ClientId,
    /// Whose session ended.
    pub subject: SubjectId,
    /// Which session.
    pub sid: Sid,
    /// The request that ended it, for the log.
    pub correlation: String,
    /// When it ended, in milliseconds.
    pub ended_at: i64,
    /// How many times it was tried.
    pub attempts: u32,
    /// Where it stands.
    pub state: DeliveryState,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Not there yet.
    Waiting {
        /// When the next attempt is due, in milliseconds.
        next_at: i64,
    },
    /// The client took it.
    Delivered {
        /// When, in milliseconds.
        at: i64,
    },
    /// It was tried for long enough.
    GivenUp {
        /// When, in milliseconds.
        at: i64,
    },
}

impl LogoutDelivery {
    /// When the attempt after `attempts` failed ones is due; none when those were all.
    #[must_use]
    pub fn next_after(attempts: u32, now: Timestamp) -> Option<Timestamp> {
        let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
        PAUSES.get(index).map(|pause| now.plus(*pause))
    }

    /// Until when one that ended at `now` is kept.
    #[must_use]
    pub fn keep_until(now: Timestamp) -> Timestamp {
        now.plus(KEPT)
    }
}
