//! A pending authorization: what a client asked for, while the person is on the way through
//! DingTalk. It is sealed into a cookie of the browser that began it, so that a request that
//! nobody vouched for writes nothing here.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::id::{ClientId, FlowId, SubjectId, UpstreamId};
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

/// What a request demands of the sign-in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SignInDemand {
    /// `prompt=none`: answer without showing anything.
    pub silent: bool,
    /// `prompt=login`, `select_account` or `max_age=0`: a sign-in before this request does
    /// not count.
    pub fresh: bool,
    /// `max_age` in seconds.
    pub max_age: Option<u64>,
    /// The person whom `id_token_hint` names.
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
