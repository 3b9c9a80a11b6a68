//! The keys as the rules of rotation see them: names, states and times, without the secrets.
//! What is written to `keyring.toml` is made from this, and read back into it.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::id::ClientId;
pub use crate::domain::key_state::KeyState;
use crate::domain::signing_alg::SigningAlg;

/// What a key is for. All keys of one use are a set, and one of them is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyUse {
    /// It signs, and its public half is published.
    Sign(SigningAlg),
    /// It seals cookies, access tokens and pending requests; nobody else ever sees it.
    Seal,
}

impl KeyUse {
    /// The name in file names, lists and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sign(alg) => alg.as_str(),
            Self::Seal => "A256GCM",
        }
    }
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name in headers and JWKS, or in sealed values.
    pub kid: String,
    /// What it is for.
    pub key_use: KeyUse,
    /// What it does.
    pub state: KeyState,
    /// Its file in the folder; none once the private half is gone.
    pub file: Option<String>,
    /// When it was made or brought in.
    pub created_at: Timestamp,
    /// When it was first published.
    pub published_at: Option<Timestamp>,
    /// When it began to sign.
    pub activated_at: Option<Timestamp>,
    /// When it ceased to sign.
    pub retired_at: Option<Timestamp>,
    /// When it ceased to be published.
    pub withdrawn_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// How long it has been in this state while a server was there to serve it. Counted for
    /// `Next` and `Retired`.
    pub served: Duration,
    /// How long copies of the published keys could live that were fetched before this one was
    /// among them, reckoned from its publication. Known of `Next`.
    pub copies_live: Duration,
    /// The longest life of what it signed: the greatest that was in force while it did.
    pub signs_for: Duration,
    /// An operator asked for it to take over as soon as it has been published for long enough.
    pub promote_when_ready: bool,
    /// What it is, whatever it is called: the public half as a JWK; the fingerprint of a key
    /// that seals.
    pub public: Option<String>,
    /// Revoked, and what it signed is still to be ended.
    pub to_end: bool,
}

impl Key {
    /// A key that has just come: next in its set, and nothing happened to it yet.
    #[must_use]
    pub const fn new(kid: String, key_use: KeyUse, created_at: Timestamp) -> Self {
        Self {
            kid,
            key_use,
            state: KeyState::Next,
            file: None,
            created_at,
            published_at: None,
            activated_at: None,
            retired_at: None,
            withdrawn_at: None,
            revoked_at: None,
            served: Duration::ZERO,
            copies_live: Duration::ZERO,
            signs_for: Duration::ZERO,
            promote_when_ready: false,
            public: None,
            to_end: false,
        }
    }
}

/// A client whose tokens go on being signed with a key that was active before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The client.
    pub client: ClientId,
    /// The key.
    pub kid: String,
    /// Until then.
    pub until: Timestamp,
}

/// All keys of the house, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet {
    /// The keys.
    pub keys: Vec<Key>,
    /// Clients that stay with an older key.
    pub pins: Vec<Pin>,
    /// How long copies of the published keys live that may be out there, reckoned from the last
    /// look: the longest, by the max-age that each was served with.
    pub copies_live: Duration,
    /// The max-age that this process served until its last look. Never written down.
    pub handed_out: Duration,
    /// When this process last looked at them; none before its first look. Never written down:
    /// the time between two processes is no time in which a key was published.
    pub seen_at: Option<Timestamp>,
}

impl KeySet {
    /// The key of that name.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// The key of that use that signs or seals.
    #[must_use]
    pub fn active(&self, key_use: KeyUse) -> Option<&Key> {
        self.keys
            .iter()
            .find(|key| key.key_use == key_use && key.state == KeyState::Active)
    }
}
