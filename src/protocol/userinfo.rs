//! The UserInfo endpoint (OIDC Core section 5.3). Whether a token is good is decided here at
//! each call: its time, its grant, its session, its person and its client.

use super::access::{Access, GoodToken, NotGood};
use crate::clock::Timestamp;
use crate::domain::claims::{Claims, released_claims};
use crate::domain::error::BearerErrorCode;
use crate::domain::scope::Scope;
use crate::store::StoreError;

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

impl From<NotGood> for UserinfoRefusal {
    fn from(why: NotGood) -> Self {
        match why {
            NotGood::Unknown => Self::Unknown,
            NotGood::Revoked => Self::Revoked,
            NotGood::Store(error) => Self::Store(error),
        }
    }
}

/// The endpoint.
pub struct Userinfo {
    access: Access,
}

impl Userinfo {
    /// The endpoint over its parts.
    #[must_use]
    pub const fn new(access: Access) -> Self {
        Self { access }
    }

    /// The claims that `token` is good for.
    ///
    /// # Errors
    /// [`UserinfoRefusal`]
    pub async fn claims(&self, token: &str, now: Timestamp) -> Result<Claims, UserinfoRefusal> {
        let GoodToken {
            token,
            client,
            subject,
            claims: by_name,
        } = self.access.find(token, now).await?;
        super::name_client_in_log(&client);
        // Where nobody signed in (RFC 6749 section 4.4) there is nobody to tell about.
        let subject = subject
            .filter(|_| token.scope.contains(Scope::Openid))
            .ok_or(UserinfoRefusal::Scope)?;
        let mut claims = released_claims(&subject, &token.scope, by_name.userinfo, &client);
        claims.insert("sub".into(), subject.id.as_str().into());
        Ok(claims)
    }
}
