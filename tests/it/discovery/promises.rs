//! What the metadata promises works, and what works is promised.

use std::collections::BTreeSet;

use serde_json::Value;

use super::metadata;
use crate::client_auth::{self, Signer};
use crate::support::{CLIENT, House, REDIRECT, SECRET, http};
use crate::token::{Ask, Redeem, payload};
use crate::userinfo;

fn list<'a>(metadata: &'a Value, member: &str) -> Vec<&'a str> {
    let list = metadata[member].as_array().unwrap();
    list.iter().map(|value| value.as_str().unwrap()).collect()
}

/// Each endpoint is where it is said to be.
#[tokio::test]
async fn every_endpoint_answers() {
    let house = House::start().await;
    let metadata = metadata(&house).await;
    assert_eq!(metadata["issuer"], house.issuer);
    for (member, status) in [
        ("authorization_endpoint", 400),
        ("token_endpoint", 405),
        ("userinfo_endpoint", 401),
        ("revocation_endpoint", 405),
        ("introspection_endpoint", 405),
        ("jwks_uri", 200),
    ] {
        let url = metadata[member].as_str().unwrap();
        assert!(url.starts_with(&house.issuer), "{url}");
        let answer = http().get(url).send().await.unwrap();
        assert_eq!(answer.status(), status, "{member}");
    }
}

/// OIDC Discovery section 3, `scopes_supported`: each is granted when asked for.
#[tokio::test]
async fn every_scope_is_granted() {
    let house = House::start().await;
    let metadata = metadata(&house).await;
    let scopes = list(&metadata, "scopes_supported").join(" ");
    let code = Ask::new()
        .with("scope", &scopes)
        .code(&house, &mut house.browser())
        .await;
    let tokens = Redeem::of(&code).send(&house).await.tokens();
    assert_eq!(tokens["scope"], scopes);
}

/// `claims_supported`: everything that a token or userinfo has is there, and everything that
/// is there is seen with a person of whom all is known.
#[tokio::test]
async fn the_claims_are_those_that_come() {
    let house = House::plan()
        .upstream("locale = \"zh-CN\"\nzoneinfo = \"Asia/Shanghai\"")
        .start()
        .await;
    let metadata = metadata(&house).await;
    let promised: BTreeSet<&str> = list(&metadata, "claims_supported").into_iter().collect();
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let reply = Redeem::of(&code).send(&house).await;
    let id_token = payload(&reply.token("id_token"));
    let userinfo = userinfo::get(&house, &reply.token("access_token"))
        .await
        .tokens();
    let mut come: BTreeSet<&str> = id_token.keys().map(String::as_str).collect();
    come.extend(userinfo.keys().map(String::as_str));
    // zhangsan has chosen a nickname and has all else.
    assert_eq!(come, promised);
    assert_eq!(
        list(&metadata, "acr_values_supported"),
        [id_token["acr"].as_str().unwrap()]
    );
}

/// `token_endpoint_auth_methods_supported`, `token_endpoint_auth_signing_alg_values_supported`:
/// each one works.
#[tokio::test]
async fn every_way_of_client_authentication_works() {
    let public = "[[clients]]\nclient_id = \"public\"\ntoken_endpoint_auth_method = \"none\"\nredirect_uris = [\"http://127.0.0.1:8080/callback\"]";
    let signers = [
        Signer::rsa("a", "RS256"),
        Signer::rsa("b", "PS256"),
        Signer::es256("c"),
        Signer::ed25519("d"),
    ];
    let keys = client_auth::jwks(&signers.each_ref());
    let house = House::plan()
        .more(public)
        .more(&client_auth::client("signer", &keys))
        .start()
        .await;
    let metadata = metadata(&house).await;
    let mut browser = house.browser();
    for method in list(&metadata, "token_endpoint_auth_methods_supported") {
        let (id, algs) = match method {
            "none" => ("public", vec![""]),
            "private_key_jwt" => (
                "signer",
                list(
                    &metadata,
                    "token_endpoint_auth_signing_alg_values_supported",
                ),
            ),
            _ => (CLIENT, vec![""]),
        };
        for (number, alg) in (0..).zip(algs) {
            let code = Ask::new().by(id, REDIRECT).code(&house, &mut browser).await;
            let request = Redeem::anonymous(&code);
            let request = match method {
                "client_secret_basic" => request.basic(CLIENT, SECRET),
                "client_secret_post" => request
                    .and("client_id", CLIENT)
                    .and("client_secret", SECRET),
                "private_key_jwt" => {
                    let signer = signers.iter().find(|signer| signer.alg == alg).unwrap();
                    let claims = client_auth::claims(&house, "signer", number);
                    client_auth::redeem(&code, &signer.assert(&claims))
                }
                "none" => request.and("client_id", "public"),
                other => panic!("{other} is promised"),
            };
            request.send(&house).await.tokens();
        }
    }
}

/// What is said not to be supported is refused by its own code and not passed over.
#[tokio::test]
async fn what_is_not_supported_is_refused() {
    let house = House::start().await;
    let metadata = metadata(&house).await;
    for (member, parameter, error) in [
        (
            "request_parameter_supported",
            "request",
            "request_not_supported",
        ),
        (
            "request_uri_parameter_supported",
            "request_uri",
            "request_uri_not_supported",
        ),
    ] {
        assert_eq!(metadata[member], false);
        let url = house.url(&format!(
            "/authorize?response_type=code&client_id={CLIENT}&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcallback&{parameter}=e30.e30."
        ));
        let page = house.browser().follow(&url, REDIRECT).await;
        let answer = crate::support::Answer::of(&page);
        assert_eq!(answer.get("error"), Some(error));
    }
}

/// RFC 9207: the flag is there, and so is `iss`, also with an error.
#[tokio::test]
async fn answers_name_their_issuer_as_promised() {
    let house = House::start().await;
    let metadata = metadata(&house).await;
    assert_eq!(
        metadata["authorization_response_iss_parameter_supported"],
        true
    );
    for prompt in ["", "&prompt=none"] {
        let url = house.url(&format!(
            "/authorize?response_type=code&client_id={CLIENT}&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcallback{prompt}"
        ));
        let page = house.browser().follow(&url, REDIRECT).await;
        let answer = crate::support::Answer::of(&page);
        assert_eq!(answer.get("iss"), Some(house.issuer.as_str()), "{answer:?}");
    }
}
