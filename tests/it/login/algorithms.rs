//! Clients with an `id_token_signed_response_alg` of their own (OIDC Registration section 2), as
//! an independent library verifies what they get.

use dingpass::domain::signing_alg::SigningAlg;
use jsonwebtoken::decode_header;
use serde_json::Value;

use crate::support::{House, RelyingParty, SECRET, http};

/// A client for each algorithm beside `demo`, which asks for none.
async fn house() -> House {
    let clients: String = SigningAlg::ALL
        .iter()
        .map(|alg| {
            let (id, name) = (id(*alg), alg.as_str());
            let redirect = redirect(*alg);
            format!(
                "[[clients]]\nclient_id = \"{id}\"\nclient_secret = \"{SECRET}\"\nredirect_uris = [\"{redirect}\"]\ngrant_types = [\"authorization_code\", \"refresh_token\"]\nid_token_signed_response_alg = \"{name}\"\n"
            )
        })
        .collect();
    House::plan().more(&clients).start().await
}

fn id(alg: SigningAlg) -> String {
    format!("by-{}", alg.as_str().to_lowercase())
}

fn redirect(alg: SigningAlg) -> String {
    format!("http://127.0.0.1:8080/{}", id(alg))
}

/// A client that takes ID Tokens by that algorithm alone.
async fn rp(house: &House, alg: SigningAlg) -> RelyingParty {
    RelyingParty::discover(&house.issuer, &id(alg), Some(SECRET), &redirect(alg))
        .await
        .signed_by(alg)
}

/// The published key that a token names.
async fn key_of(house: &House, token: &str) -> Value {
    let kid = decode_header(token).unwrap().kid.expect("a kid");
    let answer = http().get(house.url("/jwks")).send().await.unwrap();
    let jwks: Value = answer.json().await.unwrap();
    let mut keys = jwks["keys"].as_array().unwrap().iter();
    keys.find(|key| key["kid"] == kid)
        .unwrap_or_else(|| panic!("{kid} is not published"))
        .clone()
}

/// OIDC Core sections 3.1.3.7 and 12.2: what signs is what the client registered, at the
/// sign-in and at each refresh; at_hash fits the algorithm (the library compares it), and
/// userinfo is about the same person.
#[tokio::test]
async fn each_client_gets_its_tokens_by_the_algorithm_that_it_asks_for() {
    let house = house().await;
    for alg in SigningAlg::ALL {
        let name = alg.as_str();
        let rp = rp(&house, alg).await;
        let signed_in = rp.sign_in(&mut house.browser(), &["email"]).await;
        assert_eq!(signed_in.userinfo["email"], "zhangsan@xinghe.example");
        let key = key_of(&house, &signed_in.id_token).await;
        assert_eq!(key["alg"], name);
        assert_eq!(key["use"], "sig");
        let token = signed_in.refresh_token.as_deref().expect("a refresh token");
        let refreshed = rp.refresh(token).await.unwrap();
        assert_eq!(
            refreshed.claims.subject().as_str(),
            signed_in.sub(),
            "{name}"
        );
    }
}

/// OIDC Registration section 2: the default is RS256, whatever others ask for.
#[tokio::test]
async fn a_client_that_asks_for_nothing_gets_rs256() {
    let house = house().await;
    let signed_in = house.rp().await.sign_in(&mut house.browser(), &[]).await;
    let key = key_of(&house, &signed_in.id_token).await;
    assert_eq!((&key["alg"], &key["kty"]), (&"RS256".into(), &"RSA".into()));
}

/// The judge of these tests is one: it refuses another algorithm than it was told.
#[tokio::test]
#[should_panic(expected = "DisallowedAlg")]
async fn the_library_refuses_another_algorithm() {
    let house = house().await;
    let confused = rp(&house, SigningAlg::Es256)
        .await
        .signed_by(SigningAlg::Rs256);
    confused.sign_in(&mut house.browser(), &[]).await;
}

/// OIDC Core section 3.1.2.1: an ID Token by each of them is a hint.
#[tokio::test]
async fn an_id_token_by_each_algorithm_is_a_hint() {
    let house = house().await;
    let mut browser = house.browser();
    for alg in SigningAlg::ALL {
        let rp = rp(&house, alg).await;
        let signed_in = rp.sign_in(&mut browser, &[]).await;
        let hint = ("id_token_hint", signed_in.id_token.as_str());
        let silent = rp
            .sign_in_with(&mut browser, &[], &[("prompt", "none"), hint])
            .await;
        assert_eq!(silent.sub(), signed_in.sub());
    }
}

/// RFC 8725 section 3.1: a key signs by its own algorithm alone, so that what one RSA key signs
/// is never good under the other RSA algorithm.
#[tokio::test]
async fn each_algorithm_has_keys_of_its_own() {
    let house = house().await;
    let answer = http().get(house.url("/jwks")).send().await.unwrap();
    let jwks: Value = answer.json().await.unwrap();
    let keys = jwks["keys"].as_array().unwrap();
    let mut names: Vec<&str> = keys
        .iter()
        .map(|key| key["alg"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["ES256", "EdDSA", "PS256", "RS256"]);
    let mut kids: Vec<&str> = keys
        .iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect();
    kids.sort_unstable();
    kids.dedup();
    assert_eq!(kids.len(), 4);
    for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        assert!(
            keys.iter().all(|key| key.get(private).is_none()),
            "{private}"
        );
    }
}
