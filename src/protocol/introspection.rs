//! Token introspection (RFC 7662): what a token says, told to who may know. A caller sees the
//! tokens that it holds itself; a resource server those of the clients in its
//! `may_introspect`, and of them access tokens alone, so that a refresh token that is passed
//! to it as a Bearer token is not good. Everybody else, and everything else, gets
//! `{"active":false}` and not a word more (section 2.2). Asking changes nothing.

use std::sync::Arc;

use serde::Serialize;

use super::access::{Access, GoodToken, NotGood};
use super::client_auth::{ClientAuthErrorCode, ClientAuthRefusal, ClientAuthenticator};
use super::key_adoption::Caller;
use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::error::IntrospectionErrorCode;
use crate::domain::family::{Presented, RefreshToken};
use crate::domain::identity::Subject;
use crate::domain::issuer::Issuer;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::params::Parameters;
use crate::domain::scope::{Scope, Scopes};
use crate::domain::standing::refreshable;
use crate::store::{RefreshFamilies, StoreError};

/// Why a question is refused.
#[derive(Debug, thiserror::Error)]
pub enum IntrospectionRefusal {
    /// No token.
    #[error("the parameter token is missing")]
    MissingToken,
    /// The caller is not authenticated.
    #[error(transparent)]
    Client(#[from] ClientAuthRefusal),
    /// A public client: whoever knows its name could ask (section 2.1).
    #[error("only a client that authenticates may ask")]
    PublicClient,
    /// The store failed.
    #[error("internal error")]
    Store(#[from] StoreError),
}

impl IntrospectionRefusal {
    /// The code on the wire.
    #[must_use]
    pub const fn code(&self) -> IntrospectionErrorCode {
        match self {
            Self::MissingToken => IntrospectionErrorCode::InvalidRequest,
            Self::Client(refusal) => match refusal.code() {
                ClientAuthErrorCode::InvalidRequest => IntrospectionErrorCode::InvalidRequest,
                ClientAuthErrorCode::InvalidClient => IntrospectionErrorCode::InvalidClient,
                ClientAuthErrorCode::ServerError => IntrospectionErrorCode::ServerError,
            },
            Self::PublicClient => IntrospectionErrorCode::InvalidClient,
            Self::Store(_) => IntrospectionErrorCode::ServerError,
        }
    }

    /// The cause's name in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MissingToken => "missing_token",
            Self::Client(refusal) => refusal.name(),
            Self::PublicClient => "public_client",
            Self::Store(_) => "store",
        }
    }
}

/// What is told of a token (section 2.2). Moments in seconds.
#[derive(Clone, Debug, Serialize)]
pub struct TokenState {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
}

impl TokenState {
    const INACTIVE: Self = Self {
        active: false,
        scope: None,
        client_id: None,
        username: None,
        token_type: None,
        exp: None,
        iat: None,
        sub: None,
        aud: None,
        iss: None,
        jti: None,
    };
}

/// The endpoint.
pub struct Introspection {
    issuer: Issuer,
    lifetimes: Lifetimes,
    authenticator: Arc<ClientAuthenticator>,
    access: Access,
    families: Arc<dyn RefreshFamilies>,
}

impl Introspection {
    /// The endpoint over its parts.
    #[must_use]
    pub fn new(
        issuer: Issuer,
        lifetimes: Lifetimes,
        authenticator: Arc<ClientAuthenticator>,
        access: Access,
        families: Arc<dyn RefreshFamilies>,
    ) -> Self {
        Self {
            issuer,
            lifetimes,
            authenticator,
            access,
            families,
        }
    }

    /// Answers a question about a token. `token_type_hint` is not needed: the two kinds look
    /// different.
    ///
    /// # Errors
    /// [`IntrospectionRefusal`]
    pub async fn answer(
        &self,
        authorization: Option<&str>,
        form: &Parameters,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<TokenState, IntrospectionRefusal> {
        let caller = self
            .authenticator
            .authenticate(authorization, form, caller, now)
            .await?;
        let caller = caller.client();
        if caller.is_public() {
            return Err(IntrospectionRefusal::PublicClient);
        }
        let token = form
            .get("token")
            .ok_or(IntrospectionRefusal::MissingToken)?;
        let state = match RefreshToken::parse(token) {
            Some(token) => self.refresh_token(caller, &token, now).await?,
            None => self.access_token(caller, token, now).await?,
        };
        Ok(state.unwrap_or(TokenState::INACTIVE))
    }

    async fn access_token(
        &self,
        caller: &Client,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<TokenState>, StoreError> {
        let good = match self.access.find(token, now).await {
            Ok(good) => good,
            Err(NotGood::Store(error)) => return Err(error),
            Err(NotGood::Unknown | NotGood::Revoked) => return Ok(None),
        };
        let GoodToken {
            token,
            client,
            subject,
            claims: _,
        } = good;
        if client.id != caller.id && !caller.may_introspect.contains(&client.id) {
            return Ok(None);
        }
        let state = self.about(&client, subject.as_deref(), &token.scope);
        Ok(Some(TokenState {
            scope: token.service_scope.beside(&token.scope),
            token_type: Some("Bearer"),
            exp: Some(Timestamp::from_millis(token.expires_at).as_seconds()),
            iat: Some(Timestamp::from_millis(token.issued_at).as_seconds()),
            jti: Some(token.jti),
            ..state
        }))
    }

    /// A refresh token, told to its own client alone. The predecessor within the grace is not
    /// active: its successor is.
    async fn refresh_token(
        &self,
        caller: &Client,
        token: &RefreshToken,
        now: Timestamp,
    ) -> Result<Option<TokenState>, StoreError> {
        let Some(found) = self.families.find_family(token.family()).await? else {
            return Ok(None);
        };
        let (family, context) = (found.family, found.context);
        let presented = family.recognise(&token.digest(), self.lifetimes.refresh_grace, now);
        let ends = family.ends(&self.lifetimes);
        if family.client != caller.id || presented != Presented::Current || now >= ends {
            return Ok(None);
        }
        let Ok(subject) = refreshable(
            &context.grant,
            context.session.as_ref(),
            context.subject.as_ref(),
            &self.lifetimes,
            now,
        ) else {
            return Ok(None);
        };
        Ok(Some(TokenState {
            exp: Some(ends.as_seconds()),
            iat: Some(Timestamp::from_millis(family.rotated_at).as_seconds()),
            ..self.about(caller, Some(subject), &context.grant.scope)
        }))
    }

    fn about(&self, client: &Client, subject: Option<&Subject>, scope: &Scopes) -> TokenState {
        TokenState {
            active: true,
            scope: (!scope.is_empty()).then(|| scope.to_string()),
            client_id: Some(client.id.as_str().to_owned()),
            aud: Some(client.id.as_str().to_owned()),
            iss: Some(self.issuer.as_str().to_owned()),
            sub: subject.map(|subject| subject.id.as_str().to_owned()),
            username: subject
                .filter(|_| scope.contains(Scope::Profile))
                .and_then(|subject| subject.profile.preferred_username.clone()),
            ..TokenState::INACTIVE
        }
    }
}
