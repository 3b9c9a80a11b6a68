//! The application's token: fetched once for all who need it at the same moment (calls for
//! tokens are throttled, too), renewed five minutes before its end, dropped when DingTalk
//! refuses it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use super::DingTalk;
use crate::clock::{Clock, Timestamp};
use crate::upstream::{Cause, UpstreamError};

/// How long before its end a token is renewed.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

struct Cached {
    token: SecretString,
    good_until: Timestamp,
}

pub(super) struct AppToken {
    clock: Arc<dyn Clock>,
    /// Held while a token is fetched: the others wait for that one.
    cached: Mutex<Option<Cached>>,
}

impl AppToken {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            cached: Mutex::new(None),
        }
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
        let mut cached = self.app_token.cached.lock().await;
        let now = self.app_token.clock.now();
        if let Some(known) = cached.as_ref()
            && now < known.good_until
        {
            return Ok(known.token.clone());
        }
        let (token, lifetime) = self.fetch_app_token().await?;
        let lifetime = Duration::from_secs(lifetime);
        *cached = Some(Cached {
            token: token.clone(),
            good_until: now.plus(lifetime.saturating_sub(RENEW_BEFORE)),
        });
        Ok(token)
    }

    /// Drops a refused token, unless somebody else has replaced it already.
    async fn drop_app_token(&self, refused: &SecretString) {
        let mut cached = self.app_token.cached.lock().await;
        if cached
            .as_ref()
            .is_some_and(|known| known.token.expose_secret() == refused.expose_secret())
        {
            *cached = None;
        }
    }
}
