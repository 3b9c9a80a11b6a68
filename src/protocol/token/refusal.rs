//! Why a token request is refused: causes are many, codes few.

use crate::domain::error::TokenErrorCode;
use crate::keyring::SigningFailed;
use crate::protocol::client_auth::ClientAuthRefusal;
use crate::store::StoreError;

/// The causes. Their words go out as `error_description` and quote nothing of the request.
#[derive(Debug, thiserror::Error)]
pub enum TokenRefusal {
    /// The body is not a form, or a parameter is repeated or unreadable.
    #[error("the request must be one form with each parameter once")]
    MalformedForm,
    /// A parameter is missing.
    #[error("the parameter {0} is missing")]
    MissingParameter(&'static str),
    /// The client is not authenticated.
    #[error(transparent)]
    Client(#[from] ClientAuthRefusal),
    /// A grant type that we don't have.
    #[error("this grant type is not offered")]
    UnsupportedGrantType,
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
            Self::MalformedForm
            | Self::MissingParameter(_)
            | Self::Client(ClientAuthRefusal::TwoMethods) => TokenErrorCode::InvalidRequest,
            Self::Client(
                ClientAuthRefusal::MalformedHeader
                | ClientAuthRefusal::UnsupportedMethod
                | ClientAuthRefusal::Missing
                | ClientAuthRefusal::Rejected,
            ) => TokenErrorCode::InvalidClient,
            Self::UnsupportedGrantType => TokenErrorCode::UnsupportedGrantType,
            Self::UnknownCode
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
            Self::MalformedForm => "malformed_form",
            Self::MissingParameter(_) => "missing_parameter",
            Self::Client(ClientAuthRefusal::TwoMethods) => "two_methods",
            Self::Client(ClientAuthRefusal::MalformedHeader) => "malformed_header",
            Self::Client(ClientAuthRefusal::UnsupportedMethod) => "unsupported_method",
            Self::Client(ClientAuthRefusal::Missing) => "missing_client",
            Self::Client(ClientAuthRefusal::Rejected) => "rejected_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
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
}
