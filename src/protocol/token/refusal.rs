//! Why a token request is refused: causes are many, codes few.

use crate::domain::error::TokenErrorCode;
use crate::keyring::SigningFailed;
use crate::protocol::client_auth::{ClientAuthErrorCode, ClientAuthRefusal};
use crate::protocol::failures::Failure;
use crate::store::StoreError;

/// The causes. Their words go out as `error_description` and quote nothing of the request.
#[derive(Debug, thiserror::Error)]
pub enum TokenRefusal {
    /// A parameter is missing.
    #[error("the parameter {0} is missing")]
    MissingParameter(&'static str),
    /// The client is not authenticated.
    #[error(transparent)]
    Client(#[from] ClientAuthRefusal),
    /// A grant type that we don't have.
    #[error("this grant type is not offered")]
    UnsupportedGrantType,
    /// The client may not get tokens in this way.
    #[error("this client may not use this grant type")]
    UnauthorizedClient,
    /// More than was granted, or nothing that means something here.
    #[error("the scope must lie within what this client was granted")]
    Scope,
    /// Nothing that is registered for a client that acts for itself.
    #[error("the scope must lie within what is registered for this client")]
    UnregisteredScope,
    /// `openid` or `offline_access` without a person.
    #[error("openid and offline_access need a person who signed in")]
    PersonalScope,
    /// Not a refresh token, none of this time, or one whose family was ended.
    #[error("the refresh token is unknown, revoked or expired")]
    UnknownRefreshToken,
    /// Another client's refresh token. It stays good for its own client.
    #[error("the refresh token is unknown, revoked or expired")]
    ForeignRefreshToken,
    /// Nobody used it for too long, or its family is too old.
    #[error("the refresh token is unknown, revoked or expired")]
    ExpiredRefreshToken,
    /// A refresh token that was exchanged before.
    #[error("the refresh token was exchanged before; what came of it is revoked")]
    ReusedRefreshToken,
    /// The sign-in behind a refresh token is over.
    #[error("the sign-in behind this refresh token has ended")]
    EndedSignIn,
    /// No such code, spent or expired.
    #[error("the code is unknown, spent or expired")]
    UnknownCode,
    /// Another client's code. It stays good for its own client.
    #[error("the code is unknown, spent or expired")]
    ForeignCode,
    /// A code that was redeemed before.
    #[error("the code was redeemed before; what came of it is revoked")]
    ReplayedCode,
    /// The session of the code was ended, or its person blocked.
    #[error("the sign-in behind this code has ended")]
    EndedSession,
    /// Not the redirect_uri of the request.
    #[error("the redirect_uri is not the one of the authorization request")]
    WrongRedirectUri,
    /// The verifier is missing, wrong, or there without a challenge.
    #[error("the code_verifier does not match the code_challenge")]
    WrongVerifier,
    /// The store failed.
    #[error("internal error")]
    Store(#[from] StoreError),
    /// Signing failed.
    #[error("internal error")]
    Signing(#[from] SigningFailed),
}

impl TokenRefusal {
    /// The code on the wire.
    #[must_use]
    pub const fn code(&self) -> TokenErrorCode {
        match self {
            Self::MissingParameter(_) => TokenErrorCode::InvalidRequest,
            Self::Client(refusal) => match refusal.code() {
                ClientAuthErrorCode::InvalidRequest => TokenErrorCode::InvalidRequest,
                ClientAuthErrorCode::InvalidClient => TokenErrorCode::InvalidClient,
                ClientAuthErrorCode::ServerError => TokenErrorCode::ServerError,
            },
            Self::UnsupportedGrantType => TokenErrorCode::UnsupportedGrantType,
            Self::UnauthorizedClient => TokenErrorCode::UnauthorizedClient,
            Self::Scope | Self::UnregisteredScope | Self::PersonalScope => {
                TokenErrorCode::InvalidScope
            }
            Self::UnknownRefreshToken
            | Self::ForeignRefreshToken
            | Self::ExpiredRefreshToken
            | Self::ReusedRefreshToken
            | Self::EndedSignIn
            | Self::UnknownCode
            | Self::ForeignCode
            | Self::ReplayedCode
            | Self::EndedSession
            | Self::WrongRedirectUri
            | Self::WrongVerifier => TokenErrorCode::InvalidGrant,
            Self::Store(_) | Self::Signing(_) => TokenErrorCode::ServerError,
        }
    }

    /// The cause's name in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MissingParameter(_) => "missing_parameter",
            Self::Client(refusal) => refusal.name(),
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::Scope => "scope",
            Self::UnregisteredScope => "unregistered_scope",
            Self::PersonalScope => "personal_scope",
            Self::UnknownRefreshToken => "unknown_refresh_token",
            Self::ForeignRefreshToken => "foreign_refresh_token",
            Self::ExpiredRefreshToken => "expired_refresh_token",
            Self::ReusedRefreshToken => "reused_refresh_token",
            Self::EndedSignIn => "ended_sign_in",
            Self::UnknownCode => "unknown_code",
            Self::ForeignCode => "foreign_code",
            Self::ReplayedCode => "replayed_code",
            Self::EndedSession => "ended_session",
            Self::WrongRedirectUri => "wrong_redirect_uri",
            Self::WrongVerifier => "wrong_verifier",
            Self::Store(_) => "store",
            Self::Signing(_) => "signing",
        }
    }

    /// Whether somebody may hold what belongs to another.
    #[must_use]
    pub const fn is_a_sign_of_theft(&self) -> bool {
        matches!(self, Self::ReplayedCode | Self::ReusedRefreshToken)
    }

    /// What it counts as, where it is not told by an event of its own.
    pub(super) const fn failure(&self) -> Option<Failure> {
        match self {
            Self::UnknownCode | Self::ForeignCode | Self::ReplayedCode | Self::EndedSession => {
                Some(Failure::Code(self.name()))
            }
            Self::UnknownRefreshToken
            | Self::ForeignRefreshToken
            | Self::ExpiredRefreshToken
            | Self::ReusedRefreshToken
            | Self::EndedSignIn => Some(Failure::RefreshToken(self.name())),
            // Counted where it is found, which is the same for all endpoints.
            Self::Client(_)
            // Told by an event of its own.
            | Self::WrongRedirectUri
            | Self::WrongVerifier
            // Mistakes of a program, and of ours.
            | Self::MissingParameter(_)
            | Self::UnsupportedGrantType
            | Self::UnauthorizedClient
            | Self::Scope
            | Self::UnregisteredScope
            | Self::PersonalScope
            | Self::Store(_)
            | Self::Signing(_) => None,
        }
    }
}
