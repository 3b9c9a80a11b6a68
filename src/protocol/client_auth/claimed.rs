//! The client that a request claims to be. Nothing is proved by it: it is good for counting
//! failures and for nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::domain::client::Clients;
use crate::domain::id::ClientId;
use crate::domain::params::Parameters;

/// The client that is named by header, form or assertion, if there is such a client.
pub(super) fn claimed(
    clients: &Clients,
    authorization: Option<&str>,
    form: &Parameters,
) -> Option<ClientId> {
    let by_header = authorization.and_then(|header| {
        let (_, encoded) = header.split_once(' ')?;
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, _) = decoded.split_once(':')?;
        let raw = clients.find(&ClientId::new(id));
        let found = raw.or_else(|| {
            let spaced = id.replace('+', " ");
            let plain = percent_encoding::percent_decode_str(&spaced).decode_utf8();
            clients.find(&ClientId::new(plain.ok()?))
        });
        found.map(|client| client.id.clone())
    });
    let by_form = || {
        let client = clients.find(&ClientId::new(form.get("client_id")?))?;
        Some(client.id.clone())
    };
    let by_assertion = || {
        let payload = form.get("client_assertion")?.split('.').nth(1)?;
        let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let payload: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        let client = clients.find(&ClientId::new(payload.get("sub")?.as_str()?))?;
        Some(client.id.clone())
    };
    by_header.or_else(by_form).or_else(by_assertion)
}
