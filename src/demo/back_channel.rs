//! How the sample application is told of logouts (OIDC Back-Channel Logout 1.0, section 2.6):
//! the provider posts a logout token, which is verified against its keys. Whoever could forge
//! one could sign people out here, and no more.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::SampleError;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

#[derive(Deserialize)]
struct Claims {
    sid: String,
    events: Map<String, Value>,
    nonce: Option<Value>,
}

/// The logout token of a form.
pub(super) fn token_of(form: &str) -> Option<String> {
    url::form_urlencoded::parse(form.as_bytes())
        .find(|(name, _)| name == "logout_token")
        .map(|(_, value)| value.into_owned())
}

/// Which session ended, once all is verified: key, algorithm, type, issuer, audience, time,
/// event, and that it is no ID Token.
pub(super) fn session_of(
    token: &str,
    keys: &JwkSet,
    issuer: &str,
    client_id: &str,
) -> Result<String, SampleError> {
    let header = decode_header(token).map_err(|error| SampleError(error.to_string()))?;
    let is_logout = header
        .typ
        .is_some_and(|typ| typ.eq_ignore_ascii_case("logout+jwt"));
    let key = header.kid.and_then(|kid| keys.find(&kid));
    let (true, Some(key)) = (is_logout, key) else {
        return Err(refused("no logout token of this provider"));
    };
    let key = DecodingKey::from_jwk(key).map_err(|error| SampleError(error.to_string()))?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[client_id]);
    validation.set_required_spec_claims(&["iss", "aud", "exp"]);
    let claims = decode::<Claims>(token, &key, &validation)
        .map_err(|error| SampleError(error.to_string()))?
        .claims;
    if claims.nonce.is_some() || !claims.events.contains_key(EVENT) {
        return Err(refused("this token is for something else"));
    }
    Ok(claims.sid)
}

fn refused(why: &str) -> SampleError {
    SampleError(why.to_owned())
}
