//! A pending authorization: what a client asked for, while the person is on the way through
//! DingTalk. It is sealed into a cookie of the browser that began it, so that a request that
//! nobody vouched for writes nothing here.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::claims_request::RequestedClaims;
use crate::domain::id::{ClientId, FlowId, Sid, SubjectId, UpstreamId};
use crate::domain::locale::Locale;
use crate::domain::pkce::CodeChallenge;
use crate::domain::scope::Scopes;

/// An authorization request that has been checked, on its way to an answer. The redirect_uri
/// in it was proved to belong to the client, and is proved again when it is read back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingAuthorization {
    /// The name of this flow.
    pub flow: FlowId,
    /// Who asked.
    pub client: ClientId,
    /// Where the answer goes, as it was sent.
    pub redirect_uri: String,
    /// What was asked for and may be granted.
    pub scope: Scopes,
    /// Claims that were asked for one by one, and may be granted.
    #[serde(default, skip_serializing_if = "RequestedClaims::is_empty")]
    pub claims: RequestedClaims,
    /// How the answer gets there.
    #[serde(default)]
    pub response_mode: ResponseMode,
    /// Echoed to the client.
    pub state: Option<String>,
    /// Goes into the ID Token.
    pub nonce: Option<String>,
    /// PKCE.
    pub code_challenge: Option<CodeChallenge>,
    /// What the request demands of the sign-in.
    pub demand: SignInDemand,
    /// The language of the pages.
    pub locale: Option<Locale>,
    /// When the request came, in milliseconds.
    pub started_at: i64,
    /// The visit to DingTalk that is under way, if one is.
    pub attempt: Option<Attempt>,
    /// The question for consent that is open, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<ConsentQuestion>,
    /// Whether a browser has had it in its hands: then it can come back twice, and the code
    /// that answers it claims the flow. One that is answered by the request that brought it
    /// can't.
    #[serde(skip, default = "yes")]
    pub travelled: bool,
}

/// What is read back has travelled.
const fn yes() -> bool {
    true
}

/// `response_mode`: how an answer reaches the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of a redirect (RFC 6749 section 4.1.2).
    #[default]
    Query,
    /// In the body of a POST by the browser (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

impl ResponseMode {
    /// Every mode.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    /// The mode of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }
}

/// A question for consent that was put to a person: the answer counts for nobody else, and
/// for no other sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentQuestion {
    /// Who was asked: the session of that name,
    pub sid: Sid,
    /// and its moment of sign-in, in milliseconds.
    pub auth_time: i64,
    /// Whether that sign-in was made for this very request.
    pub signed_in_for_this: bool,
}

/// What a request demands of the sign-in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SignInDemand {
    /// `prompt=none`: answer without showing anything.
    pub silent: bool,
    /// `prompt=login`, `select_account` or `max_age=0`: a sign-in before this request does
    /// not count.
    pub fresh: bool,
    /// `prompt=consent`: the person is asked, whatever was agreed to before.
    #[serde(default)]
    pub consent: bool,
    /// `max_age` in seconds.
    pub max_age: Option<u64>,
    /// The person whom `id_token_hint` or the claims parameter names.
    pub subject: Option<SubjectId>,
}

/// One visit to DingTalk. Its state is good for one answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// Which upstream was asked.
    pub upstream: UpstreamId,
    /// The random part of the `state` that was sent there.
    pub state: String,
}

impl PendingAuthorization {
    /// When the request came.
    #[must_use]
    pub const fn started(&self) -> Timestamp {
        Timestamp::from_millis(self.started_at)
    }
}
