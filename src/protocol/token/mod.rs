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
use super::client_auth::authenticate;
use super::failures::FailureLog;
use super::issue::{IssuedTokens, Mint};
use crate::clock::Timestamp;
use crate::domain::client::Clients;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::params::Parameters;
use crate::entropy::Entropy;
use crate::store::{Codes, Grants, RefreshFamilies};
use request::GrantRequest;

/// What the endpoint is made of.
pub struct Parts {
    /// Who may ask.
    pub clients: Arc<Clients>,
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
    /// Counts what failed.
    pub failures: Arc<FailureLog>,
}

/// The endpoint.
pub struct Token {
    pub(super) clients: Arc<Clients>,
    pub(super) lifetimes: Lifetimes,
    pub(super) codes: Arc<dyn Codes>,
    pub(super) grants: Arc<dyn Grants>,
    pub(super) families: Arc<dyn RefreshFamilies>,
    pub(super) mint: Arc<Mint>,
    pub(super) entropy: Arc<dyn Entropy>,
    failures: Arc<FailureLog>,
}

impl Token {
    /// The endpoint over its parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            clients: parts.clients,
            lifetimes: parts.lifetimes,
            codes: parts.codes,
            grants: parts.grants,
            families: parts.families,
            mint: parts.mint,
            entropy: parts.entropy,
            failures: parts.failures,
        }
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
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<IssuedTokens, TokenRefusal> {
        let answered = self
            .try_to_answer(authorization, form, correlation, now)
            .await;
        if let Err(refusal) = &answered {
            self.failures
                .token_refused(refusal, &self.clients, authorization, form);
        }
        answered
    }

    async fn try_to_answer(
        &self,
        authorization: Option<&str>,
        form: &Parameters,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<IssuedTokens, TokenRefusal> {
        let client = authenticate(&self.clients, authorization, form)?;
        match GrantRequest::parse(form, client.client())? {
            GrantRequest::AuthorizationCode(request) => {
                self.redeem(&client, &request, correlation, now).await
            }
            GrantRequest::RefreshToken(request) => {
                self.refresh(&client, &request, correlation, now).await
            }
            GrantRequest::ClientCredentials(request) => self.serve_client(&client, &request, now),
        }
    }
}
