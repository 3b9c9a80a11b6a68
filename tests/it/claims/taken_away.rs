//! A client gets what its `scope` in the file allows, whenever the file was changed: what the
//! operator takes from it is gone with the restart, whatever was asked for before. A stored
//! request is no permission (CVE-2026-7571 revived what had been switched off that way).

use serde_json::{Map, Value};

use crate::authorize::fields;
use crate::support::{Answer, Browser, House, Plan, REDIRECT, http};
use crate::token::{Ask, Redeem, VERIFIER};

const SECRET: &str = "another-secret-of-32-characters-or-more";

/// A house whose client `shop` has that scope.
fn plan(scope: &str) -> Plan {
    House::plan().more(&format!(
        r#"
[[clients]]
client_id = "shop"
client_secret = "{SECRET}"
redirect_uris = ["{REDIRECT}"]
scope = "{scope}"
"#
    ))
}

/// The same house after the operator took phone and groups from the client.
async fn restarted(before: &House) -> House {
    plan("openid profile")
        .store(before.store.clone())
        .custody(before.custody.clone())
        .issuer(&before.issuer)
        .start()
        .await
}

async fn first() -> House {
    plan("openid profile phone groups").start().await
}

fn ask() -> Ask {
    Ask::new()
        .by("shop", REDIRECT)
        .with("scope", "openid profile phone")
        .with(
            "claims",
            r#"{"userinfo":{"groups":null},"id_token":{"groups":null}}"#,
        )
}

async fn redeem(house: &House, code: &str) -> Map<String, Value> {
    Redeem::anonymous(code)
        .with("code_verifier", VERIFIER)
        .basic("shop", SECRET)
        .send(house)
        .await
        .tokens()
}

async fn userinfo(house: &House, token: &str) -> Map<String, Value> {
    let request = http().get(house.url("/userinfo")).bearer_auth(token);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

#[track_caller]
fn is_narrow(claims: &Map<String, Value>) {
    assert!(claims.contains_key("name"), "{claims:?}");
    for gone in ["phone_number", "phone_number_verified", "groups"] {
        assert!(!claims.contains_key(gone), "{gone} in {claims:?}");
    }
}

/// OIDC Core section 5.3: an access token of before tells no more than the file allows now, to
/// its client and to a resource server alike.
#[tokio::test]
async fn an_access_token_of_before_is_good_for_what_is_left() {
    let before = first().await;
    let code = ask().code(&before, &mut before.browser()).await;
    let tokens = redeem(&before, &code).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert!(userinfo(&before, access).await.contains_key("phone_number"));
    assert!(userinfo(&before, access).await.contains_key("groups"));

    let after = restarted(&before).await;
    is_narrow(&userinfo(&after, access).await);
    let asked = Redeem {
        headers: Vec::new(),
        form: vec![("token".to_owned(), access.to_owned())],
    };
    let url = after.url("/introspect");
    let state = asked.basic("shop", SECRET).send_to(url).await.json();
    assert_eq!(state["scope"], "openid profile");
}

/// RFC 6749 section 5.1: the answer says what is left.
#[tokio::test]
async fn a_code_of_before_brings_what_is_left() {
    let before = first().await;
    let code = ask().code(&before, &mut before.browser()).await;
    let after = restarted(&before).await;
    let tokens = redeem(&after, &code).await;
    assert_eq!(tokens["scope"], "openid profile");
    is_narrow(&crate::token::payload(tokens["id_token"].as_str().unwrap()));
    is_narrow(&userinfo(&after, tokens["access_token"].as_str().unwrap()).await);
}

/// OIDC Core section 3.1.2.4: between question and answer, too. What is agreed to is what the
/// client may have now.
#[tokio::test]
async fn an_answer_to_a_question_of_before_gives_what_is_left() {
    let before = first().await;
    let mut browser: Browser = before.browser();
    let url = ask().with("prompt", "consent").url(&before);
    let page = browser.follow(&url, REDIRECT).await;
    let (action, question) = fields(&page);
    assert_eq!(action, "/consent");

    let after = restarted(&before).await;
    let form = [("flow", question["flow"].as_str()), ("decision", "allow")];
    let page = browser.post(&after.url("/consent"), &form).await;
    let tokens = redeem(&after, Answer::of(&page).code()).await;
    assert_eq!(tokens["scope"], "openid profile");
    let events = after.store.latest_events(1_000).await.unwrap();
    let told = format!(
        "{:?}",
        events.iter().find(|it| it.kind.name() == "consent_given")
    );
    assert!(
        !told.contains("phone") && !told.contains("groups"),
        "{told}"
    );
}
