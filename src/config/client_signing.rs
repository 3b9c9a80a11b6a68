//! `id_token_signed_response_alg` (OIDC Registration section 2): by which algorithm a client's
//! ID Tokens and logout tokens are signed. One that is no signature by a private key of ours
//! alone must never come in here: neither `none`, nor a key that the client has too.

use super::nearest::{alternatives, nearest};
use super::reader::Section;
use crate::domain::signing_alg::SigningAlg;

const KEY: &str = "id_token_signed_response_alg";

/// Signatures of the registry (RFC 7518 section 3.1, RFC 8812) that nothing here makes.
const OTHERS: [&str; 6] = ["RS384", "RS512", "PS384", "PS512", "ES384", "ES512"];

/// What the client asks for; RS256 where it asks for nothing, and after a fault.
pub(super) fn id_token_alg(section: &mut Section<'_>) -> SigningAlg {
    let Some(text) = section.text(KEY) else {
        return SigningAlg::default();
    };
    if let Some(alg) = SigningAlg::parse(&text.value) {
        return alg;
    }
    let names = SigningAlg::ALL.map(SigningAlg::as_str);
    let write = alternatives(names);
    let message = match text.value.as_str() {
        "none" => {
            format!("\"none\" is no signature: anybody could write such an ID Token; write {write}")
        }
        "HS256" | "HS384" | "HS512" => format!(
            "the key of an HMAC is the client's secret, with which the client could sign as this \
             provider; write {write}"
        ),
        // RFC 9864 has this name for one of the curves of EdDSA; clients know the older name.
        "Ed25519" => "the curve Ed25519 goes by the name \"EdDSA\" here".to_owned(),
        other if OTHERS.contains(&other) => {
            format!("this algorithm is not made here; write {write}")
        }
        other => {
            let guess = nearest(other, names)
                .map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"));
            format!("must be {write}{guess}")
        }
    };
    let colon = if message.starts_with("must") { "" } else { ":" };
    section.fault(&text.at, format!("`{KEY}`{colon} {message}"));
    SigningAlg::default()
}
