//! What the documents say, word by word.

use std::sync::Arc;

use dingpass::clock::{Clock as _, SystemClock};

use super::{OAUTH, OPENID, fetch, metadata};
use crate::support::{House, Plan, open_folder, private_folder};

/// The whole metadata; a change of it is a change of what relying parties are promised.
#[tokio::test]
async fn the_metadata_is_this() {
    let house = House::plan().issuer("https://id.example").start().await;
    insta::assert_json_snapshot!(metadata(&house).await);
}

/// The whole JWKS.
#[tokio::test]
async fn the_jwks_is_this() {
    let house = House::start().await;
    let jwks = fetch(&house, "/jwks", &[]).await.json();
    let kid = house.keyring.signer().unwrap().kid().to_owned();
    assert_eq!(jwks["keys"][0]["kid"], kid);
    let mut redacted = jwks.clone();
    redacted["keys"][0]["kid"] = "[kid]".into();
    redacted["keys"][0]["n"] = "[n]".into();
    insta::assert_json_snapshot!(redacted);
}

/// RFC 8414 section 3 and OIDC Discovery section 4: the same document at both addresses.
#[tokio::test]
async fn both_well_known_addresses_give_the_same_document() {
    let house = House::start().await;
    let (openid, oauth) = (
        fetch(&house, OPENID, &[]).await,
        fetch(&house, OAUTH, &[]).await,
    );
    openid.json();
    assert_eq!(openid.body, oauth.body);
    assert_eq!(openid.header("etag"), oauth.header("etag"));
    for path in [
        "/.well-known/openid-configuration/",
        "/.well-known/OpenID-Configuration",
        "/.well-known/jwks.json",
    ] {
        assert_eq!(fetch(&house, path, &[]).await.status, 404, "{path}");
    }
}

/// OIDC Discovery section 3, CONTRIBUTING.md, Decisions: members whose absence means something are always
/// there, with what is true of this house.
#[tokio::test]
async fn members_whose_absence_has_a_meaning_are_there() {
    let metadata = metadata(&House::start().await).await;
    // Absent, these would mean: request_uri works; implicit works; fragment works; basic alone.
    for (member, value) in [
        ("request_uri_parameter_supported", serde_json::json!(false)),
        ("request_parameter_supported", serde_json::json!(false)),
        ("claims_parameter_supported", serde_json::json!(true)),
        (
            "grant_types_supported",
            serde_json::json!(["authorization_code", "refresh_token", "client_credentials"]),
        ),
        (
            "response_modes_supported",
            serde_json::json!(["query", "form_post"]),
        ),
        (
            "token_endpoint_auth_methods_supported",
            serde_json::json!([
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
                "none"
            ]),
        ),
        (
            "token_endpoint_auth_signing_alg_values_supported",
            serde_json::json!(["RS256", "PS256", "ES256", "EdDSA"]),
        ),
        (
            "revocation_endpoint_auth_methods_supported",
            serde_json::json!([
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
                "none"
            ]),
        ),
        (
            "introspection_endpoint_auth_methods_supported",
            serde_json::json!([
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt"
            ]),
        ),
    ] {
        assert_eq!(metadata[member], value, "{member}");
    }
    // Required by OIDC Discovery section 3.
    for member in [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    ] {
        assert!(!metadata[member].is_null(), "{member}");
    }
    let members = metadata.as_object().unwrap();
    assert!(members.values().all(|value| !value.is_null()));
    assert!(
        members
            .values()
            .all(|value| value.as_array().is_none_or(|list| !list.is_empty()))
    );
}

/// CVE-2025-48936: the issuer is configuration alone, whatever a request's headers claim.
#[tokio::test]
async fn no_header_of_a_request_changes_an_address() {
    let house = House::plan().issuer("https://id.example").start().await;
    let honest = fetch(&house, OPENID, &[]).await;
    let spoofed = fetch(
        &house,
        OPENID,
        &[
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-prefix", "/evil"),
            ("forwarded", "host=evil.example;proto=http"),
            ("x-original-url", "/evil"),
        ],
    )
    .await;
    assert_eq!(spoofed.body, honest.body);
    assert!(!honest.body.contains("127.0.0.1"));
}

/// RFC 7517 section 5, RFC 7518 section 6.3.2: the public half and nothing else, of each key.
#[tokio::test]
async fn the_jwks_has_every_published_key_and_no_private_member() {
    let folder = private_folder();
    crate::support::install_crypto();
    let open = || open_folder(folder.path(), SystemClock.now()).unwrap();
    let first = open().keyring().signer().unwrap().kid().to_owned();
    // Another key comes: its state is turned by hand, as a rotation will.
    let list = folder.path().join("keyring.toml");
    let text = std::fs::read_to_string(&list).unwrap();
    std::fs::write(&list, text.replacen("\"active\"", "\"retired\"", 1)).unwrap();
    let custody = Arc::new(open());
    let second = custody.keyring().signer().unwrap().kid().to_owned();
    assert_ne!(first, second);

    let house = House::plan().custody(custody).start().await;
    let jwks = fetch(&house, "/jwks", &[]).await.json();
    let keys = jwks["keys"].as_array().unwrap();
    let kids: Vec<&str> = keys
        .iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect();
    assert_eq!(kids, [second, first]);
    for key in keys {
        let names: Vec<&String> = key.as_object().unwrap().keys().collect();
        assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
    }
}

/// OIDC Discovery section 3: RS256 must be among them, and stands first for clients that take
/// the first one; then come the algorithms of the file and those that clients ask for, and none
/// of which there are no keys.
#[tokio::test]
async fn id_tokens_are_promised_by_the_algorithms_of_which_there_are_keys() {
    let promised = async |plan: Plan| {
        let house = plan.start().await;
        metadata(&house).await["id_token_signing_alg_values_supported"].clone()
    };
    assert_eq!(promised(House::plan()).await, serde_json::json!(["RS256"]));
    let of_the_file = House::plan().more("[keys]\nalgorithms = [\"EdDSA\"]");
    assert_eq!(
        promised(of_the_file).await,
        serde_json::json!(["RS256", "EdDSA"])
    );
    let of_a_client = House::plan().client("id_token_signed_response_alg = \"PS256\"");
    assert_eq!(
        promised(of_a_client).await,
        serde_json::json!(["RS256", "PS256"])
    );
}
