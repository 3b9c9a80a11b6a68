//! Why a client was not authenticated: causes are many, and the wire learns three of them.
//! The words say nothing that tells a stranger whether a client exists.

use super::assertion::AssertionFault;
use crate::store::StoreError;

/// Why a client was not authenticated.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientAuthRefusal {
    /// The body is not a form, or a parameter is repeated or unreadable: nobody can be named.
    #[error(
        "the request must be one form (application/x-www-form-urlencoded) with each parameter once"
    )]
    MalformedForm,
    /// Credentials in two places, or two client ids.
    #[error("the client must identify itself in one way alone")]
    TwoMethods,
    /// An Authorization header that is not Basic, or can't be read.
    #[error("the Authorization header must be Basic with id and secret")]
    MalformedHeader,
    /// A method that is not offered.
    #[error("this client authentication method is not offered")]
    UnsupportedMethod,
    /// One half of an assertion without the other.
    #[error("client_assertion and client_assertion_type belong together")]
    HalfAssertion,
    /// Nothing that names a client.
    #[error("the client must identify itself")]
    Missing,
    /// No such client, a wrong secret, or a secret where none belongs.
    #[error("the client is unknown, or its secret is wrong or missing")]
    Rejected,
    /// An assertion that can't be good, whoever signed it.
    #[error(transparent)]
    Assertion(#[from] AssertionFault),
    /// An assertion of a client that is unknown or doesn't sign, or of an algorithm that is
    /// not its own.
    #[error("the client is unknown or did not sign the client_assertion")]
    NotItsMethod,
    /// An assertion that none of its client's keys signed.
    #[error("the client is unknown or did not sign the client_assertion")]
    Unsigned,
    /// The client's keys can't be fetched.
    #[error("the client is unknown or did not sign the client_assertion")]
    NoKeys,
    /// An assertion that was used before.
    #[error("the client_assertion was used before; each needs a jti of its own")]
    Replayed,
    /// The store failed.
    #[error("internal error")]
    Store(#[from] StoreError),
}

/// Codes of a failed client authentication, of which every endpoint has its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthErrorCode {
    /// The request itself is at odds.
    InvalidRequest,
    /// The client did not prove who it is.
    InvalidClient,
    /// Something broke here.
    ServerError,
}

impl ClientAuthRefusal {
    /// The code on the wire: the same at every endpoint that authenticates clients.
    #[must_use]
    pub const fn code(&self) -> ClientAuthErrorCode {
        match self {
            Self::MalformedForm | Self::TwoMethods | Self::HalfAssertion => {
                ClientAuthErrorCode::InvalidRequest
            }
            Self::MalformedHeader
            | Self::UnsupportedMethod
            | Self::Missing
            | Self::Rejected
            | Self::Assertion(_)
            | Self::NotItsMethod
            | Self::Unsigned
            | Self::NoKeys
            | Self::Replayed => ClientAuthErrorCode::InvalidClient,
            Self::Store(_) => ClientAuthErrorCode::ServerError,
        }
    }

    /// The cause's name in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MalformedForm => "malformed_form",
            Self::TwoMethods => "two_methods",
            Self::MalformedHeader => "malformed_header",
            Self::UnsupportedMethod => "unsupported_method",
            Self::HalfAssertion => "half_assertion",
            Self::Missing => "missing_client",
            Self::Rejected => "rejected_client",
            Self::Assertion(AssertionFault::Malformed) => "malformed_assertion",
            Self::Assertion(AssertionFault::Algorithm) => "assertion_algorithm",
            Self::Assertion(AssertionFault::Critical) => "assertion_critical",
            Self::Assertion(AssertionFault::Missing(_)) => "assertion_incomplete",
            Self::Assertion(AssertionFault::Party) => "assertion_party",
            Self::Assertion(AssertionFault::Audience) => "assertion_audience",
            Self::Assertion(AssertionFault::Expired) => "assertion_expired",
            Self::Assertion(AssertionFault::TooLong) => "assertion_too_long",
            Self::Assertion(AssertionFault::NotYet) => "assertion_not_yet",
            Self::NotItsMethod => "not_its_method",
            Self::Unsigned => "unsigned_assertion",
            Self::NoKeys => "no_client_keys",
            Self::Replayed => "replayed_assertion",
            Self::Store(_) => "store",
        }
    }
}
