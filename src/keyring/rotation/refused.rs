//! Why an operator's act is refused, in words that say what to do instead.

use std::time::Duration;

use super::words::spell;
use crate::domain::id::ClientId;
use crate::keyring::model::{KeyState, KeyUse};

/// Why an act is refused. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActRefused {
    /// No key has that name.
    #[error("there is no key {kid}; see the list of keys for their names")]
    UnknownKid {
        /// The name.
        kid: String,
    },
    /// The key's state does not allow it.
    #[error("key {kid} is {}: {instead}", .state.as_str())]
    WrongState {
        /// The key.
        kid: String,
        /// What it is.
        state: KeyState,
        /// What would be possible.
        instead: &'static str,
    },
    /// A next key would have to take over, and clients may not know it yet.
    #[error(
        "the next key {kid} must be published for {} more before it can take over; it does so by itself if you promote it, and at once, with what that breaks, if you rotate now",
        spell(*.remaining)
    )]
    NotPublishedLongEnough {
        /// The next key.
        kid: String,
        /// How long it is still to be served.
        remaining: Duration,
    },
    /// A next key would have to take over, and there are clients who have not fetched it.
    #[error(
        "the next key {kid} of {} waits for clients that have not fetched it yet; see the keys' status for who they are, or rotate now, with what that breaks",
        .key_use.as_str()
    )]
    WaitsForClients {
        /// The set.
        key_use: KeyUse,
        /// The next key.
        kid: String,
    },
    /// Nobody could sign any more.
    #[error("{} would have no key that {}; {} a next one first", .key_use.as_str(), works(*.key_use), brought(*.key_use))]
    NeedsSuccessor {
        /// The set.
        key_use: KeyUse,
    },
    /// There is nothing to do.
    #[error("key {kid} is {}; there is nothing to do", .state.as_str())]
    AlreadySo {
        /// The key.
        kid: String,
        /// What it is.
        state: KeyState,
    },
    /// It is going to take over already.
    #[error("key {kid} takes over already as soon as it may{}", earliest(*.remaining))]
    AlreadyAsked {
        /// The next key.
        kid: String,
        /// How long it is still to be served.
        remaining: Duration,
    },
    /// The client is pinned to that key until then.
    #[error("client {client} is pinned to key {kid} until then already; there is nothing to do")]
    AlreadyPinned {
        /// The client.
        client: ClientId,
        /// The key.
        kid: String,
    },
    /// The client is not pinned.
    #[error("client {client} is not pinned; there is nothing to do")]
    NotPinned {
        /// The client.
        client: ClientId,
    },
    /// A client can't be pinned to a key that never signed, or is not published.
    #[error(
        "no client can be pinned to key {kid}, which is {}: a pin holds a client at a key that signs, or that has signed and is still published",
        .state.as_str()
    )]
    NotASigner {
        /// The key.
        kid: String,
        /// What it is.
        state: KeyState,
    },
    /// The pin would have ended already.
    #[error("the pin would have ended already; name a moment that lies ahead")]
    PinInThePast,
    /// A key of that name is there.
    #[error(
        "there is a key {kid} already ({}); two keys can't have one name, so import it under another kid",
        .state.as_str()
    )]
    KidExists {
        /// The name.
        kid: String,
        /// What the other key is.
        state: KeyState,
    },
    /// A key of that name was revoked.
    #[error("key {kid} was revoked and never comes back; generate a new key")]
    KidRevoked {
        /// The name.
        kid: String,
    },
    /// The configuration does not name that algorithm.
    #[error(
        "{} is not among the algorithms of the configuration, so no key of it would be used; add it to algorithms in [keys] first",
        .key_use.as_str()
    )]
    NotConfigured {
        /// What the key would be for.
        key_use: KeyUse,
    },
}

/// From when on it may.
fn earliest(remaining: Duration) -> String {
    if remaining.is_zero() {
        ": its time has come, and the status of the keys says what it waits for".to_owned()
    } else {
        format!(", in {} at the earliest", spell(remaining))
    }
}

/// What its active key does.
const fn works(key_use: KeyUse) -> &'static str {
    match key_use {
        KeyUse::Sign(_) => "signs",
        KeyUse::Seal => "seals",
    }
}

/// How a key of it can come.
const fn brought(key_use: KeyUse) -> &'static str {
    match key_use {
        KeyUse::Sign(_) => "generate or import",
        KeyUse::Seal => "generate",
    }
}
