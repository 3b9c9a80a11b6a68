//! Why an authorization request is refused: causes are many, codes few. Two kinds, told
//! apart by where they may go: shown to the person, or sent to the client.

use crate::domain::error::AuthorizationErrorCode;
use crate::protocol::failures::Failure;

/// Causes that are shown on a page: nothing in the request proves where else to send them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisplayedCause {
    /// No `client_id`.
    MissingClient,
    /// A `client_id` that nobody has.
    UnknownClient,
    /// No `redirect_uri`.
    MissingRedirectUri,
    /// A `redirect_uri` that is not registered.
    UnregisteredRedirectUri,
    /// Parameters that can't be read, and no proof of client and redirect_uri in them.
    Unreadable,
}

impl DisplayedCause {
    /// Its name in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingClient => "missing_client",
            Self::UnknownClient => "unknown_client",
            Self::MissingRedirectUri => "missing_redirect_uri",
            Self::UnregisteredRedirectUri => "unregistered_redirect_uri",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Causes that the client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectedCause {
    /// A repeated or unreadable parameter.
    Parameters,
    /// `request`.
    RequestObject,
    /// `request_uri`.
    RequestUri,
    /// `registration`.
    Registration,
    /// No `response_type`.
    MissingResponseType,
    /// Another `response_type` than `code`.
    ResponseType,
    /// A `response_mode` that we don't have.
    ResponseMode,
    /// No `openid` in what may be granted.
    Scope,
    /// The client must send a `code_challenge`.
    MissingChallenge,
    /// A `code_challenge` that is not S256.
    Challenge,
    /// A `prompt` that is unknown, or `none` beside another.
    Prompt,
    /// A `max_age` that is no number of seconds.
    MaxAge,
    /// An `id_token_hint` that was not issued here, or not to this client.
    Hint,
    /// A `claims` parameter that can't be read.
    Claims,
    /// `id_token_hint` and `claims` name two people.
    TwoSubjects,
    /// An `acr` that can't be given is essential.
    Acr,
    /// More than a cookie can hold.
    TooLarge,
    /// `prompt=none`, and nobody is signed in.
    LoginRequired,
    /// `prompt=none`, and the person has to be asked for consent.
    ConsentRequired,
    /// The person said no to the client.
    ConsentRefused,
    /// Another person signed in than `id_token_hint` names.
    WrongPerson,
    /// The person refused, or may not sign in.
    PersonRefused,
    /// The person came back too late, or twice.
    Timing,
    /// The upstream is down.
    UpstreamDown,
    /// The upstream is not set up right.
    UpstreamSetUp,
}

impl RedirectedCause {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> AuthorizationErrorCode {
        match self {
            Self::Parameters
            | Self::MissingResponseType
            | Self::ResponseMode
            | Self::MissingChallenge
            | Self::Challenge
            | Self::Prompt
            | Self::MaxAge
            | Self::Hint
            | Self::Claims
            | Self::TwoSubjects
            | Self::TooLarge => AuthorizationErrorCode::InvalidRequest,
            Self::RequestObject => AuthorizationErrorCode::RequestNotSupported,
            Self::RequestUri => AuthorizationErrorCode::RequestUriNotSupported,
            Self::Registration => AuthorizationErrorCode::RegistrationNotSupported,
            Self::ResponseType => AuthorizationErrorCode::UnsupportedResponseType,
            Self::Scope => AuthorizationErrorCode::InvalidScope,
            Self::LoginRequired => AuthorizationErrorCode::LoginRequired,
            Self::ConsentRequired => AuthorizationErrorCode::ConsentRequired,
            Self::Acr => AuthorizationErrorCode::UnmetAuthenticationRequirements,
            Self::WrongPerson | Self::PersonRefused | Self::ConsentRefused => {
                AuthorizationErrorCode::AccessDenied
            }
            Self::Timing | Self::UpstreamDown => AuthorizationErrorCode::TemporarilyUnavailable,
            Self::UpstreamSetUp => AuthorizationErrorCode::ServerError,
        }
    }

    /// `error_description`: plain ASCII without quotes or backslash, nothing of the request.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Parameters => "a parameter is repeated or unreadable",
            Self::RequestObject => "request objects are not supported",
            Self::RequestUri => "request_uri is not supported",
            Self::Registration => "the registration parameter is not supported",
            Self::MissingResponseType => "response_type is missing",
            Self::ResponseType => "response_type must be code",
            Self::ResponseMode => "response_mode must be query or form_post",
            Self::Scope => {
                "scope must contain openid, and this client must be allowed to ask for it"
            }
            Self::MissingChallenge => "this client must send a code_challenge (PKCE, S256)",
            Self::Challenge => {
                "code_challenge must be 43 characters of base64url and code_challenge_method S256"
            }
            Self::Prompt => "prompt must be login, consent, select_account, or none alone",
            Self::MaxAge => "max_age must be a number of seconds",
            Self::Hint => "id_token_hint must be an ID Token issued here to this client",
            Self::Claims => "claims must be a JSON object as in OpenID Connect Core section 5.5",
            Self::TwoSubjects => "id_token_hint and the claims parameter name different subjects",
            Self::Acr => "an essential acr was asked for that is not offered here",
            Self::TooLarge => "state, nonce and redirect_uri are too long together",
            Self::LoginRequired => {
                "nobody is signed in, or not recently enough, and prompt=none forbids asking"
            }
            Self::ConsentRequired => "the person has to be asked, and prompt=none forbids asking",
            Self::ConsentRefused => "the person refused",
            Self::WrongPerson => "another person signed in than the request names",
            Self::PersonRefused => "the person refused or may not sign in",
            Self::Timing => "the sign-in took too long, or its answer was used before",
            Self::UpstreamDown => "the identity provider is not answering",
            Self::UpstreamSetUp => "the identity provider refused this service",
        }
    }

    /// Its name in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::RequestObject => "request_object",
            Self::RequestUri => "request_uri",
            Self::Registration => "registration",
            Self::MissingResponseType => "missing_response_type",
            Self::ResponseType => "response_type",
            Self::ResponseMode => "response_mode",
            Self::Scope => "scope",
            Self::MissingChallenge => "missing_challenge",
            Self::Challenge => "challenge",
            Self::Prompt => "prompt",
            Self::MaxAge => "max_age",
            Self::Hint => "hint",
            Self::Claims => "claims",
            Self::TwoSubjects => "two_subjects",
            Self::Acr => "acr",
            Self::TooLarge => "too_large",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::ConsentRefused => "consent_refused",
            Self::WrongPerson => "wrong_person",
            Self::PersonRefused => "person_refused",
            Self::Timing => "timing",
            Self::UpstreamDown => "upstream_down",
            Self::UpstreamSetUp => "upstream_set_up",
        }
    }

    /// What it counts as. That nobody is signed in is no failure, nor that somebody was never
    /// asked: applications find that out by `prompt=none`.
    pub(super) fn failure(self) -> Option<Failure> {
        let is_ordinary = matches!(self, Self::LoginRequired | Self::ConsentRequired);
        (!is_ordinary).then(|| Failure::Authorization(self.name()))
    }
}
