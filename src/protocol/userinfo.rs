//! The UserInfo endpoint (OIDC Core section 5.3). Whether a token is good is decided here at
//! each call: its time, its grant, its session, its person and its client.

use std::sync::Arc;

use super::issue::Mint;
use crate::clock::Timestamp;
use crate::domain::claims::{Claims, scope_claims};
use crate::domain::client::Clients;
use crate::domain::error::BearerErrorCode;
use crate::domain::identity::SubjectStatus;
use crate::domain::scope::Scope;
use crate::store::{Grants, StoreError};

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
    grants: Arc<dyn Grants>,
    mint: Arc<Mint>,
}

impl Userinfo {
    /// The endpoint over its parts.
    #[must_use]
    pub fn new(clients: Arc<Clients>, grants: Arc<dyn Grants>, mint: Arc<Mint>) -> Self {
        Self {
            clients,
            grants,
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
            .grants
            .find_grant(&token.grant)
            .await?
            .ok_or(UserinfoRefusal::Revoked)?;
        let subject = found
            .subject
            .filter(|subject| subject.status == SubjectStatus::Active)
            .ok_or(UserinfoRefusal::Revoked)?;
        let session_stands = found
            .session
            .is_some_and(|session| session.ended_at.is_none() && !subject.has_ended(&session));
        if !session_stands || found.grant.revoked_at.is_some() || found.grant.client != client.id {
            return Err(UserinfoRefusal::Revoked);
        }
        if !token.scope.contains(Scope::Openid) {
            return Err(UserinfoRefusal::Scope);
        }
        let mut claims = scope_claims(&subject, &token.scope, &client);
        claims.insert("sub".into(), subject.id.as_str().into());
        Ok(claims)
    }
}
