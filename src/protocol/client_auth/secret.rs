//! Basic, post and none (RFC 6749 section 2.3.1, OIDC Core section 9). A client may use basic
//! or post whichever it is registered for, since libraries switch.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::ClientAuthRefusal;
use crate::domain::client::{Client, ClientAuthentication, Clients};
use crate::domain::id::ClientId;

/// The client of a Basic header.
pub(super) fn basic(clients: &Clients, header: &str) -> Result<Arc<Client>, ClientAuthRefusal> {
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
    match (form_decode(id), form_decode(secret)) {
        (Some(plain_id), Some(plain_secret)) if (&*plain_id, &*plain_secret) != (id, secret) => {
            check(clients, &plain_id, Some(&plain_secret))
                .or_else(|_| check(clients, id, Some(secret)))
        }
        _ => check(clients, id, Some(secret)),
    }
}

/// The client of that name, if the secret is one of its own, or if it has none.
pub(super) fn check(
    clients: &Clients,
    id: &str,
    secret: Option<&str>,
) -> Result<Arc<Client>, ClientAuthRefusal> {
    let client = clients
        .find(&ClientId::new(id))
        .ok_or(ClientAuthRefusal::Rejected)?;
    crate::protocol::name_client_in_log(&client);
    let proved = match (&client.authentication, secret) {
        (ClientAuthentication::None, None) => true,
        // Libraries send an empty secret in Basic for a client that has none.
        (ClientAuthentication::None, Some(secret)) => secret.is_empty(),
        (ClientAuthentication::Secret(secrets), Some(secret)) => secrets.admit(secret),
        (ClientAuthentication::Secret(_) | ClientAuthentication::PrivateKeyJwt(_), _) => false,
    };
    if proved {
        Ok(client)
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
