//! prompt (OIDC Core section 3.1.2.1).

use super::{Ask, error_of, redeem};
use crate::support::{Answer, Browser, House, REDIRECT};

/// The payload of the ID Token that a request ends in.
async fn id_token(
    house: &House,
    browser: &mut Browser,
    ask: &Ask,
) -> serde_json::Map<String, serde_json::Value> {
    let page = browser.follow(&ask.url(house), REDIRECT).await;
    let tokens = redeem(house, Answer::of(&page).code()).await.unwrap();
    super::payload(tokens["id_token"].as_str().unwrap())
}

/// oidcc-prompt-none-not-logged-in: an answer, no page, no visit to DingTalk.
#[tokio::test]
async fn none_without_a_session_is_login_required() {
    let house = House::start().await;
    let ask = Ask::new().and("prompt", "none");
    let page = house.browser().get(&ask.url(&house)).await;
    assert_eq!(error_of(&house, &page), "login_required");
    assert!(!page.headers.contains_key("set-cookie"));
    let mut browser = house.browser();
    browser
        .cookies
        .insert("dingpass-session".to_owned(), "A".repeat(43));
    let page = browser.get(&ask.url(&house)).await;
    assert_eq!(
        error_of(&house, &page),
        "login_required",
        "a made-up cookie"
    );
}

/// oidcc-prompt-none-logged-in: at once, with the same sub, sid and auth_time.
#[tokio::test]
async fn none_with_a_session_succeeds_silently() {
    let house = House::start().await;
    let mut browser = house.browser();
    let first = id_token(&house, &mut browser, &Ask::new()).await;
    house.clock.advance_seconds(60);
    let ask = Ask::new().and("prompt", "none");
    let page = browser.get(&ask.url(&house)).await;
    let tokens = redeem(&house, Answer::of(&page).code()).await.unwrap();
    let second = super::payload(tokens["id_token"].as_str().unwrap());
    for claim in ["sub", "sid", "auth_time"] {
        assert_eq!(first[claim], second[claim], "{claim}");
    }
}

/// oidcc-prompt-login: asked again although a session lives; auth_time moves on.
#[tokio::test]
async fn login_and_select_account_go_through_dingtalk_again() {
    let house = House::start().await;
    let mut browser = house.browser();
    let mut before = id_token(&house, &mut browser, &Ask::new()).await["auth_time"]
        .as_i64()
        .unwrap();
    for prompt in [
        "login",
        "select_account",
        "select_account login",
        "login login",
    ] {
        house.clock.advance_seconds(5);
        let visits = house.sim.count("/v1.0/oauth2/userAccessToken").await;
        let ask = Ask::new().and("prompt", prompt);
        let payload = id_token(&house, &mut browser, &ask).await;
        let now = payload["auth_time"].as_i64().unwrap();
        assert!(now >= before + 5, "{prompt}: {before} {now}");
        before = now;
        let after = house.sim.count("/v1.0/oauth2/userAccessToken").await;
        assert_eq!(after, visits + 1, "{prompt}");
    }
}

/// `none` beside another value is an error; so is a value that nobody knows.
#[tokio::test]
async fn none_beside_another_value_and_unknown_values_are_refused() {
    let house = House::start().await;
    let mut browser = house.browser();
    browser.follow(&Ask::new().url(&house), REDIRECT).await;
    for prompt in [
        "none login",
        "login none",
        "none consent",
        "none select_account",
        "NONE",
        "Login",
        "none,login",
        "create",
        "login x",
        "\u{a0}none",
    ] {
        let ask = Ask::new().and("prompt", prompt);
        let page = browser.get(&ask.url(&house)).await;
        assert_eq!(error_of(&house, &page), "invalid_request", "{prompt:?}");
    }
}

/// prompt=login is met by a sign-in of this very request, not of one before it, even when
/// the person goes away on DingTalk's page and comes back to another tab.
#[tokio::test]
async fn a_session_that_began_before_the_request_does_not_meet_login() {
    let house = House::start().await;
    let mut browser = house.browser();
    browser.follow(&Ask::new().url(&house), REDIRECT).await;
    house.clock.advance_seconds(1);
    let ask = Ask::new().and("prompt", "login");
    let out = browser.get(&ask.url(&house)).await;
    assert!(out.location().unwrap().starts_with(&house.sim.url));
    let silent = Ask::new().and("prompt", "none");
    let page = browser.get(&silent.url(&house)).await;
    Answer::of(&page).code();
    let again = browser.get(&ask.url(&house)).await;
    assert!(again.location().unwrap().starts_with(&house.sim.url));
}
