//! The claims parameter (OIDC Core section 5.5).

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use dingpass::domain::claims_request::{ClaimsRequest, RequestedClaims};
use dingpass::domain::person_claim::{ClaimSet, PersonClaim};
use dingpass::domain::scope::{Scope, Scopes};

use super::{Ask, error_of, payload, redeem};
use crate::support::{Answer, Browser, House, REDIRECT, http};

const MINIMAL: &str = "id_token_claims = \"minimal\"";

/// What stands in the ID Token and in userinfo for a request.
async fn told(
    house: &House,
    browser: &mut Browser,
    ask: &Ask,
) -> (Map<String, Value>, Map<String, Value>) {
    let page = browser.follow(&ask.url(house), REDIRECT).await;
    let tokens = redeem(house, Answer::of(&page).code()).await.unwrap();
    let answer = http()
        .get(house.url("/userinfo"))
        .bearer_auth(tokens["access_token"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let userinfo = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    (payload(tokens["id_token"].as_str().unwrap()), userinfo)
}

fn asking(claims: &Value) -> Ask {
    Ask::new().and("claims", &claims.to_string())
}

/// oidcc-claims-essential: where it was asked for, and nowhere else.
#[tokio::test]
async fn an_essential_name_of_userinfo_is_in_userinfo_and_not_in_the_id_token() {
    for member in ["", MINIMAL] {
        let house = House::plan().client(member).start().await;
        let ask = asking(&json!({"userinfo": {"name": {"essential": true}}}));
        let (id_token, userinfo) = told(&house, &mut house.browser(), &ask).await;
        assert_eq!(userinfo["name"], "张三");
        assert!(!id_token.contains_key("name"), "{id_token:?}");
        let names: Vec<&str> = userinfo.keys().map(String::as_str).collect();
        assert_eq!(names, ["name", "sub"], "nothing that nobody asked for");
    }
}

/// The other way round, whichever place scopes have (`id_token_claims`).
#[tokio::test]
async fn a_claim_of_the_id_token_is_in_the_id_token_and_not_in_userinfo() {
    for member in ["", MINIMAL] {
        let house = House::plan().client(member).start().await;
        let ask = asking(&json!({"id_token": {"email": null, "groups": {"essential": false}}}));
        let (id_token, userinfo) = told(&house, &mut house.browser(), &ask).await;
        assert!(id_token["email"].is_string() && id_token["groups"].is_array());
        assert!(!id_token.contains_key("email_verified"));
        assert!(!id_token.contains_key("name"));
        let names: Vec<&String> = userinfo.keys().collect();
        assert_eq!(names, ["sub"]);
    }
}

/// Every claim of `claims_supported` that is about a person can be asked for alone.
#[tokio::test]
async fn every_claim_can_be_asked_for_by_its_name() {
    let house = House::plan()
        .client("extra_claims = [\"username\", \"phone\"]")
        .upstream("locale = \"zh-CN\"\nzoneinfo = \"Asia/Shanghai\"")
        .start()
        .await;
    let mut browser = house.browser();
    for claim in PersonClaim::ALL.map(PersonClaim::as_str) {
        let ask = asking(&json!({"userinfo": {claim: null}}));
        let (_, userinfo) = told(&house, &mut browser, &ask).await;
        let mut names: Vec<&str> = userinfo.keys().map(String::as_str).collect();
        names.retain(|name| *name != "sub");
        assert_eq!(names, [claim]);
    }
}

/// A short name is no way around a scope that the client may not have.
#[tokio::test]
async fn a_claim_of_a_scope_that_the_client_may_not_ask_for_is_left_out() {
    let other = "[[clients]]\nclient_id = \"small\"\nclient_secret = \"a-secret-of-at-least-32-characters!!\"\nredirect_uris = [\"http://127.0.0.1:8080/callback\"]\nscope = \"openid profile\"\nrequire_pkce = false";
    let house = House::plan().more(other).start().await;
    let claims = json!({"userinfo": {"name": null, "phone_number": {"essential": true}, "email": null}, "id_token": {"groups": null}});
    let ask = Ask::of("small", REDIRECT).and("claims", &claims.to_string());
    let mut browser = house.browser();
    let page = browser.follow(&ask.url(&house), REDIRECT).await;
    let answer = http()
        .post(house.url("/token"))
        .basic_auth("small", Some(crate::support::SECRET))
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", Answer::of(&page).code()),
            ("redirect_uri", REDIRECT),
        ])
        .send()
        .await
        .unwrap();
    let tokens: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert!(!payload(tokens["id_token"].as_str().unwrap()).contains_key("groups"));
    let answer = http()
        .get(house.url("/userinfo"))
        .bearer_auth(tokens["access_token"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    let userinfo: Map<String, Value> = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let names: Vec<&String> = userinfo.keys().collect();
    assert_eq!(names, ["name", "sub"]);
}

/// CONTRIBUTING.md, Decisions: applications bind by e-mail. An address that nobody verified
/// comes with the flag that says so, also when it is asked for alone.
#[tokio::test]
async fn an_unverified_address_never_comes_without_its_flag() {
    let house = House::plan()
        .auto_login("hanxue")
        .client("release_unverified_email = true")
        .start()
        .await;
    let ask = asking(&json!({"userinfo": {"email": null}}));
    let (_, userinfo) = told(&house, &mut house.browser(), &ask).await;
    assert_eq!(userinfo["email"], "hanxue@mail.example");
    assert_eq!(userinfo["email_verified"], false);
}

/// Section 5.5: unknown members and claims, and what else stands beside a claim, are ignored.
#[tokio::test]
async fn unknown_claims_and_members_are_ignored() {
    let house = House::start().await;
    let ask = asking(&json!({
        "userinfo": {"name": {"essential": true, "value": "other", "purpose": 1}, "shoe_size": 7,
                     "http://example.info/claims/groups": null},
        "id_token": null,
        "verified_claims": [1],
    }));
    let (_, userinfo) = told(&house, &mut house.browser(), &ask).await;
    assert_eq!(userinfo["name"], "张三");
}

/// Section 5.5: what is not of its form is an invalid request, at the client.
#[tokio::test]
async fn a_parameter_that_is_not_of_the_form_is_invalid_request() {
    let house = House::start().await;
    let deep = format!("{}{}", "[".repeat(4_000), "]".repeat(4_000));
    let nested = format!("{}1{}", "{\"userinfo\":".repeat(500), "}".repeat(500));
    let deepest = "[".repeat(10_000);
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(9_000));
    for claims in [
        "no json",
        "[]",
        "null",
        "1",
        "\"userinfo\"",
        "{",
        "{\"userinfo\":1}",
        "{\"userinfo\":[\"name\"]}",
        "{\"id_token\":\"name\"}",
        "{\"userinfo\":{\"name\":true}}",
        "{\"userinfo\":{\"name\":{\"essential\":\"yes\"}}}",
        "{\"userinfo\":{\"name\":{\"values\":\"x\"}}}",
        "{\"id_token\":{\"sub\":{\"value\":7}}}",
        "{\"id_token\":{\"acr\":{\"essential\":true,\"values\":[1]}}}",
        "{} {}",
        &deep,
        &deepest,
        &nested,
        &long,
    ] {
        let ask = Ask::new().and("claims", claims);
        let form = ask.form();
        // In a body: the longest of them would not fit into a request's line.
        let page = house.browser().post(&house.url("/authorize"), &form).await;
        let page = house.browser().onward(page, REDIRECT).await;
        assert_eq!(error_of(&house, &page), "invalid_request", "{claims:.40}");
    }
}

/// Section 5.5.1 and 3.1.2.2: nobody else than the one whom `sub` names.
#[tokio::test]
async fn a_value_of_sub_acts_like_a_hint() {
    let house = House::start().await;
    let mut browser = house.browser();
    let (id_token, _) = told(&house, &mut browser, &Ask::new()).await;
    let sub = id_token["sub"].as_str().unwrap();
    let same = asking(&json!({"id_token": {"sub": {"value": sub}}})).and("prompt", "none");
    let page = browser.get(&same.url(&house)).await;
    Answer::of(&page).code();
    for claims in [
        json!({"id_token": {"sub": {"value": "somebody-else"}}}),
        json!({"id_token": {"sub": {"values": ["somebody-else"]}}}),
        json!({"userinfo": {"sub": {"value": "somebody-else", "essential": true}}}),
    ] {
        let other = asking(&claims);
        let silent = other.clone().and("prompt", "none");
        let page = browser.get(&silent.url(&house)).await;
        assert_eq!(error_of(&house, &page), "login_required");
        let page = browser.follow(&other.url(&house), REDIRECT).await;
        assert_eq!(
            page.status, 403,
            "zhangsan signs in again, and is not the one"
        );
        assert!(page.href("back").unwrap().contains("error=access_denied"));
    }
}

/// Nobody can be two people.
#[tokio::test]
async fn a_hint_and_a_sub_that_differ_are_invalid_request() {
    let house = House::start().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let tokens = redeem(&house, Answer::of(&page).code()).await.unwrap();
    let hint = tokens["id_token"].as_str().unwrap();
    let ask = asking(&json!({"id_token": {"sub": {"value": "x"}}})).and("id_token_hint", hint);
    let page = browser.get(&ask.url(&house)).await;
    assert_eq!(error_of(&house, &page), "invalid_request");
    let ask = asking(&json!({"id_token": {"sub": {"values": ["x", "y"]}}}));
    let page = browser.get(&ask.url(&house)).await;
    assert_eq!(error_of(&house, &page), "invalid_request");
}

/// Section 5.5.1.1: an essential acr that can't be given is a failed sign-in, by the code that
/// OIDC Core Unmet Authentication Requirements has for it; a voluntary one is no demand.
#[tokio::test]
async fn an_essential_acr_that_is_not_offered_is_refused_by_its_own_code() {
    let house = House::start().await;
    let mut browser = house.browser();
    for (acr, error) in [
        (json!({"essential": true, "values": ["gold"]}), true),
        (json!({"essential": true, "value": "gold"}), true),
        (json!({"essential": true}), false),
        (json!({"essential": true, "values": []}), false),
        (
            json!({"essential": true, "values": ["gold", "urn:dingpass:acr:dingtalk"]}),
            false,
        ),
        (json!({"values": ["gold"]}), false),
        (json!(null), false),
    ] {
        let ask = asking(&json!({"id_token": {"acr": acr, "auth_time": {"essential": true}}}));
        let page = browser.follow(&ask.url(&house), REDIRECT).await;
        if error {
            assert_eq!(
                error_of(&house, &page),
                "unmet_authentication_requirements",
                "{acr}"
            );
        } else {
            let tokens = redeem(&house, Answer::of(&page).code()).await.unwrap();
            let claims = payload(tokens["id_token"].as_str().unwrap());
            assert_eq!(claims["acr"], "urn:dingpass:acr:dingtalk");
            assert!(claims["auth_time"].is_number());
        }
    }
}

/// Rows that were written before there was a claims parameter can still be read, and a claim
/// that this version does not know is left out.
#[test]
fn rows_of_before_and_of_later_are_read() {
    let before: RequestedClaims = serde_json::from_str("{}").unwrap();
    assert!(before.is_empty());
    let later: RequestedClaims =
        serde_json::from_str(r#"{"u":["name","shoe_size"],"i":[]}"#).unwrap();
    assert_eq!(later.userinfo, ClaimSet::from_iter([PersonClaim::Name]));
    assert_eq!(serde_json::to_string(&later).unwrap(), r#"{"u":["name"]}"#);
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("userinfo".to_owned()),
        Just("id_token".to_owned()),
        Just("sub".to_owned()),
        Just("acr".to_owned()),
        Just("essential".to_owned()),
        Just("value".to_owned()),
        Just("values".to_owned()),
        proptest::sample::select(
            PersonClaim::ALL
                .map(|claim| claim.as_str().to_owned())
                .to_vec()
        ),
        "[a-z]{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        word.clone().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// No text makes it panic, and none brings a claim beyond the scopes that are allowed.
    #[test]
    fn no_json_brings_more_than_is_allowed(json in any_json(), bits in 0_u8..128) {
        let allowed: Scopes = Scope::ALL
            .into_iter()
            .enumerate()
            .filter(|(at, _)| bits & (1 << at) != 0)
            .map(|(_, scope)| scope)
            .collect();
        if let Ok(asked) = ClaimsRequest::parse(&json.to_string(), &allowed) {
            prop_assert!(json.is_object());
            for claim in asked.claims.all().iter() {
                prop_assert!(allowed.contains(claim.scope()));
                prop_assert!(json.to_string().contains(claim.as_str()));
            }
            let kept = serde_json::to_string(&asked.claims).unwrap();
            prop_assert_eq!(serde_json::from_str::<RequestedClaims>(&kept).unwrap(), asked.claims);
        }
    }

    /// Nor does text that is no JSON.
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,200}") {
        let _ = ClaimsRequest::parse(&text, &Scope::ALL.into_iter().collect());
    }
}
