//! `id_token_signed_response_alg` (OIDC Registration section 2).

use dingpass::domain::signing_alg::SigningAlg;

use super::clients::client;
use super::{fault, loads, warnings};

fn asks_for(alg: &str) -> String {
    client(&format!("id_token_signed_response_alg = \"{alg}\""))
}

#[test]
fn a_client_may_ask_for_each_algorithm() {
    for alg in SigningAlg::ALL {
        let text = asks_for(alg.as_str());
        let client = &loads(&text).clients[0];
        assert_eq!(client.id_token_signed_response_alg, alg);
        assert_eq!(warnings(&text), [""; 0]);
    }
}

/// Every preset leaves it at RS256, also a preset whose client signs by another one itself.
#[test]
fn presets_keep_rs256() {
    for preset in ["web", "nocobase"] {
        let text = client(&format!("preset = \"{preset}\""));
        let client = &loads(&text).clients[0];
        assert_eq!(client.id_token_signed_response_alg, SigningAlg::Rs256);
    }
    let told = warnings(&client(
        "preset = \"nocobase\"\nscope = \"openid profile email phone\"\nid_token_signed_response_alg = \"ES256\"",
    ));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("by RS256 alone"), "{told:?}");
}

/// What is no signature by our own private key is refused, and why is said.
#[test]
fn what_is_no_signature_of_ours_is_refused_with_the_reason() {
    for (alg, part) in [
        ("none", "anybody could write"),
        ("HS256", "the client could sign as this provider"),
        ("HS512", "the client could sign as this provider"),
        ("RS384", "not made here; write \"RS256\""),
        ("ES512", "not made here; write \"RS256\""),
        ("Ed25519", "\"EdDSA\""),
        (
            "rs256",
            "must be \"RS256\", \"PS256\", \"ES256\" or \"EdDSA\"; did you mean \"RS256\"?",
        ),
        ("ES265", "did you mean \"ES256\"?"),
        ("x", "must be \"RS256\", \"PS256\", \"ES256\" or \"EdDSA\""),
    ] {
        let message = fault(&asks_for(alg));
        assert!(
            message.starts_with("`id_token_signed_response_alg`"),
            "{message}"
        );
        assert!(message.contains(part), "{alg}: {message}");
    }
    let number = fault(&client("id_token_signed_response_alg = 256"));
    assert!(
        number.ends_with("must be a string, not an integer"),
        "{number}"
    );
}
