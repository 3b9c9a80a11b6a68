//! A client: an application that people sign in to. Member names are those of RFC 7591.

use crate::domain::id::ClientId;
use crate::domain::scope::Scopes;
use crate::domain::secret::Digest;
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
    /// `redirect_uris`; never empty.
    pub redirect_uris: Vec<RedirectUri>,
    /// `application_type`
    pub application_type: ApplicationType,
    /// `scope`: what it may ask for.
    pub scope: Scopes,
    /// Whether a request without `code_challenge` is refused. Always so for public clients.
    pub require_pkce: bool,
    /// Where the scope's claims stand.
    pub id_token_claims: IdTokenClaims,
    /// `username` in userinfo: what NocoBase reads.
    pub username_claim: bool,
    /// `phone` in userinfo: what NocoBase reads.
    pub phone_claim: bool,
    /// Whether it gets an e-mail address that the organisation doesn't own.
    pub release_unverified_email: bool,
    /// `client_uri`: where the way back leads when an answer can't be given.
    pub client_uri: Option<String>,
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
    Secret(Digest),
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

    /// Whether `requested` is one of its redirect URIs.
    #[must_use]
    pub fn admits_redirect(&self, requested: &str) -> bool {
        let any_port = self.application_type == ApplicationType::Native;
        self.redirect_uris
            .iter()
            .any(|registered| registered.admits(requested, any_port))
    }
}

/// The clients that are known, by id; held parsed in memory.
#[derive(Clone, Debug, Default)]
pub struct Clients(std::collections::HashMap<ClientId, std::sync::Arc<Client>>);

impl Clients {
    /// The client of that id.
    #[must_use]
    pub fn find(&self, id: &ClientId) -> Option<std::sync::Arc<Client>> {
        self.0.get(id).cloned()
    }
}

impl FromIterator<Client> for Clients {
    fn from_iter<I: IntoIterator<Item = Client>>(clients: I) -> Self {
        Self(
            clients
                .into_iter()
                .map(|client| (client.id.clone(), std::sync::Arc::new(client)))
                .collect(),
        )
    }
}
