//! What a query may hold: nothing twice, nothing unreadable, not too much.

use super::{Ask, error_of, refused_on_a_page};
use crate::support::{Answer, House, REDIRECT};

/// RFC 6749 section 3.1: request parameters must not be included more than once.
#[tokio::test]
async fn a_repeated_parameter_is_told_to_the_client_when_client_and_address_are_proved() {
    let house = House::start().await;
    for (name, value) in [
        ("response_type", "code"),
        ("scope", "openid email"),
        ("nonce", "b"),
        ("prompt", "none"),
        ("code_challenge", "b"),
        ("login_hint", "b"),
        ("never-heard-of", "b"),
    ] {
        let ask = Ask::new().with(name, "code").and(name, value);
        let page = house.browser().get(&ask.url(&house)).await;
        assert_eq!(error_of(&house, &page), "invalid_request", "{name}");
    }
    let same = Ask::new().and("scope", "openid");
    let page = house.browser().get(&same.url(&house)).await;
    assert_eq!(error_of(&house, &page), "invalid_request");
}

/// RFC 6749 section 3.1 and the old attack of two components that read another copy each.
#[tokio::test]
async fn a_repeated_client_or_address_gets_a_page() {
    let house = House::start().await;
    for (name, value) in [
        ("client_id", "demo"),
        ("client_id", "other"),
        ("redirect_uri", REDIRECT),
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", ""),
    ] {
        let twice = Ask::new().and(name, value);
        refused_on_a_page(&house.browser().get(&twice.url(&house)).await);
        let query = Ask::new().query();
        let value = value.replace(':', "%3A");
        let before = house.url(&format!("/authorize?{name}={value}&{query}"));
        refused_on_a_page(&house.browser().get(&before).await);
    }
    for spelling in ["redirect%5Furi", "%72edirect_uri", "redirect_%75ri"] {
        let url = format!("{}&{spelling}=https%3A%2F%2Fevil", Ask::new().url(&house));
        refused_on_a_page(&house.browser().get(&url).await);
    }
}

/// A state that stands there twice is not known, so none is sent back.
#[tokio::test]
async fn a_repeated_state_is_not_echoed_at_all() {
    let house = House::start().await;
    let ask = Ask::new().and("state", "another");
    let answer = Answer::of(&house.browser().get(&ask.url(&house)).await);
    assert_eq!(answer.get("error"), Some("invalid_request"));
    assert_eq!(answer.get("state"), None);
}

/// The same, when one of the copies can't be read: which one was meant is as unknown.
#[tokio::test]
async fn a_copy_that_is_not_text_is_a_copy_all_the_same() {
    let house = House::start().await;
    for name in ["redirect_uri", "client_id"] {
        for value in ["%FF", "%00"] {
            let behind = format!("{}&{name}={value}", Ask::new().url(&house));
            refused_on_a_page(&house.browser().get(&behind).await);
            let query = Ask::new().query();
            let before = house.url(&format!("/authorize?{name}={value}&{query}"));
            refused_on_a_page(&house.browser().get(&before).await);
        }
    }
    let state = format!("{}&state=%FF", Ask::new().url(&house));
    let answer = Answer::of(&house.browser().get(&state).await);
    assert_eq!(answer.get("error"), Some("invalid_request"));
    assert_eq!(answer.get("state"), None);
}

/// RFC 8707 section 2: these two may repeat, and mean nothing here yet.
#[tokio::test]
async fn resource_and_audience_may_repeat() {
    let house = House::start().await;
    let ask = Ask::new()
        .and("resource", "https://a.example/")
        .and("resource", "https://b.example/")
        .and("audience", "a")
        .and("audience", "b");
    let page = house.browser().follow(&ask.url(&house), REDIRECT).await;
    Answer::of(&page).code();
}

/// A flood is refused before it is looked at.
#[tokio::test]
async fn a_thousand_parameters_are_refused() {
    let house = House::start().await;
    let mut ask = Ask::new();
    for number in 0..1000 {
        ask = ask.and(&format!("p{number}"), "1");
    }
    refused_on_a_page(&house.browser().get(&ask.url(&house)).await);
}

/// Unreadable text is refused, not repaired.
#[tokio::test]
async fn nul_and_invalid_utf8_are_refused_wherever_they_stand() {
    let house = House::start().await;
    for (name, value) in [
        ("nonce", "%00"),
        ("nonce", "%FF"),
        ("login_hint", "a%C3"),
        ("scope", "openid%00"),
        ("x", "%ED%A0%80"),
        ("%00", "x"),
        ("%FF", "x"),
    ] {
        let url = format!("{}&{name}={value}", Ask::new().without("scope").url(&house));
        let page = house.browser().get(&url).await;
        assert_eq!(error_of(&house, &page), "invalid_request", "{name}={value}");
    }
    for (name, value) in [
        ("client_id", "demo%00"),
        (
            "redirect_uri",
            "http%3A%2F%2F127.0.0.1%3A8080%2Fcallback%00",
        ),
        (
            "redirect_uri",
            "http%3A%2F%2F127.0.0.1%3A8080%2Fcallback%FF",
        ),
    ] {
        let url = format!("{}&{name}={value}", Ask::new().without(name).url(&house));
        refused_on_a_page(&house.browser().get(&url).await);
    }
}

/// CONTRIBUTING.md, Decisions: a flow that would not fit into its cookie is invalid_request.
#[tokio::test]
async fn a_state_or_nonce_of_ten_kilobytes_is_refused_by_a_redirect() {
    let house = House::start().await;
    let long = "x".repeat(10 * 1024);
    let page = house
        .browser()
        .get(&Ask::new().and("nonce", &long).url(&house))
        .await;
    assert_eq!(error_of(&house, &page), "invalid_request");
    assert!(!page.headers.contains_key("set-cookie"));
    let page = house
        .browser()
        .get(&Ask::new().with("state", &long).url(&house))
        .await;
    let answer = Answer::of(&page);
    assert_eq!(answer.get("error"), Some("invalid_request"));
    assert_eq!(answer.get("state"), Some(long.as_str()));
}

/// OIDC Core section 3.1.2.1: unknown parameters are ignored; those that are understood and
/// not acted on cause no error either.
#[tokio::test]
async fn parameters_that_mean_nothing_here_are_ignored() {
    let house = House::start().await;
    let mut browser = house.browser();
    for (name, value) in [
        ("extra", "foobar"),
        ("display", "page"),
        ("display", "popup"),
        ("display", "touch"),
        ("display", "hologram"),
        ("ui_locales", "se"),
        ("ui_locales", "zh-CN en"),
        ("ui_locales", "!!"),
        ("claims_locales", "se"),
        ("acr_values", "urn:dingpass:acr:dingtalk 1"),
        ("login_hint", "buffy@host"),
        ("claims", r#"{"userinfo":{"name":{"essential":true}}}"#),
        ("claims", "{}"),
        ("claims", r#"{"id_token":{"acr":{"essential":true}}}"#),
        ("acr_values", "gold silver"),
        ("iss", "https://evil.example"),
        ("error", "access_denied"),
        ("code", "x"),
        ("id_token_hint", ""),
        ("request", ""),
        ("prompt", ""),
        ("max_age", ""),
        ("response_mode", ""),
        ("code_challenge", ""),
        ("<script>", "<script>"),
    ] {
        let ask = Ask::new().and(name, value);
        let page = browser.follow(&ask.url(&house), REDIRECT).await;
        let answer = Answer::of(&page);
        answer.code();
        assert_eq!(answer.0.len(), 3, "code, state, iss: {answer:?}");
    }
}

/// HTML forms and libraries write a query in several ways.
#[tokio::test]
async fn empty_pieces_and_any_order_are_taken() {
    let house = House::start().await;
    let mut browser = house.browser();
    let query = "&&scope=openid&&state=the-state&redirect_uri=http%3a%2f%2f127.0.0.1%3a8080%2fcallback\
                 &response_type=code&client_id=demo&&valueless&=&";
    let page = browser
        .follow(&house.url(&format!("/authorize?{query}")), REDIRECT)
        .await;
    Answer::of(&page).code();
}
