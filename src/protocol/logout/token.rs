//! The logout token (OIDC Back-Channel Logout 1.0, section 2.4). It must never pass for an ID
//! Token: its header says `logout+jwt`, it has no nonce, and it lives for two minutes.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::issuer::Issuer;
use crate::domain::lifetimes::LOGOUT_TOKEN;
use crate::domain::logout::LogoutDelivery;
use crate::domain::secret::random_token;
use crate::entropy::Entropy;
use crate::keyring::{Keyring, SigningFailed, TokenType};

/// The event that a session ended.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    sub: &'a str,
    sid: &'a str,
    events: Map<String, Value>,
}

/// Makes one, signed as that client's ID Tokens are.
pub(super) fn logout_token(
    keyring: &Keyring,
    entropy: &dyn Entropy,
    issuer: &Issuer,
    client: &Client,
    delivery: &LogoutDelivery,
    now: Timestamp,
) -> Result<String, SigningFailed> {
    let mut events = Map::new();
    events.insert(EVENT.to_owned(), Value::Object(Map::new()));
    let claims = Claims {
        iss: issuer.as_str(),
        aud: client.id.as_str(),
        iat: now.as_seconds(),
        exp: now.plus(LOGOUT_TOKEN).as_seconds(),
        // A new one for each attempt: a client that took the first one, whose answer was lost,
        // may refuse a name that it has seen.
        jti: random_token::<16>(entropy),
        sub: delivery.subject.as_str(),
        sid: delivery.sid.as_str(),
        events,
    };
    keyring.sign_for(client, TokenType::Logout, &claims)
}
