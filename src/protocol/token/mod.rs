//! The token endpoint (RFC 6749 section 3.2, OIDC Core section 3.1.3): one dispatcher, one
//! file per grant, one mint.

mod authorization_code;
mod client_credentials;
mod refresh;
mod refusal;
mod request;

use std::sync::Arc;

pub use refusal::TokenRefusal;

use super::Correlation;
use super::client_auth::{AuthenticatedClient, ClientAuthenticator};
use super::failures::FailureLog;
use super::issue::{IssuedTokens, Mint};
use super::key_adoption::Caller;
use crate::clock::Timestamp;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::params::Parameters;
use crate::entropy::Entropy;
use crate::store::{Codes, Grants, RefreshFamilies};
use request::GrantRequest;

/// What the endpoint is made of.
pub struct Parts {
    /// Finds out who asks.
    pub authenticator: Arc<ClientAuthenticator>,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// Codes.
    pub codes: Arc<dyn Codes>,
    /// Grants.
    pub grants: Arc<dyn Grants>,
    /// Families of refresh tokens.
    pub families: Arc<dyn RefreshFamilies>,
    /// Makes tokens.
    pub mint: Arc<Mint>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Counts what is refused.
    pub failures: Arc<FailureLog>,
}

/// The endpoint.
pub struct Token {
    parts: Parts,
}

impl Token {
    /// The endpoint over its parts.
    #[must_use]
    pub const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Answers a token request. The client is authenticated before anything else is looked
    /// at, so that a failure there changes nothing.
    ///
    /// # Errors
    /// [`TokenRefusal`]
    pub async fn answer(
        &self,
        authorization: Option<&str>,
        form: &Parameters,
        caller: &Caller,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<IssuedTokens, TokenRefusal> {
        let client = self
            .parts
            .authenticator
            .authenticate(authorization, form, caller, now)
            .await?;
        let answered = self.grant(&client, form, correlation, now).await;
        if let Err(refusal) = &answered {
            let client = Some(&client.client().id);
            if let Some(failure) = refusal.failure() {
                self.parts.failures.count(failure, client, None);
            }
        }
        answered
    }

    async fn grant(
        &self,
        client: &AuthenticatedClient,
        form: &Parameters,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<IssuedTokens, TokenRefusal> {
        match GrantRequest::parse(form, client.client())? {
            GrantRequest::AuthorizationCode(request) => {
                self.redeem(client, &request, correlation, now).await
            }
            GrantRequest::RefreshToken(request) => {
                self.refresh(client, &request, correlation, now).await
            }
            GrantRequest::ClientCredentials(request) => self.serve_client(client, &request, now),
        }
    }
}
