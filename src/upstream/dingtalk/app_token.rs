//! The application's token: fetched once for all who need it at the same moment (calls for
//! tokens are throttled, too), renewed five minutes before its end, dropped when DingTalk
//! refuses it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;
use tracing::Instrument as _;

use super::api::fetch_app_token;
use super::{DingTalk, Settings};
use crate::clock::{Clock, Timestamp};
use crate::outbound::OperatorHosts;
use crate::upstream::{Cause, UpstreamError};

/// How long before its end a token is renewed.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

struct Cached {
    token: SecretString,
    good_until: Timestamp,
}

/// Fetches and keeps the token. A fetch runs as a task of its own: whoever asked for it may
/// hang up, and those behind must not have to begin again.
pub(super) struct AppToken {
    settings: Settings,
    http: OperatorHosts,
    clock: Arc<dyn Clock>,
    /// Held while a token is fetched: the others wait for that one.
    state: Mutex<State>,
    /// Fetches that came to an end, for those who wait: whoever began to wait before one
    /// ended takes its outcome, be it a failure. Else each of them would try for itself, one
    /// after the other, while people wait and DingTalk is down.
    ended: AtomicU64,
}

#[derive(Default)]
struct State {
    cached: Option<Cached>,
    failure: Option<UpstreamError>,
}

impl AppToken {
    pub(super) fn new(settings: Settings, http: OperatorHosts, clock: Arc<dyn Clock>) -> Self {
        Self {
            settings,
            http,
            clock,
            state: Mutex::default(),
            ended: AtomicU64::new(0),
        }
    }

    /// The token that is kept, or one that is fetched. `ended` is the count of fetches that
    /// had ended when the caller began to wait.
    async fn obtain(&self, ended: u64) -> Result<SecretString, UpstreamError> {
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        if let Some(known) = &state.cached
            && now < known.good_until
        {
            return Ok(known.token.clone());
        }
        if let Some(failure) = &state.failure
            && self.ended.load(Ordering::SeqCst) != ended
        {
            return Err(failure.clone());
        }
        let fetched = fetch_app_token(&self.settings, &self.http).await;
        self.ended.fetch_add(1, Ordering::SeqCst);
        state.failure = fetched.as_ref().err().cloned();
        let (token, lifetime) = fetched?;
        let lifetime = Duration::from_secs(lifetime);
        state.cached = Some(Cached {
            token: token.clone(),
            good_until: now.plus(lifetime.saturating_sub(RENEW_BEFORE)),
        });
        Ok(token)
    }
}

impl DingTalk {
    /// Runs `call` with the application's token. When DingTalk refuses the token, a fresh one
    /// is fetched and the call repeated, once.
    pub(super) async fn with_app_token<T, F, R>(&self, call: F) -> Result<T, UpstreamError>
    where
        F: Fn(SecretString) -> R,
        R: Future<Output = Result<T, UpstreamError>>,
    {
        let token = self.app_token().await?;
        match call(token.clone()).await {
            Err(error) if error.cause == Cause::TokenRefused => {
                tracing::info!(%error, "the application's token was refused; fetching another");
                self.drop_app_token(&token).await;
                call(self.app_token().await?).await
            }
            outcome => outcome,
        }
    }

    async fn app_token(&self) -> Result<SecretString, UpstreamError> {
        let ended = self.app_token.ended.load(Ordering::SeqCst);
        let keeper = Arc::clone(&self.app_token);
        let fetch = tokio::spawn(async move { keeper.obtain(ended).await }.in_current_span());
        fetch
            .await
            .unwrap_or_else(|_| Err(UpstreamError::bare(Cause::Failed, "oauth2/accessToken")))
    }

    /// Drops a refused token, unless somebody else has replaced it already.
    async fn drop_app_token(&self, refused: &SecretString) {
        let mut state = self.app_token.state.lock().await;
        if state
            .cached
            .as_ref()
            .is_some_and(|known| known.token.expose_secret() == refused.expose_secret())
        {
            state.cached = None;
        }
    }
}
