//! Client authentication by a signed assertion (OIDC Core section 9, RFC 7523), and what goes
//! for every method. Basic and post as bytes on the wire are in `token`.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod assertions;
mod headers;
mod hostile;
mod jwks_uri;
mod secrets;
mod signer;

use serde_json::{Value, json};

use crate::support::House;
use crate::token::Redeem;
pub(crate) use signer::Signer;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const REDIRECT: &str = "http://127.0.0.1:8080/callback";

/// A client that authenticates by key; `keys` is its `jwks` or `jwks_uri` as a line of TOML.
pub(crate) fn client(id: &str, keys: &str) -> String {
    format!(
        "[[clients]]\nclient_id = \"{id}\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
         redirect_uris = [\"{REDIRECT}\"]\n{keys}\n"
    )
}

/// These keys as `jwks`.
pub(crate) fn jwks(signers: &[&Signer]) -> String {
    let keys: Vec<String> = signers.iter().map(|signer| signer.toml()).collect();
    format!("jwks = {{ keys = [{}] }}", keys.join(", "))
}

/// The claims of a right assertion; the number names it.
pub(crate) fn claims(house: &House, client: &str, number: u64) -> Value {
    use dingpass::clock::Clock as _;
    let now = house.clock.now().as_seconds();
    json!({
        "iss": client,
        "sub": client,
        "aud": house.issuer,
        "exp": now + 300,
        "iat": now,
        "jti": format!("{client}-{number}"),
    })
}

/// A redemption of a code with an assertion.
pub(crate) fn redeem(code: &str, assertion: &str) -> Redeem {
    Redeem::anonymous(code)
        .and("client_assertion_type", JWT_BEARER)
        .and("client_assertion", assertion)
}
