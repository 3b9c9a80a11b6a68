//! The ID Token (OIDC Core sections 2 and 3.1.3), read by another library than the one that
//! wrote it where that matters, and claim by claim.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dingpass::clock::Clock as _;
use serde_json::{Map, Value};

use super::{Ask, Redeem, Reply, payload};
use crate::support::{CLIENT, House, http};

async fn sign_in(house: &House, ask: Ask) -> Reply {
    let code = ask.code(house, &mut house.browser()).await;
    let proved = Redeem::of(&code).send(house).await;
    proved.tokens();
    proved
}

fn names(claims: &Map<String, Value>) -> BTreeSet<&str> {
    claims.keys().map(String::as_str).collect()
}

const PROTOCOL: [&str; 10] = [
    "acr",
    "at_hash",
    "aud",
    "auth_time",
    "exp",
    "iat",
    "iss",
    "nonce",
    "sid",
    "sub",
];

/// RFC 7515 section 4.1, OIDC Core section 10.1: the header names a published key.
#[tokio::test]
async fn the_header_names_algorithm_and_a_published_key() {
    let house = House::start().await;
    let token = sign_in(&house, Ask::new()).await.token("id_token");
    let part = token.split('.').next().unwrap();
    let header: Map<String, Value> =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(names(&header), BTreeSet::from(["alg", "kid", "typ"]));
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&"RS256".into(), &"JWT".into())
    );
    let jwks = http().get(house.url("/jwks")).send().await.unwrap();
    let jwks: Value = serde_json::from_str(&jwks.text().await.unwrap()).unwrap();
    let key = jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .expect("kid is published");
    let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    rules.set_audience(&[CLIENT]);
    rules.set_issuer(&[&house.issuer]);
    let key = jsonwebtoken::DecodingKey::from_jwk(&key).unwrap();
    jsonwebtoken::decode::<Map<String, Value>>(&token, &key, &rules).unwrap();
}

/// OIDC Core section 2: each claim's value.
#[tokio::test]
async fn the_protocols_claims_are_right() {
    let house = House::plan()
        .more("[lifetimes]\nid_token = \"20m\"")
        .start()
        .await;
    let mut browser = house.browser();
    let signed_in = house.clock.now().as_seconds();
    Ask::new().code(&house, &mut browser).await;
    house.clock.advance_seconds(100);
    let code = Ask::new()
        .with("nonce", "n-0S6_WzA2Mj &%é密")
        .code(&house, &mut browser)
        .await;
    house.clock.advance_seconds(7);
    let reply = Redeem::of(&code).send(&house).await;
    let claims = payload(&reply.token("id_token"));
    assert_eq!(claims["iss"], house.issuer);
    assert_eq!(claims["aud"], CLIENT);
    assert_eq!(claims["iat"], signed_in + 107);
    assert_eq!(claims["exp"], signed_in + 107 + 1200);
    assert_eq!(claims["auth_time"], signed_in);
    assert_eq!(claims["nonce"], "n-0S6_WzA2Mj &%é密");
    assert_eq!(claims["acr"], "urn:dingpass:acr:dingtalk");
    let digest = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        reply.token("access_token").as_bytes(),
    );
    assert_eq!(
        claims["at_hash"],
        URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16])
    );
    for name in ["sub", "sid"] {
        let text = claims[name].as_str().unwrap();
        // OIDC Core section 2: at most 255 ASCII characters.
        assert!(
            (16..=255).contains(&text.len()) && text.is_ascii(),
            "{name}: {text}"
        );
    }
    // Back-Channel Logout section 2.1: sid is never what opens the session.
    assert!(
        browser
            .cookies
            .values()
            .all(|value| claims["sid"] != **value)
    );
    assert_ne!(claims["sub"], claims["sid"]);
}

/// No `nbf`, since clients without tolerance refuse a token of the next second; no claim that
/// nobody asked for (relying-party practice, OIDC Core section 5.4).
#[tokio::test]
async fn without_scopes_the_token_has_the_protocols_claims_alone() {
    let house = House::start().await;
    let reply = sign_in(&house, Ask::new().with("scope", "openid")).await;
    let claims = payload(&reply.token("id_token"));
    assert_eq!(names(&claims), BTreeSet::from(PROTOCOL));
}

/// oidcc-ensure-request-without-nonce-succeeds-for-code-flow.
#[tokio::test]
async fn without_a_nonce_in_the_request_there_is_none_in_the_token() {
    let house = House::start().await;
    for ask in [Ask::new().without("nonce"), Ask::new().with("nonce", "")] {
        let reply = sign_in(&house, ask).await;
        assert!(!payload(&reply.token("id_token")).contains_key("nonce"));
    }
}

/// CONTRIBUTING.md, Decisions: `standard` gives what userinfo gives, `minimal` nothing of it.
#[tokio::test]
async fn claims_of_the_person_stand_in_the_token_by_the_clients_choice() {
    for (choice, whole) in [("standard", true), ("minimal", false)] {
        let house = House::plan()
            .client(&format!("id_token_claims = \"{choice}\""))
            .start()
            .await;
        for scope in [
            "openid email",
            "openid profile phone",
            "openid groups dingtalk",
        ] {
            let reply = sign_in(&house, Ask::new().with("scope", scope)).await;
            let claims = payload(&reply.token("id_token"));
            let token = reply.token("access_token");
            let mut expected = crate::userinfo::get(&house, &token).await.tokens();
            if !whole {
                expected.retain(|name, _| name == "sub");
            }
            let mut persons = claims.clone();
            persons.retain(|name, _| name == "sub" || !PROTOCOL.contains(&name.as_str()));
            assert_eq!(persons, expected, "{choice}, {scope}");
            assert!(claims.values().all(|value| !value.is_null() && value != ""));
        }
    }
}

/// RFC 7519 section 4.1: dates are whole seconds, also between two of them.
#[tokio::test]
async fn dates_are_whole_seconds() {
    let house = House::start().await;
    house.clock.advance(std::time::Duration::from_millis(777));
    let claims = payload(&sign_in(&house, Ask::new()).await.token("id_token"));
    for name in ["iat", "exp", "auth_time", "updated_at"] {
        assert!(claims[name].is_i64(), "{name}: {}", claims[name]);
    }
}
