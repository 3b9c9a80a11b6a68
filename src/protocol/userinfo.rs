//! The UserInfo endpoint (OIDC Core section 5.3). Whether a token is good is decided here at
//! each call: its time, its grant, its session, its person and its client.

use std::sync::Arc;

use super::issue::Mint;
use crate::clock::Timestamp;
use crate::domain::claims::{Claims, scope_claims};
use crate::domain::client::Clients;
use crate::domain::error::BearerErrorCode;
use crate::domain::scope::Scope;
use crate::domain::standing::standing;
use crate::store::{AccessTokens, StoreError};

/// Why there are no claims.
#[derive(Debug, thiserror::Error)]
pub enum UserinfoRefusal {
    /// No token.
    #[error("no access token")]
    MissingToken,
    /// A token in two places, or where none may stand.
    #[error("the access token must stand in the Authorization header or in a form body, once")]
    TokenPlace,
    /// Not made here, altered, or its time is over.
    #[error("the access token is unknown or expired")]
    Unknown,
    /// Its grant was revoked, its session ended, its person blocked or its client removed.
    #[error("the access token was revoked")]
    Revoked,
    /// Without `openid`.
    #[error("the access token lacks the scope openid")]
    Scope,
    /// The store failed.
    #[error("internal error")]
    Store(#[from] StoreError),
}

impl UserinfoRefusal {
    /// The cause's name in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MissingToken => "missing_token",
            Self::TokenPlace => "token_place",
            Self::Unknown => "unknown_token",
            Self::Revoked => "revoked_token",
            Self::Scope => "scope",
            Self::Store(_) => "store",
        }
    }

    /// The code on the wire.
    #[must_use]
    pub const fn code(&self) -> BearerErrorCode {
        match self {
            Self::MissingToken => BearerErrorCode::MissingToken,
            Self::TokenPlace => BearerErrorCode::InvalidRequest,
            Self::Unknown | Self::Revoked => BearerErrorCode::InvalidToken,
            Self::Scope => BearerErrorCode::InsufficientScope,
            Self::Store(_) => BearerErrorCode::ServerError,
        }
    }
}

/// The endpoint.
pub struct Userinfo {
    clients: Arc<Clients>,
    access: Arc<dyn AccessTokens>,
    mint: Arc<Mint>,
}

impl Userinfo {
    /// The endpoint over its parts.
    #[must_use]
    pub fn new(clients: Arc<Clients>, access: Arc<dyn AccessTokens>, mint: Arc<Mint>) -> Self {
        Self {
            clients,
            access,
            mint,
        }
    }

    /// The claims that `token` is good for.
    ///
    /// # Errors
    /// [`UserinfoRefusal`]
    pub async fn claims(&self, token: &str, now: Timestamp) -> Result<Claims, UserinfoRefusal> {
        let token = self
            .mint
            .open_access_token(token, now)
            .ok_or(UserinfoRefusal::Unknown)?;
        let client = self
            .clients
            .find(&token.client)
            .ok_or(UserinfoRefusal::Revoked)?;
        super::name_client_in_log(&client);
        let found = self
            .access
            .find_access(&token.jti, token.grant.as_ref())
            .await?;
        if found.revoked {
            return Err(UserinfoRefusal::Revoked);
        }
        // Nobody signed in for it (RFC 6749 section 4.4), so there is nobody to tell about.
        if token.grant.is_none() {
            return Err(UserinfoRefusal::Scope);
        }
        let found = found
            .grant
            .filter(|found| found.grant.client == client.id)
            .ok_or(UserinfoRefusal::Revoked)?;
        let subject = standing(&found.grant, found.session.as_ref(), found.subject.as_ref())
            .map_err(|_| UserinfoRefusal::Revoked)?;
        if !token.scope.contains(Scope::Openid) {
            return Err(UserinfoRefusal::Scope);
        }
        let mut claims = scope_claims(subject, &token.scope, &client);
        claims.insert("sub".into(), subject.id.as_str().into());
        Ok(claims)
    }
}
