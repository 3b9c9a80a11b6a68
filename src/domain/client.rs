//! A client: an application that people sign in to. Member names are those of RFC 7591.

use std::sync::Arc;

use crate::domain::client_keys::ClientKeySet;
use crate::domain::grant_type::GrantType;
use crate::domain::id::ClientId;
use crate::domain::scope::Scopes;
use crate::domain::secret::Digest;
use crate::domain::service_scope::ServiceScope;
use crate::domain::signing_alg::SigningAlg;
use crate::domain::uri::RedirectUri;

/// A registered client, checked.
#[derive(Clone, Debug)]
pub struct Client {
    /// `client_id`
    pub id: ClientId,
    /// `client_name`, or the id where there is none.
    pub name: String,
    /// How it proves who it is.
    pub authentication: ClientAuthentication,
    /// `grant_types`: how it may get tokens; never empty.
    pub grant_types: Vec<GrantType>,
    /// `redirect_uris`; empty only for one that never sends a person here.
    pub redirect_uris: Vec<RedirectUri>,
    /// `application_type`
    pub application_type: ApplicationType,
    /// `scope`: what it may ask for.
    pub scope: Scopes,
    /// What else its own tokens may carry, where it acts for itself.
    pub service_scope: ServiceScope,
    /// Whether a request without `code_challenge` is refused. Always so for public clients.
    pub require_pkce: bool,
    /// Where the scope's claims stand.
    pub id_token_claims: IdTokenClaims,
    /// `id_token_signed_response_alg`: what its ID Tokens and logout tokens are signed with.
    pub id_token_signed_response_alg: SigningAlg,
    /// `username` in userinfo: what NocoBase reads.
    pub username_claim: bool,
    /// `phone` in userinfo: what NocoBase reads.
    pub phone_claim: bool,
    /// Whether it gets an e-mail address that the organisation doesn't own.
    pub release_unverified_email: bool,
    /// Whether people are asked before it learns of them.
    pub consent: ConsentPolicy,
    /// `client_uri`: where the way back leads when an answer can't be given.
    pub client_uri: Option<String>,
    /// `logo_uri`: shown to the person who is asked.
    pub logo_uri: Option<String>,
    /// `policy_uri`: shown to the person who is asked.
    pub policy_uri: Option<String>,
    /// `tos_uri`: shown to the person who is asked.
    pub tos_uri: Option<String>,
    /// Where a person may be sent after a logout.
    pub post_logout: PostLogout,
    /// `backchannel_logout_uri`: told by us when a session ends.
    pub backchannel_logout: Option<LogoutNotice>,
    /// `frontchannel_logout_uri`: told by the person's browser when a session ends.
    pub frontchannel_logout: Option<LogoutNotice>,
    /// Whether its offline refresh tokens go on after the person's logout.
    pub offline_access_outlives_logout: bool,
    /// The clients whose tokens it may introspect, beside its own.
    pub may_introspect: Vec<ClientId>,
    /// Origins whose script may call the endpoints that read no cookie: those of its redirect
    /// URIs and of `allowed_cors_origins`, as browsers write them.
    pub cors_origins: Vec<String>,
    /// `default_max_age`, in seconds.
    pub default_max_age: Option<u64>,
}

/// How a client proves who it is at the token endpoint.
#[derive(Clone, Debug)]
pub enum ClientAuthentication {
    /// A public client: it has no secret, so PKCE alone protects its codes.
    None,
    /// `client_secret_basic` or `client_secret_post`: either is taken, whichever the client
    /// is registered for, since libraries switch between them.
    Secret(Secrets),
    /// `private_key_jwt` (OIDC Core section 9): it signs with a key of its own.
    PrivateKeyJwt(ClientKeys),
}

/// `token_endpoint_auth_method`: the names of the ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    /// The secret in the Authorization header.
    ClientSecretBasic,
    /// The secret in the form.
    ClientSecretPost,
    /// A signed assertion in the form.
    PrivateKeyJwt,
    /// The name alone.
    None,
}

impl AuthMethod {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::PrivateKeyJwt,
        Self::None,
    ];

    /// Those that prove something.
    pub const PROVING: [Self; 3] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::PrivateKeyJwt,
    ];

    /// The name in metadata and registrations.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

/// The secrets of a client: two of them while it is being changed, so that neither the old
/// nor the new one is refused meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Secrets {
    /// `client_secret`
    pub current: Digest,
    /// `client_secret_next`
    pub next: Option<Digest>,
}

impl Secrets {
    /// Whether `presented` is one of them.
    #[must_use]
    pub fn admit(&self, presented: &str) -> bool {
        let presented = Digest::of(presented);
        let current = self.current == presented;
        let next = self.next.is_some_and(|next| next == presented);
        current | next
    }
}

/// The public keys of a client.
#[derive(Clone, Debug)]
pub struct ClientKeys {
    /// Where they are.
    pub source: KeySource,
    /// `token_endpoint_auth_signing_alg`: the one algorithm that it signs with, if it says so.
    pub alg: Option<SigningAlg>,
}

/// Where the public keys of a client are.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// `jwks`
    Inline(Arc<ClientKeySet>),
    /// `jwks_uri`
    At(String),
}

/// Whether people are asked before a client learns of them (OIDC Core section 3.1.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentPolicy {
    /// The operator has agreed for everybody: a first-party application.
    Implied,
    /// Each person is asked, once for each scope.
    Ask,
}

/// Where a person may be sent after a logout (OIDC RP-Initiated Logout section 3.1).
#[derive(Clone, Debug, Default)]
pub struct PostLogout {
    /// `post_logout_redirect_uris`
    pub uris: Vec<RedirectUri>,
    /// Whether a query is left out of the comparison: NocoBase sends the address bar. Only
    /// after the person has confirmed the logout.
    pub any_query: bool,
}

/// How a client wants to hear of a logout (OIDC Back-Channel and Front-Channel Logout,
/// section 2.2 and section 2 each).
#[derive(Clone, Debug)]
pub struct LogoutNotice {
    /// The address.
    pub uri: String,
    /// Whether it needs to know which session ended.
    pub session_required: bool,
}

/// `application_type` (OIDC Registration section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationType {
    /// A web application.
    Web,
    /// An application on the person's machine: its loopback port is free (RFC 8252).
    Native,
}

/// Where the claims of the granted scopes stand beside userinfo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdTokenClaims {
    /// In the ID Token too: many libraries read nothing else.
    Standard,
    /// In userinfo alone (OIDC Core section 5.4).
    Minimal,
}

impl Client {
    /// Whether it has no secret.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self.authentication, ClientAuthentication::None)
    }

    /// Whether it may get tokens in that way.
    #[must_use]
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// Where it lives: `client_uri`, or else the origin of its first redirect URI, if that is
    /// one of the web.
    #[must_use]
    pub fn home(&self) -> Option<String> {
        self.client_uri.clone().or_else(|| {
            let first = url::Url::parse(self.redirect_uris.first()?.as_str()).ok()?;
            let origin = first.origin();
            origin
                .is_tuple()
                .then(|| format!("{}/", origin.ascii_serialization()))
        })
    }

    /// Whether a person may be sent to `requested` after a logout.
    #[must_use]
    pub fn admits_post_logout(&self, requested: &str) -> Option<Admission> {
        let any_port = self.application_type == ApplicationType::Native;
        self.post_logout.admits(requested, any_port)
    }

    /// Whether `requested` is one of its redirect URIs.
    #[must_use]
    pub fn admits_redirect(&self, requested: &str) -> bool {
        let any_port = self.application_type == ApplicationType::Native;
        self.redirect_uris
            .iter()
            .any(|registered| registered.admits(requested, any_port))
    }
}

impl PostLogout {
    /// Whether a person may be sent to `requested` after a logout. The rules are those of
    /// redirect URIs; where a query is left out of the comparison, everything before it must
    /// still be the registered text, and there is no fragment in any case.
    fn admits(&self, requested: &str, any_port: bool) -> Option<Admission> {
        let exact = self.uris.iter().any(|uri| uri.admits(requested, any_port));
        if exact {
            return Some(Admission::Exact);
        }
        let (place, query) = requested.split_once('?')?;
        let is_plain = query.bytes().all(|byte| {
            byte.is_ascii_graphic() && !matches!(byte, b'#' | b'\\' | b'"' | b'<' | b'>')
        });
        let is_known = self.any_query
            && is_plain
            && self
                .uris
                .iter()
                .any(|uri| uri.as_str().split('?').next() == Some(place));
        is_known.then_some(Admission::OtherQuery)
    }
}

/// In which way an address is one of a client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// To the letter.
    Exact,
    /// But for its query.
    OtherQuery,
}

impl Admission {
    /// Whether it is the registered one to the letter.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        matches!(self, Self::Exact)
    }
}

/// The clients that are known, by id; held parsed in memory.
#[derive(Clone, Debug, Default)]
pub struct Clients(std::collections::HashMap<ClientId, Arc<Client>>);

impl Clients {
    /// The client of that id.
    #[must_use]
    pub fn find(&self, id: &ClientId) -> Option<Arc<Client>> {
        self.0.get(id).cloned()
    }

    /// Those that want to be told of ends of sessions over the back channel.
    #[must_use]
    pub fn to_tell(&self) -> Arc<[ClientId]> {
        self.0
            .values()
            .filter(|client| client.backchannel_logout.is_some())
            .map(|client| client.id.clone())
            .collect()
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Client>> {
        self.0.values()
    }
}

impl FromIterator<Client> for Clients {
    fn from_iter<I: IntoIterator<Item = Client>>(clients: I) -> Self {
        Self(
            clients
                .into_iter()
                .map(|client| (client.id.clone(), Arc::new(client)))
                .collect(),
        )
    }
}
