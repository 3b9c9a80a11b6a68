//! `keyring.toml`: which file is which key, in what state and since when. Names of files tell
//! date, algorithm and kid and never the state, so that a change of state is one rename, of
//! this list. People may edit it: what is missing is filled in, what contradicts itself is
//! refused as a whole.

use std::collections::HashSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::model::{Key, KeySet, KeyState, KeyUse, Pin};
use crate::clock::Timestamp;
use crate::domain::id::ClientId;
use crate::domain::key_change::KeyChange;
use crate::domain::signing_alg::SigningAlg;

/// The name of the list within the folder.
pub(super) const FILE: &str = "keyring.toml";

/// The version of the list that this program writes.
const VERSION: u32 = 2;

/// Says what the file is to whoever opens it.
const HEAD: &str = "\
# Which key signs, which are published, and since when. dingpass writes this file; it may be
# edited, also while the server runs: a change is taken up within seconds, a broken one refused
# as a whole. `dingpass keys` does the same more safely.
";

/// The list as it is held.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyList {
    /// Grows by one at each write.
    pub(super) generation: u64,
    /// Keys and pins.
    pub(super) keys: KeySet,
    /// Changes that the audit log has not been told of.
    pub(super) untold: Vec<KeyChange>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    #[serde(default)]
    generation: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    copies_live_ms: u64,
    #[serde(default)]
    signing: Vec<Entry>,
    #[serde(default)]
    sealing: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pin: Vec<WrittenPin>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    untold: Vec<KeyChange>,
}

/// A key of either kind: a signing one has `kid` and `algorithm`, a sealing one `id`. One form
/// for both, so that a member with a slip in its name is refused and not overlooked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<SigningAlg>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    state: KeyState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    created_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    activated_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retired_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_zero")]
    served_ms: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    copies_live_ms: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    signs_for_ms: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    promote_when_ready: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    to_end: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPin {
    client: ClientId,
    kid: String,
    until: Moment,
}

/// RFC 3339 with milliseconds where there are any.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Moment(jiff::Timestamp);

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
const fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// Reads a list.
///
/// # Errors
/// In words: what is written wrong.
pub(super) fn read(text: &str) -> Result<KeyList, String> {
    let written: Written = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    // Version 1 had states and no times; whatever is missing counts as not begun.
    if !(1..=VERSION).contains(&written.version) {
        return Err(format!("version {} is not known here", written.version));
    }
    let mut keys = Vec::new();
    for entry in written.signing {
        keys.push(entry.signing()?);
    }
    for entry in written.sealing {
        keys.push(entry.sealing()?);
    }
    let pins = written.pin.into_iter().map(|pin| Pin {
        client: pin.client,
        kid: pin.kid,
        until: pin.until.into(),
    });
    let list = KeyList {
        generation: written.generation,
        keys: KeySet {
            keys,
            pins: pins.collect(),
            copies_live: Duration::from_millis(written.copies_live_ms),
            ..KeySet::default()
        },
        untold: written.untold,
    };
    check(&list.keys)?;
    Ok(list)
}

/// What would make no sense, whoever wrote it.
fn check(set: &KeySet) -> Result<(), String> {
    let (mut kids, mut files, mut active) = (HashSet::new(), HashSet::new(), HashSet::new());
    for key in &set.keys {
        if key.kid.is_empty() {
            return Err("a key has no name".to_owned());
        }
        if !kids.insert(&key.kid) {
            return Err(format!("the key {} is listed twice", key.kid));
        }
        if key.state == KeyState::Active && !active.insert(key.key_use) {
            let name = key.key_use.as_str();
            return Err(format!("two keys of {name} are active"));
        }
        match &key.file {
            Some(file) if file.contains('/') || file.starts_with('.') => {
                return Err(format!(
                    "{file:?} must be the name of a file in this folder"
                ));
            }
            Some(file) if !files.insert(file) => {
                return Err(format!("{file} is named by two keys"));
            }
            Some(_) => {}
            None if needs_its_file(key.state) => {
                return Err(format!("the key {} needs its file", key.kid));
            }
            None => {}
        }
    }
    Ok(())
}

/// Whether a key in that state can't do its work without its private half.
const fn needs_its_file(state: KeyState) -> bool {
    match state {
        KeyState::Next | KeyState::Active => true,
        KeyState::Retired | KeyState::Withdrawn | KeyState::Revoked => false,
    }
}

/// Whether the private half of a key in that state is of use: one that is retired may have to
/// sign for a client that is pinned to it, and opens what it sealed.
pub(super) const fn uses_its_file(state: KeyState) -> bool {
    match state {
        KeyState::Next | KeyState::Active | KeyState::Retired => true,
        KeyState::Withdrawn | KeyState::Revoked => false,
    }
}

/// The text of a list.
///
/// # Errors
/// In words, which these types never give.
pub(super) fn write(list: &KeyList) -> Result<String, String> {
    let mut written = Written {
        version: VERSION,
        generation: list.generation,
        copies_live_ms: milliseconds(list.keys.copies_live),
        untold: list.untold.clone(),
        ..Written::default()
    };
    for key in &list.keys.keys {
        match key.key_use {
            KeyUse::Sign(_) => written.signing.push(Entry::of(key)),
            KeyUse::Seal => written.sealing.push(Entry::of(key)),
        }
    }
    for pin in &list.keys.pins {
        written.pin.push(WrittenPin {
            client: pin.client.clone(),
            kid: pin.kid.clone(),
            until: pin.until.into(),
        });
    }
    let body = toml::to_string(&written).map_err(|error| error.to_string())?;
    Ok(format!("{HEAD}\n{body}"))
}

impl Entry {
    fn signing(mut self) -> Result<Key, String> {
        match (self.kid.take(), self.algorithm, &self.id, &self.fingerprint) {
            (Some(kid), Some(algorithm), None, None) => Ok(self.key(kid, KeyUse::Sign(algorithm))),
            _ => Err(
                "each key under [[signing]] needs `kid` and `algorithm`, and neither `id` nor \
                 `fingerprint`"
                    .to_owned(),
            ),
        }
    }

    fn sealing(mut self) -> Result<Key, String> {
        match (self.id.take(), self.algorithm, &self.kid, &self.public) {
            (Some(id), None, None, None) => {
                self.public = self.fingerprint.take();
                Ok(self.key(id, KeyUse::Seal))
            }
            _ => Err(
                "each key under [[sealing]] needs `id`, and neither `kid` nor `algorithm` nor \
                 `public`"
                    .to_owned(),
            ),
        }
    }

    fn key(self, kid: String, key_use: KeyUse) -> Key {
        let moment = |at: Option<Moment>| at.map(Timestamp::from);
        Key {
            kid,
            key_use,
            state: self.state,
            file: self.file,
            created_at: self.created_at.into(),
            published_at: moment(self.published_at),
            activated_at: moment(self.activated_at),
            retired_at: moment(self.retired_at),
            withdrawn_at: moment(self.withdrawn_at),
            revoked_at: moment(self.revoked_at),
            served: Duration::from_millis(self.served_ms),
            copies_live: Duration::from_millis(self.copies_live_ms),
            signs_for: Duration::from_millis(self.signs_for_ms),
            promote_when_ready: self.promote_when_ready,
            public: self.public,
            to_end: self.to_end,
        }
    }

    fn of(key: &Key) -> Self {
        let moment = |at: Option<Timestamp>| at.map(Moment::from);
        let (kid, algorithm, id) = match key.key_use {
            KeyUse::Sign(algorithm) => (Some(key.kid.clone()), Some(algorithm), None),
            KeyUse::Seal => (None, None, Some(key.kid.clone())),
        };
        let (public, fingerprint) = match key.key_use {
            KeyUse::Sign(_) => (key.public.clone(), None),
            KeyUse::Seal => (None, key.public.clone()),
        };
        Self {
            kid,
            algorithm,
            id,
            state: key.state,
            file: key.file.clone(),
            created_at: key.created_at.into(),
            published_at: moment(key.published_at),
            activated_at: moment(key.activated_at),
            retired_at: moment(key.retired_at),
            withdrawn_at: moment(key.withdrawn_at),
            revoked_at: moment(key.revoked_at),
            served_ms: milliseconds(key.served),
            copies_live_ms: milliseconds(key.copies_live),
            signs_for_ms: milliseconds(key.signs_for),
            promote_when_ready: key.promote_when_ready,
            public,
            fingerprint,
            to_end: key.to_end,
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        Self::from_millis(moment.0.as_millisecond())
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default())
    }
}
