//! Client authentication (RFC 6749 section 2.3, OIDC Core section 9): basic, post, none.
//! A client may use basic or post whichever it is registered for, since libraries switch.
//! A failure says `invalid_client` and touches nothing: some clients then try the same code
//! again with the other method.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::client::{Client, ClientAuthentication, Clients};
use crate::domain::id::ClientId;
use crate::domain::params::Parameters;

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

/// Why a client was not authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientAuthRefusal {
    /// Credentials in two places, or two client ids.
    #[error("the client must identify itself in one way alone")]
    TwoMethods,
    /// An Authorization header that is not Basic, or can't be read.
    #[error("the Authorization header must be Basic with id and secret")]
    MalformedHeader,
    /// A method that is not offered.
    #[error("this client authentication method is not offered")]
    UnsupportedMethod,
    /// Nothing that names a client.
    #[error("the client must identify itself")]
    Missing,
    /// No such client, a wrong secret, or a secret where none belongs.
    #[error("the client is unknown or its secret is wrong")]
    Rejected,
}

/// Authenticates the client of a request from its Authorization header and its form.
///
/// # Errors
/// [`ClientAuthRefusal`]
pub fn authenticate(
    clients: &Clients,
    authorization: Option<&str>,
    form: &Parameters,
) -> Result<AuthenticatedClient, ClientAuthRefusal> {
    if form.get("client_assertion").is_some() || form.get("client_assertion_type").is_some() {
        return Err(ClientAuthRefusal::UnsupportedMethod);
    }
    let body_id = form.get("client_id");
    let body_secret = form.get("client_secret");
    if let Some(header) = authorization {
        if body_secret.is_some() {
            return Err(ClientAuthRefusal::TwoMethods);
        }
        let client = basic(clients, header)?;
        if body_id.is_some_and(|id| id != client.0.id.as_str()) {
            return Err(ClientAuthRefusal::TwoMethods);
        }
        return Ok(client);
    }
    let id = body_id.ok_or(ClientAuthRefusal::Missing)?;
    check(clients, id, body_secret)
}

fn basic(clients: &Clients, header: &str) -> Result<AuthenticatedClient, ClientAuthRefusal> {
    let (scheme, encoded) = header
        .split_once(' ')
        .ok_or(ClientAuthRefusal::MalformedHeader)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(ClientAuthRefusal::MalformedHeader);
    }
    let decoded = STANDARD
        .decode(encoded.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(ClientAuthRefusal::MalformedHeader)?;
    let (id, secret) = decoded
        .split_once(':')
        .ok_or(ClientAuthRefusal::MalformedHeader)?;
    // Section 2.3.1 wants both halves form-urlencoded; many clients send them raw.
    if let (Some(id), Some(secret)) = (form_decode(id), form_decode(secret))
        && let Ok(client) = check(clients, &id, Some(&secret))
    {
        return Ok(client);
    }
    check(clients, id, Some(secret))
}

fn check(
    clients: &Clients,
    id: &str,
    secret: Option<&str>,
) -> Result<AuthenticatedClient, ClientAuthRefusal> {
    let client = clients
        .find(&ClientId::new(id))
        .ok_or(ClientAuthRefusal::Rejected)?;
    super::name_client_in_log(&client);
    let proved = match (&client.authentication, secret) {
        (ClientAuthentication::None, None) => true,
        // Libraries send an empty secret in Basic for a client that has none.
        (ClientAuthentication::None, Some(secret)) => secret.is_empty(),
        (ClientAuthentication::Secret(secrets), Some(secret)) => secrets.admit(secret),
        (ClientAuthentication::Secret(_) | ClientAuthentication::PrivateKeyJwt(_), _) => false,
    };
    if proved {
        Ok(AuthenticatedClient(client))
    } else {
        Err(ClientAuthRefusal::Rejected)
    }
}

fn form_decode(text: &str) -> Option<String> {
    percent_encoding::percent_decode_str(&text.replace('+', " "))
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}
