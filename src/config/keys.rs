//! `[keys]`: where the keys are, and how they take turns.
//!
//! Any duration from one second up is accepted, as long as they can work together. How keys
//! rotate is for `keyring` to say, which this layer does not see; what follows from it for the
//! file is said here once more, and a test holds the two against each other.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Keys;
use super::duration::FORM;
use super::passphrase;
use super::reader::{Found, Section};
use super::tree::Origin;
use crate::domain::client::Client;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::readiness::OnUnready;
use crate::domain::rsa_bits::RsaBits;
use crate::domain::signing_alg::SigningAlg;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

const DEFAULT_DIRECTORY: &str = "keys";
const DEFAULT_ROTATE_EVERY: Duration = DAY.saturating_mul(90);
const DEFAULT_PUBLISH_BEFORE: Duration = DAY.saturating_mul(7);
const DEFAULT_JWKS_MAX_AGE: Duration = HOUR;
const DEFAULT_RETIRE_MARGIN: Duration = HOUR;

const NEVER: &str = "never";

const ON_UNREADY: [(&str, OnUnready); 3] = [
    ("warn", OnUnready::Warn),
    ("wait", OnUnready::Wait),
    ("go", OnUnready::Go),
];

/// Clients load and search the whole set; some refuse a long one.
const MANY_PUBLISHED: u64 = 10;

/// The list of keys is written anew at each change.
const MANY_KEPT: u64 = 1_000;

pub(super) fn read(section: &mut Section<'_>, lifetimes: &Lifetimes, clients: &[Client]) -> Keys {
    let directory = section.text("directory");
    let written = directory
        .as_ref()
        .map_or(DEFAULT_DIRECTORY, |text| text.value.as_str());
    let directory = section.path(written);
    let algorithms = algorithms(section);
    let rsa_bits = rsa_bits(section);
    let schedule = Schedule::read(section);
    if schedule.is_sound {
        schedule.check(section, lifetimes, lifetimes.signed(clients));
    }
    let on_unready = section.choice("on_unready", &ON_UNREADY);
    Keys {
        directory,
        algorithms,
        rsa_bits,
        rotate_every: schedule.rotate_every.value,
        publish_before: schedule.publish_before.value,
        jwks_max_age: schedule.jwks_max_age.value,
        retire_margin: schedule.retire_margin.value,
        on_unready: on_unready.map_or_else(OnUnready::default, |found| found.value),
        passphrase: passphrase::take(section),
    }
}

fn algorithms(section: &mut Section<'_>) -> Vec<SigningAlg> {
    const KEY: &str = "algorithms";
    let default = vec![SigningAlg::Rs256];
    let Some(written) = section.texts(KEY) else {
        return default;
    };
    let names = SigningAlg::ALL.map(|alg| (alg.as_str(), alg));
    let mut taken = BTreeSet::new();
    let mut sound = !written.value.is_empty();
    if !sound {
        section.fault(
            &written.at,
            format!("`{KEY}` must hold at least one, like [\"RS256\"]"),
        );
    }
    for text in &written.value {
        match section.choose(KEY, text, &names) {
            None => sound = false,
            Some(alg) if taken.insert(alg) => {}
            Some(alg) => {
                let name = alg.as_str();
                section.fault(&text.at, format!("`{KEY}` holds \"{name}\" twice"));
            }
        }
    }
    if sound && !taken.contains(&SigningAlg::Rs256) {
        section.warn(
            &written.at,
            format!(
                "`{KEY}` lacks \"RS256\", of which there are keys all the same: a provider must \
                 have it (OpenID Connect Discovery section 3), and clients without \
                 `id_token_signed_response_alg` get it"
            ),
        );
    }
    taken.into_iter().collect()
}

fn rsa_bits(section: &mut Section<'_>) -> RsaBits {
    let Some(written) = section.whole("rsa_bits") else {
        return RsaBits::default();
    };
    RsaBits::from_bits(written.value).unwrap_or_else(|| {
        section.fault(&written.at, "`rsa_bits` must be 2048, 3072 or 4096");
        RsaBits::default()
    })
}

/// A value, and where it was written, if it was.
struct Setting<T> {
    value: T,
    at: Option<Origin>,
}

/// The times after which keys take turns.
struct Schedule {
    rotate_every: Setting<Option<Duration>>,
    publish_before: Setting<Duration>,
    jwks_max_age: Setting<Duration>,
    retire_margin: Setting<Duration>,
    /// Whether each is as it was written. Else a second fault could be about a default.
    is_sound: bool,
}

impl Schedule {
    fn read(section: &mut Section<'_>) -> Self {
        let mut is_sound = true;
        let mut setting = |key: &'static str, default: Duration| {
            let written = section.has(key);
            let found = section.duration(key);
            is_sound &= written == found.is_some();
            Setting {
                value: found.as_ref().map_or(default, |found| found.value),
                at: found.map(|found| found.at),
            }
        };
        let publish_before = setting("publish_before", DEFAULT_PUBLISH_BEFORE);
        let jwks_max_age = setting("jwks_max_age", DEFAULT_JWKS_MAX_AGE);
        let retire_margin = setting("retire_margin", DEFAULT_RETIRE_MARGIN);
        let written = section.has("rotate_every");
        let found = rotate_every(section);
        is_sound &= written == found.is_some();
        Self {
            rotate_every: Setting {
                value: found
                    .as_ref()
                    .map_or(Some(DEFAULT_ROTATE_EVERY), |found| found.value),
                at: found.map(|found| found.at),
            },
            publish_before,
            jwks_max_age,
            retire_margin,
            is_sound,
        }
    }

    /// What can't work together, and what will be regretted.
    fn check(&self, section: &mut Section<'_>, lifetimes: &Lifetimes, signed: Duration) {
        if let Some(at) = &self.publish_before.at
            && self.publish_before.value < self.jwks_max_age.value
        {
            section.warn(
                at,
                "`publish_before` is shorter than `jwks_max_age`, so it never matters: \
                 applications may keep what they fetched for `jwks_max_age`, and a key signs \
                 only after that",
            );
        }
        let Some(rotate_every) = self.rotate_every.value else {
            return;
        };
        let (name, default, wait, reason) = if self.jwks_max_age.value > self.publish_before.value {
            (
                "jwks_max_age",
                "1h",
                &self.jwks_max_age,
                "applications may keep what they fetched for so long, and a key signs only after that",
            )
        } else {
            (
                "publish_before",
                "7d",
                &self.publish_before,
                "a key signs only after it has been published for so long",
            )
        };
        let at = self.rotate_every.at.as_ref().or(wait.at.as_ref());
        let at = at.map_or_else(|| section.header(), Clone::clone);
        if rotate_every <= wait.value {
            let unless_written = |at: &Option<Origin>, default| match at {
                None => format!(" ({default} unless it is written)"),
                Some(_) => String::new(),
            };
            let ours = unless_written(&self.rotate_every.at, "90d");
            let theirs = unless_written(&wait.at, default);
            section.fault(
                &at,
                format!("`rotate_every`{ours} must be longer than `{name}`{theirs}: {reason}"),
            );
            return;
        }
        let published = signed
            .saturating_add(self.retire_margin.value)
            .as_secs()
            .div_ceil(rotate_every.as_secs().max(1))
            .saturating_add(2);
        let kept = lifetimes.refresh_absolute.as_secs() / rotate_every.as_secs().max(1);
        let until = if signed > lifetimes.id_token {
            "the two minutes of a logout token"
        } else {
            "`id_token`"
        };
        if published > MANY_PUBLISHED || kept > MANY_KEPT {
            section.warn(
                &at,
                format!(
                    "`rotate_every` is so short that about {published} keys of each algorithm are \
                     published at once (until {until} and `retire_margin` are over), and \
                     {kept} are kept for hints (until `refresh_absolute` is over)"
                ),
            );
        }
    }
}

/// A duration, or `"never"`, which is none.
fn rotate_every(section: &mut Section<'_>) -> Option<Found<Option<Duration>>> {
    const KEY: &str = "rotate_every";
    let is_word = |text: &Found<String>| text.value.starts_with(|c: char| c.is_ascii_alphabetic());
    if !section.peek(KEY).is_some_and(|text| is_word(&text)) {
        let found = section.duration_or(KEY, &format!(", or \"{NEVER}\""));
        return found.map(|Found { value, at }| Found {
            value: Some(value),
            at,
        });
    }
    let word = section.text(KEY)?;
    if word.value == NEVER {
        return Some(Found {
            value: None,
            at: word.at,
        });
    }
    section.fault(&word.at, format!("`{KEY}` must be {FORM}, or \"{NEVER}\""));
    None
}
