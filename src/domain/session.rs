//! A session: one person, signed in with one browser.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::id::{Sid, SubjectId, UpstreamId};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::secret::Digest;

/// A session as it is stored. *Expired* is not *ended*: an expired session signs nobody in
/// silently any more; an ended one is a tombstone that takes with it all that hangs from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// The public name.
    pub sid: Sid,
    /// The digest of the cookie that opens it now.
    pub cookie: Digest,
    /// Who is signed in.
    pub subject: SubjectId,
    /// By which upstream.
    pub upstream: UpstreamId,
    /// When DingTalk last vouched for the person (`auth_time`), in milliseconds.
    pub auth_time: i64,
    /// When it was last used, in milliseconds; written now and then, not at each use.
    pub last_used: i64,
    /// Until when the row is kept, in milliseconds: longer than anything that hangs from it.
    pub keep_until: i64,
    /// When it was ended, in milliseconds.
    pub ended_at: Option<i64>,
}

impl Session {
    /// When DingTalk last vouched for the person.
    #[must_use]
    pub const fn authenticated(&self) -> Timestamp {
        Timestamp::from_millis(self.auth_time)
    }

    /// The moment at which it stops signing anyone in.
    #[must_use]
    pub fn expires(&self, lifetimes: &Lifetimes) -> Timestamp {
        let idle = Timestamp::from_millis(self.last_used).plus(lifetimes.session_idle);
        idle.min(self.authenticated().plus(lifetimes.session_absolute))
    }

    /// Whether it still signs its person in.
    #[must_use]
    pub fn is_live(&self, lifetimes: &Lifetimes, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires(lifetimes)
    }
}
