//! How relying parties keep the keys that we publish: what libraries really do, which is not
//! always what they are told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dingpass::clock::{Clock, Timestamp};
use http::header::CACHE_CONTROL;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use tokio::sync::Mutex;

/// When a relying party fetches the keys again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// When the `max-age` of the answer is over, and never for a kid that it does not know.
    Obeys,
    /// When it meets a kid that it does not know, and never otherwise.
    UnknownKid,
    /// When so much time is over, whatever the answer says.
    Every(Duration),
    /// Never: it fetched them at its start.
    Never,
}

/// The keys that a relying party holds.
pub(super) struct KeyCache {
    habit: Habit,
    url: String,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
    fetches: AtomicU32,
}

struct Held {
    keys: JwkSet,
    fetched_at: Timestamp,
    good_for: Duration,
}

impl KeyCache {
    /// Fetches the keys for the first time.
    pub(super) async fn start(
        habit: Habit,
        url: String,
        http: reqwest::Client,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let held = fetch(&http, &url, clock.as_ref()).await;
        Self {
            habit,
            url,
            http,
            clock,
            held: Mutex::new(held),
            fetches: AtomicU32::new(1),
        }
    }

    /// The key of that name, by the habit of this relying party.
    pub(super) async fn find(&self, kid: &str) -> Option<Jwk> {
        let mut held = self.held.lock().await;
        let age = self.clock.now().since(held.fetched_at);
        let is_due = match self.habit {
            Habit::Obeys => age >= held.good_for,
            Habit::UnknownKid => held.keys.find(kid).is_none(),
            Habit::Every(time) => age >= time,
            Habit::Never => false,
        };
        if is_due {
            *held = fetch(&self.http, &self.url, self.clock.as_ref()).await;
            self.fetches.fetch_add(1, Ordering::SeqCst);
        }
        held.keys.find(kid).cloned()
    }

    /// How many times it has fetched them.
    pub(super) fn fetches(&self) -> u32 {
        self.fetches.load(Ordering::SeqCst)
    }
}

async fn fetch(http: &reqwest::Client, url: &str, clock: &dyn Clock) -> Held {
    // Their age counts from when they were asked for: the answer may be older than it looks.
    let fetched_at = clock.now();
    let answer = http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let control = answer.headers()[CACHE_CONTROL].to_str().unwrap();
    let max_age = control
        .split(',')
        .find_map(|part| part.trim().strip_prefix("max-age="));
    let good_for = Duration::from_secs(max_age.unwrap().parse().unwrap());
    Held {
        keys: answer.json().await.unwrap(),
        fetched_at,
        good_for,
    }
}
