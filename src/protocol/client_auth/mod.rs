//! Client authentication (RFC 6749 section 2.3, OIDC Core section 9): basic, post, signed
//! assertion, none; one of them alone. A failure says `invalid_client` and touches nothing:
//! some clients then try the same code again with another method.

pub mod assertion;
mod claimed;
mod keys;
mod refusal;
mod secret;

use std::sync::Arc;

pub use refusal::{ClientAuthErrorCode, ClientAuthRefusal};

use super::failures::{Failure, FailureLog};
use super::key_adoption::{Caller, KeyAdoption};
use crate::clock::Timestamp;
use crate::domain::client::{Client, ClientAuthentication, ClientKeys, Clients, KeySource};
use crate::domain::client_keys::Verdict;
use crate::domain::id::ClientId;
use crate::domain::issuer::Issuer;
use crate::domain::params::Parameters;
use crate::domain::secret::Digest;
use crate::outbound::ClientUrls;
use crate::protocol::discovery::path;
use crate::store::{Assertions, Claimed};
use assertion::{Assertion, JWT_BEARER};
use claimed::claimed;
use keys::{PublishedKeys, Wanted};

/// A client that proved who it is (or has nothing to prove it with). Made here alone.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient(Arc<Client>);

impl AuthenticatedClient {
    /// The client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0
    }
}

/// Authenticates clients, for every endpoint that they call by themselves.
pub struct ClientAuthenticator {
    clients: Arc<Clients>,
    /// What an assertion may be meant for.
    audiences: [String; 2],
    assertions: Arc<dyn Assertions>,
    published: PublishedKeys,
    failures: Arc<FailureLog>,
    adoption: Arc<KeyAdoption>,
}

impl ClientAuthenticator {
    /// Over its parts.
    #[must_use]
    pub fn new(
        clients: Arc<Clients>,
        issuer: &Issuer,
        assertions: Arc<dyn Assertions>,
        urls: ClientUrls,
        failures: Arc<FailureLog>,
        adoption: Arc<KeyAdoption>,
    ) -> Self {
        Self {
            audiences: [issuer.as_str().to_owned(), issuer.endpoint(path::TOKEN)],
            published: PublishedKeys::new(&clients, urls),
            clients,
            assertions,
            failures,
            adoption,
        }
    }

    /// Authenticates the client of a request from its Authorization header and its form. A
    /// failure is counted, whichever endpoint it was at; a success tells where the client is.
    ///
    /// # Errors
    /// [`ClientAuthRefusal`]
    pub async fn authenticate(
        &self,
        authorization: Option<&str>,
        form: &Parameters,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, ClientAuthRefusal> {
        let authenticated = self.prove(authorization, form, now).await;
        match &authenticated {
            Ok(proved) => self.adoption.authenticated(caller, proved.client(), now),
            Err(refusal) => self.count(refusal, authorization, form),
        }
        authenticated
    }

    /// That the store failed is no failure of the client's.
    fn count(&self, refusal: &ClientAuthRefusal, authorization: Option<&str>, form: &Parameters) {
        if refusal.code() != ClientAuthErrorCode::ServerError {
            let client = claimed(&self.clients, authorization, form);
            let failure = Failure::ClientAuthentication(refusal.name());
            self.failures.count(failure, client.as_ref(), None);
        }
    }

    async fn prove(
        &self,
        authorization: Option<&str>,
        form: &Parameters,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, ClientAuthRefusal> {
        let body_id = form.get("client_id");
        let body_secret = form.get("client_secret");
        let assertion = form.get("client_assertion");
        let kind = form.get("client_assertion_type");
        let client = match (authorization, assertion, kind) {
            (Some(header), None, None) => {
                if body_secret.is_some() {
                    return Err(ClientAuthRefusal::TwoMethods);
                }
                secret::basic(&self.clients, header)?
            }
            (None, None, None) => {
                let id = body_id.ok_or(ClientAuthRefusal::Missing)?;
                secret::check(&self.clients, id, body_secret)?
            }
            (Some(_), _, _) => return Err(ClientAuthRefusal::TwoMethods),
            (None, Some(_), None) | (None, None, Some(_)) => {
                return Err(ClientAuthRefusal::HalfAssertion);
            }
            (None, Some(assertion), Some(kind)) => {
                if body_secret.is_some() {
                    return Err(ClientAuthRefusal::TwoMethods);
                }
                if kind != JWT_BEARER {
                    return Err(ClientAuthRefusal::UnsupportedMethod);
                }
                self.signed(assertion, body_id, now).await?
            }
        };
        if body_id.is_some_and(|id| id != client.id.as_str()) {
            return Err(ClientAuthRefusal::TwoMethods);
        }
        Ok(AuthenticatedClient(client))
    }

    /// The client that signed an assertion. It is used up last of all, when everything else is
    /// proved: else a stranger could use up what a client is about to send.
    async fn signed(
        &self,
        text: &str,
        body_id: Option<&str>,
        now: Timestamp,
    ) -> Result<Arc<Client>, ClientAuthRefusal> {
        let assertion = Assertion::parse(text)?;
        if body_id.is_some_and(|id| id != assertion.client) {
            return Err(ClientAuthRefusal::TwoMethods);
        }
        let client = self
            .clients
            .find(&ClientId::new(assertion.client.as_str()))
            .ok_or(ClientAuthRefusal::NotItsMethod)?;
        super::name_client_in_log(&client);
        let ClientAuthentication::PrivateKeyJwt(keys) = &client.authentication else {
            return Err(ClientAuthRefusal::NotItsMethod);
        };
        if keys.alg.is_some_and(|own| own != assertion.alg) {
            return Err(ClientAuthRefusal::NotItsMethod);
        }
        self.verify(&client.id, keys, &assertion, now).await?;
        let until = assertion.check(&self.audiences, now)?;
        let jti = Digest::of(&assertion.jti);
        match self
            .assertions
            .claim_assertion(client.id.clone(), jti, until, now)
            .await?
        {
            Claimed::Fresh => Ok(client),
            Claimed::Replayed => Err(ClientAuthRefusal::Replayed),
        }
    }

    async fn verify(
        &self,
        client: &ClientId,
        keys: &ClientKeys,
        assertion: &Assertion<'_>,
        now: Timestamp,
    ) -> Result<(), ClientAuthRefusal> {
        let kid = assertion.kid.as_deref();
        let message = assertion.signed.as_bytes();
        let signature = &assertion.signature;
        match &keys.source {
            KeySource::Inline(keys) => match keys.verify(kid, assertion.alg, message, signature) {
                Verdict::Good => Ok(()),
                Verdict::Bad | Verdict::NoKey => Err(ClientAuthRefusal::Unsigned),
            },
            KeySource::At(_) => {
                let find = |wanted| self.published.find(client, wanted, now);
                let found = find(Wanted::Fresh).await;
                let found = found.ok_or(ClientAuthRefusal::NoKeys)?;
                match found.keys.verify(kid, assertion.alg, message, signature) {
                    Verdict::Good => return Ok(()),
                    Verdict::Bad => return Err(ClientAuthRefusal::Unsigned),
                    Verdict::NoKey => {}
                }
                let newer = find(Wanted::NewerThan(found.fetched_at)).await;
                let newer = newer.ok_or(ClientAuthRefusal::Unsigned)?;
                match newer.keys.verify(kid, assertion.alg, message, signature) {
                    Verdict::Good => Ok(()),
                    Verdict::Bad | Verdict::NoKey => Err(ClientAuthRefusal::Unsigned),
                }
            }
        }
    }
}
