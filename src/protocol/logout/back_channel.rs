//! Back-channel logout (OIDC Back-Channel Logout 1.0): tells clients, from here to there, that
//! a session ended. What is to be told is in the store, written with the end itself; this is
//! the worker that delivers it: at once, and again for a day where a client does not take it.
//! One that hangs delays no other. A client may be told twice (we may end between its answer
//! and our note of it), never not at all.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::token::logout_token;
use super::under_way::{MOST_PER_CLIENT, UnderWay};
use crate::clock::Clock;
use crate::domain::client::{Client, Clients};
use crate::domain::issuer::Issuer;
use crate::domain::logout::LogoutDelivery;
use crate::entropy::Entropy;
use crate::keyring::Keyring;
use crate::outbound::ClientUrls;
use crate::store::{Attempt, AttemptMade, AttemptRecorded, Deliveries, StoreError};

/// The longest that an attempt may take, whatever the client's server does.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long attempts under way may take to end when the process ends. They are in the store:
/// what is broken off here is told again by the next process. Together with the requests' own
/// time it is less than the 30 seconds after which process managers kill.
const ENDING: Duration = Duration::from_secs(3);
/// The longest that nobody looks, should a wake-up be lost.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The pause after the store failed, so that a client is not asked in a tight loop whose
/// results can't be written down.
const REST: Duration = Duration::from_secs(5);

/// What the worker is made of.
pub struct BackChannelParts {
    /// The issuer.
    pub issuer: Issuer,
    /// Who is told, and where.
    pub clients: Arc<Clients>,
    /// What is to be told.
    pub deliveries: Arc<dyn Deliveries>,
    /// Signs.
    pub keyring: Arc<Keyring>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The way to clients.
    pub urls: ClientUrls,
}

/// The worker.
pub struct BackChannel {
    parts: BackChannelParts,
    woken: Notify,
}

impl BackChannel {
    /// A worker over its parts.
    #[must_use]
    pub fn new(parts: BackChannelParts) -> Self {
        Self {
            parts,
            woken: Notify::new(),
        }
    }

    /// Looks again: the clock was moved.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Delivers until `stopped`, then gives the attempts under way a little time to end.
    pub async fn run(self: Arc<Self>, stopped: impl Future<Output = ()>) {
        let mut stopped = std::pin::pin!(stopped);
        let mut under_way = UnderWay::default();
        loop {
            let pause = match self.start_due(&mut under_way).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, "what is to be told of logouts can't be read");
                    REST
                }
            };
            tokio::select! {
                () = &mut stopped => break,
                () = self.parts.deliveries.deliveries_asked_for() => {}
                () = self.woken.notified() => {}
                () = under_way.one_ended() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        if tokio::time::timeout(ENDING, under_way.all_ended())
            .await
            .is_err()
        {
            tracing::info!("what clients did not take yet of logouts is told after the next start");
            under_way.break_off().await;
        }
    }

    /// Starts what is due, as far as there is room. Returns for how long there is nothing to do.
    async fn start_due(self: &Arc<Self>, under_way: &mut UnderWay) -> Result<Duration, StoreError> {
        let now = self.parts.clock.now();
        let found = self
            .parts
            .deliveries
            .due_deliveries(now, MOST_PER_CLIENT)
            .await?;
        for delivery in under_way.in_turn(found.due) {
            let worker = Arc::clone(self);
            under_way.start(delivery, |delivery| async move {
                worker.attempt(delivery).await
            });
        }
        let pause = found.next_at.map_or(LONGEST_PAUSE, |next| next.since(now));
        Ok(pause.min(LONGEST_PAUSE))
    }

    /// One attempt, and the note of how it went. Tells whether the client took it.
    async fn attempt(&self, delivery: LogoutDelivery) -> bool {
        let client = self.parts.clients.find(&delivery.client);
        let (took, noted) = match client.as_deref().and_then(address) {
            Some((client, uri)) => {
                let told = self.tell(client, uri, &delivery).await;
                (told.is_ok(), self.note(delivery, told).await)
            }
            // It left the configuration, or does not want to be told any more.
            None => {
                let LogoutDelivery { client, sid, .. } = delivery;
                let dropped = self.parts.deliveries.drop_delivery(client, sid).await;
                (true, dropped)
            }
        };
        if let Err(error) = noted {
            tracing::error!(%error, "the delivery of a logout can't be written down");
            tokio::time::sleep(REST).await;
        }
        took
    }

    /// Asks the client. What it answered, in short, whether it took it or not.
    async fn tell(
        &self,
        client: &Client,
        uri: &str,
        delivery: &LogoutDelivery,
    ) -> Result<String, String> {
        let token = logout_token(
            &self.parts.keyring,
            self.parts.entropy.as_ref(),
            &self.parts.issuer,
            client,
            delivery,
            self.parts.clock.now(),
        )
        .map_err(|error| error.to_string())?;
        let form = [("logout_token", token.as_str())];
        let asked = self.parts.urls.post_form(uri, &form);
        match tokio::time::timeout(PATIENCE, asked).await {
            // Section 2.8; 204 is what frameworks make of an empty body.
            Ok(Ok(answer)) if matches!(answer.status, 200 | 204) => {
                Ok(format!("http {}", answer.status))
            }
            Ok(Ok(answer)) => Err(format!("http {}", answer.status)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer in time".to_owned()),
        }
    }

    async fn note(
        &self,
        delivery: LogoutDelivery,
        told: Result<String, String>,
    ) -> Result<(), StoreError> {
        let now = self.parts.clock.now();
        let number = delivery.attempts.saturating_add(1);
        let (attempt, answer) = match told {
            Ok(answer) => (Attempt::Delivered, answer),
            Err(answer) => match LogoutDelivery::next_after(number, now) {
                Some(next_at) => (Attempt::Failed { next_at }, answer),
                None => (Attempt::GivenUp, answer),
            },
        };
        log(&delivery, attempt, number, &answer);
        let recorded = self
            .parts
            .deliveries
            .record_attempt(AttemptMade {
                delivery,
                attempt,
                answer,
                now,
            })
            .await?;
        match recorded {
            AttemptRecorded::Recorded => {}
            AttemptRecorded::MovedOn => tracing::debug!("a delivery had moved on"),
        }
        Ok(())
    }
}

fn address(client: &Client) -> Option<(&Client, &str)> {
    let notice = client.backchannel_logout.as_ref()?;
    Some((client, &notice.uri))
}

fn log(delivery: &LogoutDelivery, attempt: Attempt, number: u32, answer: &str) {
    let client = delivery.client.as_str();
    let sid = delivery.sid.as_str();
    match attempt {
        Attempt::Delivered => {
            tracing::debug!(client, sid, number, answer, "a client was told of a logout");
        }
        Attempt::Failed { .. } => tracing::warn!(
            client,
            sid,
            number,
            answer,
            "a client could not be told of a logout; it will be tried again"
        ),
        Attempt::GivenUp => tracing::error!(
            client,
            sid,
            number,
            answer,
            "a client could not be told of a logout, and won't be any more"
        ),
    }
}
