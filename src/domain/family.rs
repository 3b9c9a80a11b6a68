//! A family of refresh tokens (RFC 6749 section 6, RFC 9700 section 4.14.2): one per grant,
//! so one per sign-in of one device. Each refresh replaces the token; the family remembers
//! the current one and its predecessor, by digest alone.
//!
//! A token is `<family>.<secret>`. The family's name stands in no log and no event: who can
//! name a family has held one of its tokens, so that a secret that is neither the current one
//! nor its predecessor is one that was exchanged before. A family is there as long as it is
//! good: an end removes its row.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::grant::Bond;
use crate::domain::id::{ClientId, FamilyId, GrantId, Sid, SubjectId};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::secret::{Digest, random_token};
use crate::entropy::Entropy;

/// A family as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshFamily {
    /// Its name, the first half of its tokens.
    pub id: FamilyId,
    /// What it hangs from; scope and `auth_time` stand there.
    pub grant: GrantId,
    /// The client that holds it.
    pub client: ClientId,
    /// Whose it is.
    pub subject: SubjectId,
    /// The session that it came of.
    pub sid: Sid,
    /// What it ends with.
    pub bond: Bond,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// When its token was last replaced, in milliseconds; at first when it was made.
    pub rotated_at: i64,
    /// The token that is good now.
    pub current: Digest,
    /// The token before it.
    pub previous: Option<Predecessor>,
    /// Until when the row is kept, in milliseconds.
    pub keep_until: i64,
    /// Under which moment the store will look at it next, in milliseconds.
    pub look_at: i64,
}

/// The token before the current one. Within the grace it gets the same successor again, since
/// answers get lost and tabs refresh at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predecessor {
    /// Its digest.
    pub digest: Digest,
    /// The current token, sealed under a key that only the predecessor's text gives.
    pub successor: String,
}

/// What a presented token is to its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The one that is good.
    Current,
    /// The one before, within the grace, and its successor was not used yet.
    Predecessor,
    /// One that was exchanged before: somebody else may have it.
    Spent,
}

impl RefreshFamily {
    /// The moment at which it ends, used or not.
    #[must_use]
    pub fn ends(&self, lifetimes: &Lifetimes) -> Timestamp {
        let idle = Timestamp::from_millis(self.rotated_at).plus(lifetimes.refresh_idle);
        idle.min(Timestamp::from_millis(self.created_at).plus(lifetimes.refresh_absolute))
    }

    /// What `presented` is to it at `now`.
    #[must_use]
    pub fn recognise(&self, presented: &Digest, grace: Duration, now: Timestamp) -> Presented {
        if self.current == *presented {
            return Presented::Current;
        }
        let is_predecessor = self
            .previous
            .as_ref()
            .is_some_and(|previous| previous.digest == *presented);
        // Both ways: a clock that goes back must not make the grace longer by hours.
        let rotated_at = Timestamp::from_millis(self.rotated_at);
        let is_within = now.since(rotated_at) < grace && rotated_at.since(now) < grace;
        if is_predecessor && is_within {
            Presented::Predecessor
        } else {
            Presented::Spent
        }
    }
}

/// Characters of a family's name: 128 bits.
const FAMILY_CHARACTERS: usize = 22;
/// Characters of a secret: 256 bits.
const SECRET_CHARACTERS: usize = 43;

/// A refresh token. It is not `Debug`-printed, so that it can't slip into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    family: FamilyId,
    text: String,
}

impl RefreshToken {
    /// A new token of that family.
    #[must_use]
    pub fn mint(family: FamilyId, entropy: &dyn Entropy) -> Self {
        let text = format!("{family}.{}", random_token::<32>(entropy));
        Self { family, text }
    }

    /// Reads what a client presents: nothing where it can't be a token of ours, so that one
    /// that was cut short on its way is no sign of theft.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (family, secret) = text.split_once('.')?;
        let is_part = |part: &str, length: usize| {
            part.len() == length
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        (is_part(family, FAMILY_CHARACTERS) && is_part(secret, SECRET_CHARACTERS)).then(|| Self {
            family: FamilyId::new(family),
            text: text.to_owned(),
        })
    }

    /// The family that it names.
    #[must_use]
    pub const fn family(&self) -> &FamilyId {
        &self.family
    }

    /// The text that is handed to the client.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the house keeps of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.text)
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}
