//! What the operator wants of the keys, and what can't work together.

use std::fmt;
use std::time::Duration;

use super::words::spell;
use crate::keyring::model::{Key, KeyUse};

/// Looks lie no further apart than this, whatever the policy.
pub(super) const LONGEST_LOOK: Duration = Duration::from_secs(30);

/// And no closer together, unless something comes due: the shortest policy is one of seconds.
pub(super) const SHORTEST_LOOK: Duration = Duration::from_millis(250);

/// A look may come late by this, however short the policy, before its time counts for nothing:
/// a loaded machine must not keep a key from ever being ready.
const SHORTEST_GAP: Duration = Duration::from_secs(2);

/// So many keys of one set in one document deserve a warning.
const MANY_PUBLISHED: u64 = 10;

/// The schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a key signs before the next one takes over; none leaves it to the operator.
    pub rotate_every: Option<Duration>,
    /// How long a next key is published before it signs.
    pub publish_before: Duration,
    /// How long clients and proxies may keep the published keys.
    pub jwks_max_age: Duration,
    /// How much longer a key stays published than anything that it signed lives.
    pub retire_margin: Duration,
    /// The longest life of a signed token.
    pub token_life: Duration,
    /// The longest life of a sealed value.
    pub sealed_life: Duration,
    /// How long an ID Token is still good as a hint.
    pub hint_life: Duration,
    /// The sets that must exist.
    pub uses: Vec<KeyUse>,
    /// Sets whose next key must not take over yet: the schedule waits for clients.
    pub held: Vec<KeyUse>,
}

impl Policy {
    /// The same schedule, which hands nothing over: for who has not asked the clients.
    #[must_use]
    pub fn holding_all(&self) -> Self {
        Self {
            held: self.uses.clone(),
            ..self.clone()
        }
    }

    /// How long a key that is published from now on is published before it takes over, as
    /// configured. Nobody caches sealing keys.
    #[must_use]
    pub fn wait(&self, key_use: KeyUse) -> Duration {
        match key_use {
            KeyUse::Sign(_) => self.publish_before.max(self.jwks_max_age),
            KeyUse::Seal => Duration::ZERO,
        }
    }

    /// How long this next key is published before it takes over: copies of the keys that were
    /// handed out before it, with a longer max-age than today's, must be too old by then.
    #[must_use]
    pub fn wait_of(&self, key: &Key) -> Duration {
        self.wait(key.key_use).max(key.copies_live)
    }

    /// Whether it is for such copies that a next key is published for longer than configured.
    #[must_use]
    pub fn waits_for_copies(&self, key: &Key) -> bool {
        key.copies_live > self.wait(key.key_use)
    }

    /// The longest life of what a key of that use makes.
    #[must_use]
    pub const fn life(&self, key_use: KeyUse) -> Duration {
        match key_use {
            KeyUse::Sign(_) => self.token_life,
            KeyUse::Seal => self.sealed_life,
        }
    }

    /// How long a retired key is served before it is withdrawn.
    #[must_use]
    pub const fn stays(&self, key: &Key) -> Duration {
        key.signs_for.saturating_add(self.retire_margin)
    }

    /// The time between two looks while served time is counted: fine enough for the shortest
    /// span that is measured.
    #[must_use]
    pub fn look_interval(&self) -> Duration {
        let spans = [
            self.publish_before.max(self.jwks_max_age),
            self.token_life.saturating_add(self.retire_margin),
            self.sealed_life.saturating_add(self.retire_margin),
        ];
        let shortest = spans.into_iter().min().unwrap_or_default();
        (shortest / 8).clamp(SHORTEST_LOOK, LONGEST_LOOK)
    }

    /// Two looks that lie further apart than this had no server in between, as far as we know.
    #[must_use]
    pub fn gap(&self) -> Duration {
        self.look_interval().saturating_mul(2).max(SHORTEST_GAP)
    }

    /// What a key signs at this moment may live as long as this now says. Its count begins when
    /// it has ceased to sign.
    pub(super) fn still_signs(&self, key: &mut Key) {
        key.signs_for = key.signs_for.max(self.life(key.key_use));
        key.served = Duration::ZERO;
    }

    /// Why this policy can't work, if so.
    #[must_use]
    pub fn fault(&self) -> Option<PolicyFault> {
        let rotate_every = self.rotate_every?;
        let signs = self.uses.iter().any(|key_use| match key_use {
            KeyUse::Sign(_) => true,
            KeyUse::Seal => false,
        });
        let (name, wait) = if self.publish_before >= self.jwks_max_age {
            ("publish_before", self.publish_before)
        } else {
            ("jwks_max_age", self.jwks_max_age)
        };
        (signs && rotate_every <= wait).then_some(PolicyFault::NoTimeToPublish {
            rotate_every,
            name,
            wait,
        })
    }

    /// What works, and is probably not what was meant.
    #[must_use]
    pub fn caution(&self) -> Option<PolicyCaution> {
        let rotate_every = self.rotate_every?;
        self.uses.iter().find_map(|key_use| match key_use {
            KeyUse::Seal => None,
            KeyUse::Sign(_) => {
                let count = self.most_published(*key_use);
                (count > MANY_PUBLISHED).then(|| PolicyCaution::ManyPublished {
                    key_use: *key_use,
                    count,
                    rotate_every,
                    stays: self.life(*key_use).saturating_add(self.retire_margin),
                })
            }
        })
    }

    /// How many keys of that use the schedule keeps published at once, at most: one that
    /// signs, the next, and those whose tokens live. What an operator adds by hand, and time
    /// in which no server was there, come on top.
    #[must_use]
    pub fn most_published(&self, key_use: KeyUse) -> u64 {
        let retired = self.rotate_every.map_or(1, |every| {
            let stays = self.life(key_use).saturating_add(self.retire_margin);
            let count = stays.as_millis().div_ceil(every.as_millis().max(1));
            u64::try_from(count).unwrap_or(u64::MAX)
        });
        retired.saturating_add(2)
    }
}

/// Durations that can't work together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyFault {
    /// A next key could never have been published for long enough before its turn.
    NoTimeToPublish {
        /// How long a key signs.
        rotate_every: Duration,
        /// What takes longer: `publish_before` or `jwks_max_age`.
        name: &'static str,
        /// How long that is.
        wait: Duration,
    },
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTimeToPublish {
                rotate_every,
                name,
                wait,
            } => {
                let (rotate, wait) = (spell(*rotate_every), spell(*wait));
                write!(
                    f,
                    "rotate_every = \"{rotate}\" is not longer than {name} = \"{wait}\": the next key must be published for {wait} before it signs; make rotate_every longer than that, or {name} shorter"
                )
            }
        }
    }
}

/// Durations that work, with a consequence that nobody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyCaution {
    /// Keys come faster than their tokens end.
    ManyPublished {
        /// The set.
        key_use: KeyUse,
        /// So many would be published at once.
        count: u64,
        /// How long each signs.
        rotate_every: Duration,
        /// How long each stays published after that.
        stays: Duration,
    },
}

impl fmt::Display for PolicyCaution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ManyPublished {
                key_use,
                count,
                rotate_every,
                stays,
            } => write!(
                f,
                "up to {count} keys of {} would be published at once: each signs for rotate_every = \"{}\" and stays for {} more, until its tokens have ended; some clients can't load that many, so make rotate_every longer or retire_margin shorter",
                key_use.as_str(),
                spell(*rotate_every),
                spell(*stays)
            ),
        }
    }
}
