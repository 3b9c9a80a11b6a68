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
use super::client_auth::ClientAuthenticator;
use super::issue::{IssuedTokens, Mint};
use crate::clock::Timestamp;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::params::Parameters;
use crate::entropy::Entropy;
use crate::store::{Codes, Grants, RefreshFamilies};
use request::GrantRequest;

/// The endpoint.
pub struct Token {
    pub(super) authenticator: Arc<ClientAuthenticator>,
    pub(super) lifetimes: Lifetimes,
    pub(super) codes: Arc<dyn Codes>,
    pub(super) grants: Arc<dyn Grants>,
    pub(super) families: Arc<dyn RefreshFamilies>,
    pub(super) mint: Arc<Mint>,
    pub(super) entropy: Arc<dyn Entropy>,
}

impl Token {
    /// The endpoint over its parts.
    #[must_use]
    pub fn new(
        authenticator: Arc<ClientAuthenticator>,
        lifetimes: Lifetimes,
        codes: Arc<dyn Codes>,
        grants: Arc<dyn Grants>,
        families: Arc<dyn RefreshFamilies>,
        mint: Arc<Mint>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            authenticator,
            lifetimes,
            codes,
            grants,
            families,
            mint,
            entropy,
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
        let client = self
            .authenticator
            .authenticate(authorization, form, now)
            .await?;
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
