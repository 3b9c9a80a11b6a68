//! The error codes of the wire: one closed enum per endpoint. The status follows from the
//! code alone; the cause behind a code is logged, never sent. `server_error` is a word of the
//! authorization endpoint; the specs of the endpoints that programs call have none for a
//! failure of ours, so there HTTP's status says it, and the word stands in the body for
//! clients that read nothing else.

/// The status where something of ours failed, at each endpoint that programs call: it may work
/// in a moment. A client that is told 500 gives up, and a person has to sign in again.
const FAILED: u16 = 503;

/// Codes of the authorization endpoint (RFC 6749 section 4.1.2.1, OIDC Core section 3.1.2.6,
/// OIDC Core Unmet Authentication Requirements section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizationErrorCode {
    /// A parameter is missing, malformed, repeated or out of place.
    InvalidRequest,
    /// The client may not do this.
    UnauthorizedClient,
    /// The person or the operator said no.
    AccessDenied,
    /// Anything but `code`.
    UnsupportedResponseType,
    /// No scope that means something here.
    InvalidScope,
    /// Something broke here.
    ServerError,
    /// Something is down, here or upstream.
    TemporarilyUnavailable,
    /// `prompt=none`, and nobody is signed in.
    LoginRequired,
    /// `prompt=none`, and the person has to be asked for consent.
    ConsentRequired,
    /// An essential `acr` that can't be given.
    UnmetAuthenticationRequirements,
    /// A request object by value.
    RequestNotSupported,
    /// A request object by reference.
    RequestUriNotSupported,
    /// Inline registration.
    RegistrationNotSupported,
}

impl AuthorizationErrorCode {
    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
        }
    }
}

/// Codes of the token endpoint (RFC 6749 section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenErrorCode {
    /// A parameter is missing, malformed or repeated.
    InvalidRequest,
    /// The client did not prove who it is.
    InvalidClient,
    /// The code is unknown, spent, expired, another client's, or its proof is wrong.
    InvalidGrant,
    /// The client may not use this grant type.
    UnauthorizedClient,
    /// A grant type that we don't have.
    UnsupportedGrantType,
    /// More than was granted, or nothing that means something here.
    InvalidScope,
    /// Something broke here.
    ServerError,
}

impl TokenErrorCode {
    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::ServerError => "server_error",
        }
    }

    /// The HTTP status that goes with the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidClient => 401,
            Self::InvalidRequest
            | Self::InvalidGrant
            | Self::UnauthorizedClient
            | Self::UnsupportedGrantType
            | Self::InvalidScope => 400,
            Self::ServerError => FAILED,
        }
    }
}

/// Codes of the revocation endpoint (RFC 7009 section 2.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationErrorCode {
    /// A parameter is missing, malformed or repeated, or the token is another client's.
    InvalidRequest,
    /// The client did not prove who it is.
    InvalidClient,
    /// Something broke here: the token is as good as before, and the client may try again.
    ServerError,
}

impl RevocationErrorCode {
    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::ServerError => "server_error",
        }
    }

    /// The HTTP status that goes with the code. 503 is also how RFC 7009 says "it still exists".
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::InvalidClient => 401,
            Self::ServerError => FAILED,
        }
    }
}

/// Codes of the introspection endpoint (RFC 7662 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntrospectionErrorCode {
    /// A parameter is missing, malformed or repeated.
    InvalidRequest,
    /// The caller did not prove who it is.
    InvalidClient,
    /// Something broke here.
    ServerError,
}

impl IntrospectionErrorCode {
    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::ServerError => "server_error",
        }
    }

    /// The HTTP status that goes with the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::InvalidClient => 401,
            Self::ServerError => FAILED,
        }
    }
}

/// Codes of a resource that takes Bearer tokens (RFC 6750 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BearerErrorCode {
    /// No token at all: a bare challenge, without a code (RFC 6750 section 3.1, last lines).
    MissingToken,
    /// Two tokens, or a malformed request.
    InvalidRequest,
    /// Unknown, expired or revoked.
    InvalidToken,
    /// A token without `openid`.
    InsufficientScope,
    /// Something broke here.
    ServerError,
}

impl BearerErrorCode {
    /// The code on the wire; none where the challenge stands alone.
    #[must_use]
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::MissingToken => None,
            Self::InvalidRequest => Some("invalid_request"),
            Self::InvalidToken => Some("invalid_token"),
            Self::InsufficientScope => Some("insufficient_scope"),
            Self::ServerError => Some("server_error"),
        }
    }

    /// The HTTP status that goes with the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::MissingToken | Self::InvalidToken => 401,
            Self::InvalidRequest => 400,
            Self::InsufficientScope => 403,
            Self::ServerError => FAILED,
        }
    }
}
