//! From raw parameters to a checked logout request (OIDC RP-Initiated Logout 1.0, section 2).
//! A hint proves the client and names the person; a `client_id` alone proves nothing, but
//! says whose addresses are looked at. Only here can a [`PostLogoutAddress`] be made: without
//! one nobody is sent anywhere.

use std::fmt;
use std::sync::Arc;

use super::Parts;
use super::fault::LogoutFault;
use crate::clock::Timestamp;
use crate::domain::address::{LONGEST_LOCATION, component};
use crate::domain::client::{Client, Clients};
use crate::domain::id::{ClientId, Sid, SubjectId};
use crate::domain::locale::Locale;
use crate::domain::params::Parameters;

/// A checked request.
#[derive(Clone, Debug, Default)]
pub(super) struct LogoutRequest {
    /// What a hint of our own says, if one came.
    pub(super) hint: Option<Hint>,
    /// The client: of the hint, or named by `client_id`.
    pub(super) client: Option<Arc<Client>>,
    /// Where the person goes afterwards.
    pub(super) address: Option<PostLogoutAddress>,
}

/// Of whom and of which session a hint speaks.
#[derive(Clone, Debug)]
pub(super) struct Hint {
    pub(super) subject: SubjectId,
    pub(super) sid: Option<Sid>,
}

/// A post_logout_redirect_uri that was proved to belong to a client, with the state that goes
/// back there. Can be made in this file alone.
#[derive(Clone, Debug)]
pub(super) struct PostLogoutAddress {
    client: Arc<Client>,
    uri: String,
    state: Option<String>,
    exact: bool,
}

/// The address after a logout, complete. Not printed: its state belongs to the client.
#[derive(Clone, PartialEq, Eq)]
pub struct PostLogoutUrl(String);

impl PostLogoutUrl {
    /// The whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has room in a header.
    #[must_use]
    pub(super) fn fits_a_header(&self) -> bool {
        self.0.len() <= LONGEST_LOCATION && self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl fmt::Debug for PostLogoutUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostLogoutUrl(..)")
    }
}

impl PostLogoutAddress {
    pub(super) fn prove(client: &Arc<Client>, uri: &str, state: Option<&str>) -> Option<Self> {
        let admitted = client.admits_post_logout(uri)?;
        Some(Self {
            client: Arc::clone(client),
            uri: uri.to_owned(),
            state: state.map(str::to_owned),
            exact: admitted.is_exact(),
        })
    }

    /// Whose it is.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    pub(super) fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Whether it is a registered one to the letter. Else the person confirms first.
    pub(super) const fn is_exact(&self) -> bool {
        self.exact
    }

    /// Section 3: the state is appended where one was sent, and none is invented.
    pub(super) fn url(&self) -> PostLogoutUrl {
        let mut url = self.uri.clone();
        if let Some(state) = &self.state {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str("state=");
            url.extend(component(state));
        }
        PostLogoutUrl(url)
    }
}

/// Checks a request; `encoded` is its query or form. A fault comes with what can be used all
/// the same: nothing that failed a check, and no address.
pub(super) fn check(
    parts: &Parts,
    encoded: &str,
    now: Timestamp,
) -> Result<LogoutRequest, LogoutFault> {
    let parameters = Parameters::parse(encoded).map_err(|_| LogoutFault::Unreadable)?;
    let hint = parameters
        .get("id_token_hint")
        .map(|hint| {
            parts
                .keyring
                .verify_own(parts.issuer.as_str(), hint)
                .map_err(|_| LogoutFault::BadHint)
        })
        .transpose()?;
    let named = parameters.get("client_id");
    if let (Some(hint), Some(named)) = (&hint, named)
        && hint.aud != named
    {
        return Err(LogoutFault::ClientMismatch);
    }
    let client = hint
        .as_ref()
        .map(|hint| hint.aud.as_str())
        .or(named)
        .map(|id| find(&parts.clients, id))
        .transpose()?;
    if let (Some(hint), Some(client)) = (&hint, &client) {
        parts.adoption.hinted(&client.id, &hint.kid, now);
    }
    let address = match (&client, parameters.get("post_logout_redirect_uri")) {
        (Some(client), Some(uri)) => Some(
            PostLogoutAddress::prove(client, uri, parameters.get("state"))
                .ok_or(LogoutFault::UnregisteredAddress)?,
        ),
        // Nobody's address: the person is signed out, and stays here.
        (None, Some(_)) | (_, None) => None,
    };
    Ok(LogoutRequest {
        hint: hint.map(|hint| Hint {
            subject: SubjectId::new(hint.sub),
            sid: hint.sid.map(Sid::new),
        }),
        client,
        address,
    })
}

fn find(clients: &Clients, id: &str) -> Result<Arc<Client>, LogoutFault> {
    let client = clients
        .find(&ClientId::new(id))
        .ok_or(LogoutFault::UnknownClient)?;
    crate::protocol::name_client_in_log(&client);
    Ok(client)
}

/// The language that the request asks for. Harmless unproved: it chooses between two.
pub(super) fn locale(encoded: &str) -> Option<Locale> {
    Parameters::parse_unambiguous(encoded)
        .get("ui_locales")
        .and_then(Locale::of_ui_locales)
}

/// The same request without its hint, which is by far its longest part: the client that the
/// hint proved is named instead. The person is asked, then.
pub(super) fn without_hint(parts: &Parts, encoded: &str) -> Option<String> {
    let parameters = Parameters::parse(encoded).ok()?;
    let hint = parameters.get("id_token_hint")?;
    let hint = parts.keyring.verify_own(parts.issuer.as_str(), hint).ok()?;
    if parameters
        .get("client_id")
        .is_some_and(|named| named != hint.aud)
    {
        return None;
    }
    let mut query = format!("client_id={}", component(&hint.aud));
    for name in ["post_logout_redirect_uri", "state", "ui_locales"] {
        if let Some(value) = parameters.get(name) {
            query.push_str(&format!("&{name}={}", component(value)));
        }
    }
    Some(query)
}
