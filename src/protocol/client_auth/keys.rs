//! Keys that clients publish at their `jwks_uri`. A set is fetched when it is first needed,
//! kept as long as its server says (a minute to a day), and fetched anew when an assertion
//! names a key that it lacks: so a client changes its keys without asking anybody.
//!
//! Anybody can send an assertion with a client's name and a made-up key, so a fetch must not
//! be theirs to command: for each client one at a time, and then none for a while, however
//! many ask. A fetch goes on when the request that began it is gone, else who hangs up could
//! use up the pause. While a fetch fails, the keys that were there go on being good for a day:
//! a client's outage must not sign its people out. A set without keys is an answer, not an
//! outage.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::domain::client::{ClientAuthentication, Clients, KeySource};
use crate::domain::client_keys::{ClientKeySet, KeySetFault};
use crate::domain::id::ClientId;
use crate::outbound::{ClientUrls, TransportError};

/// How long a set is good whose server says nothing.
const FRESH: Duration = Duration::from_secs(600);
/// How long a set is good at least, and at most, whatever its server says.
const FRESH_LEAST: Duration = Duration::from_secs(60);
const FRESH_MOST: Duration = Duration::from_secs(24 * 3600);
/// How long after a fetch none is made for the sake of an unknown key.
const PAUSE: Duration = Duration::from_secs(30);
/// How long after a failed fetch none is made at all.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How long keys are good that can't be fetched anew.
const STALE_MOST: Duration = Duration::from_secs(24 * 3600);

/// Why a set was not fetched.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum FetchFailed {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("the answer's status is {0}, not 200")]
    Status(u16),
    #[error("the answer is not JSON")]
    NotJson,
    #[error("the answer {0}")]
    NotASet(#[from] KeySetFault),
}

/// The published keys of all clients that publish some.
pub(super) struct PublishedKeys {
    urls: ClientUrls,
    of: HashMap<ClientId, Arc<Published>>,
}

struct Published {
    client: ClientId,
    url: String,
    /// Held through a fetch: those who come meanwhile wait for its end.
    fetching: Arc<tokio::sync::Mutex<()>>,
    held: Mutex<Held>,
}

#[derive(Clone, Default)]
struct Held {
    keys: Option<Arc<ClientKeySet>>,
    fetched_at: Option<Timestamp>,
    fresh_for: Duration,
    failed_at: Option<Timestamp>,
}

/// What a caller needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The keys.
    Fresh,
    /// Newer ones than those of that moment: they lacked a key.
    NewerThan(Timestamp),
}

/// Keys, and when they were fetched.
pub(super) struct Found {
    pub(super) keys: Arc<ClientKeySet>,
    pub(super) fetched_at: Timestamp,
}

impl PublishedKeys {
    pub(super) fn new(clients: &Clients, urls: ClientUrls) -> Self {
        let published = clients.iter().filter_map(|client| {
            let ClientAuthentication::PrivateKeyJwt(keys) = &client.authentication else {
                return None;
            };
            let KeySource::At(url) = &keys.source else {
                return None;
            };
            let published = Published {
                client: client.id.clone(),
                url: url.clone(),
                fetching: Arc::default(),
                held: Mutex::default(),
            };
            Some((client.id.clone(), Arc::new(published)))
        });
        Self {
            of: published.collect(),
            urls,
        }
    }

    /// The keys of a client, if there are any to be had.
    pub(super) async fn find(
        &self,
        client: &ClientId,
        wanted: Wanted,
        now: Timestamp,
    ) -> Option<Found> {
        let published = self.of.get(client)?;
        if published.held().is_due(wanted, now) {
            let lock = Arc::clone(&published.fetching).lock_owned().await;
            // Whoever held it before may have brought what is wanted.
            if published.held().is_due(wanted, now) {
                let published = Arc::clone(published);
                let urls = self.urls.clone();
                let fetch = tokio::spawn(async move {
                    published.fetch(&urls, now).await;
                    drop(lock);
                });
                // It can't fail but by a panic, which leaves what is held as it was.
                let _ = fetch.await;
            }
        }
        published.held().found(wanted, now)
    }
}

impl Published {
    fn held(&self) -> Held {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn fetch(&self, urls: &ClientUrls, now: Timestamp) {
        let client = self.client.as_str();
        let fetched = self.ask(urls).await;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match fetched {
            Ok((keys, fresh_for)) => {
                tracing::debug!(client, keys = keys.len(), "fetched jwks_uri");
                *held = Held {
                    keys: Some(Arc::new(keys)),
                    fetched_at: Some(now),
                    fresh_for,
                    failed_at: None,
                };
            }
            Err(cause) => {
                tracing::warn!(client, %cause, "jwks_uri could not be fetched");
                held.failed_at = Some(now);
            }
        }
    }

    async fn ask(&self, urls: &ClientUrls) -> Result<(ClientKeySet, Duration), FetchFailed> {
        let answer = urls.get(&self.url).await?;
        if answer.status != 200 {
            return Err(FetchFailed::Status(answer.status));
        }
        let document: Value =
            serde_json::from_slice(&answer.body).map_err(|_| FetchFailed::NotJson)?;
        let (keys, faults) = ClientKeySet::parse(&document)?;
        for (place, fault) in faults {
            let client = self.client.as_str();
            tracing::warn!(client, place, %fault, "a key of jwks_uri can't be used");
        }
        let fresh_for = answer
            .max_age
            .map_or(FRESH, |age| age.clamp(FRESH_LEAST, FRESH_MOST));
        Ok((keys, fresh_for))
    }
}

impl Held {
    /// Whether to fetch.
    fn is_due(&self, wanted: Wanted, now: Timestamp) -> bool {
        // A moment that lies ahead is no reason to wait: the clock went back since, and until it
        // is there again may be long.
        let is_within = |moment: Option<Timestamp>, span| {
            moment.is_some_and(|moment| moment <= now && now.since(moment) < span)
        };
        if is_within(self.failed_at, PAUSE_AFTER_FAILURE) {
            return false;
        }
        match wanted {
            Wanted::Fresh => !is_within(self.fetched_at, self.fresh_for),
            Wanted::NewerThan(seen) => {
                !self.is_newer(seen)
                    && !is_within(self.fetched_at, PAUSE)
                    && !is_within(self.failed_at, PAUSE)
            }
        }
    }

    /// Whether there was a fetch since, by whatever clock.
    fn is_newer(&self, seen: Timestamp) -> bool {
        self.fetched_at.is_some_and(|moment| moment != seen)
    }

    fn found(&self, wanted: Wanted, now: Timestamp) -> Option<Found> {
        let fetched_at = self.fetched_at?;
        let found = Found {
            keys: Arc::clone(self.keys.as_ref()?),
            fetched_at,
        };
        let is_good = match wanted {
            Wanted::Fresh => now.since(fetched_at) < self.fresh_for.saturating_add(STALE_MOST),
            Wanted::NewerThan(seen) => self.is_newer(seen),
        };
        is_good.then_some(found)
    }
}
