//! What comes back to the client: state as it was sent, the issuer, and nothing else.

use super::{Ask, error_of};
use crate::support::{Answer, House, REDIRECT};

/// The value of a parameter in a redirect, decoded once, as bytes.
fn raw(location: &str, name: &str) -> Vec<u8> {
    let start = format!("{name}=");
    let value = location
        .split_once('?')
        .unwrap()
        .1
        .split('&')
        .find_map(|piece| piece.strip_prefix(&start))
        .unwrap();
    percent_encoding::percent_decode_str(value).collect()
}

/// RFC 6749 section 4.1.2: "the exact value received from the client".
#[tokio::test]
async fn state_comes_back_byte_for_byte_with_a_code_and_with_an_error() {
    let house = House::start().await;
    let mut browser = house.browser();
    for state in [
        "a",
        " ",
        "a b+c",
        "a%20b",
        "100%",
        "a=b&c=d?e#f",
        "\"'<>`\\",
        "\r\nLocation: https://evil.example/\r\n",
        "\t\u{1}\u{7f}",
        "状态 🔑",
        "e\u{301}",
        "\u{202e}\u{feff}",
        ";,:@/",
    ] {
        let ask = Ask::new().with("state", state);
        let page = browser.follow(&ask.url(&house), REDIRECT).await;
        let location = page.location().unwrap();
        assert!(location.is_ascii() && !location.contains(' '), "{location}");
        assert_eq!(raw(location, "state"), state.as_bytes(), "{state:?}");
        Answer::of(&page).code();
        let page = browser.get(&ask.with("scope", "email").url(&house)).await;
        assert_eq!(raw(page.location().unwrap(), "state"), state.as_bytes());
        assert_eq!(Answer::of(&page).get("error"), Some("invalid_scope"));
    }
}

/// NocoBase encodes its state before a URL builder does so again, and reads it back once
/// decoded: `%3D` and `%26` must survive. Through DingTalk and with a session.
#[tokio::test]
async fn a_state_that_was_encoded_twice_is_decoded_once() {
    let house = House::start().await;
    let mut browser = house.browser();
    let query = "client_id=demo&scope=openid%20email%20profile&response_type=code\
        &redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcallback\
        &state=token%253DabcDEF123456789%2526name%253Doidc_1%2526app%253Dmain%2526redirect%253D%252Fadmin";
    for _ in 0..2 {
        let url = house.url(&format!("/authorize?{query}"));
        let page = browser.follow(&url, REDIRECT).await;
        let answer = Answer::of(&page);
        answer.code();
        assert_eq!(
            answer.get("state"),
            Some("token%3DabcDEF123456789%26name%3Doidc_1%26app%3Dmain%26redirect%3D%2Fadmin")
        );
    }
}

/// RFC 6749 section 4.1.2: state is required only if it was sent.
#[tokio::test]
async fn no_state_is_invented() {
    let house = House::start().await;
    let mut browser = house.browser();
    for ask in [Ask::new().without("state"), Ask::new().with("state", "")] {
        let page = browser.follow(&ask.url(&house), REDIRECT).await;
        let answer = Answer::of(&page);
        answer.code();
        assert_eq!(answer.get("state"), None);
        let page = browser.get(&ask.with("scope", "x").url(&house)).await;
        assert_eq!(Answer::of(&page).get("state"), None);
    }
}

/// RFC 9207 section 2: the issuer stands in every answer, errors included.
#[tokio::test]
async fn every_answer_has_the_issuer_and_nothing_that_the_specs_do_not_name() {
    let house = House::start().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let answer = Answer::of(&page);
    assert_eq!(answer.get("iss"), Some(house.issuer.as_str()));
    let names: Vec<&str> = answer.0.keys().map(String::as_str).collect();
    assert_eq!(names, ["code", "iss", "state"]);
    for (name, value) in [
        ("response_type", "token"),
        ("response_mode", "fragment"),
        ("request", "x"),
        ("request_uri", "https://a.example/"),
        ("registration", "{}"),
        ("scope", "email"),
        ("prompt", "none login"),
        ("max_age", "x"),
        ("id_token_hint", "x"),
        ("claims", "x"),
        ("code_challenge", "x"),
        ("code_challenge_method", "S256"),
    ] {
        let page = browser.get(&Ask::new().with(name, value).url(&house)).await;
        error_of(&house, &page);
    }
}

/// Protocol 0: a code of 256 random bits, in the query, never in a fragment.
#[tokio::test]
async fn codes_are_43_characters_and_never_the_same() {
    let house = House::start().await;
    let mut browser = house.browser();
    let mut codes = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
        let code = Answer::of(&page).code().to_owned();
        assert_eq!(code.len(), 43);
        assert!(codes.insert(code));
    }
}

/// RFC 9700 section 4.12: 303, so that no form is ever sent on to the client.
#[tokio::test]
async fn redirects_are_303() {
    let house = House::start().await;
    let mut browser = house.browser();
    let out = browser.get(&Ask::new().url(&house)).await;
    assert_eq!(out.status.as_u16(), 303);
    let back = browser.onward(out, REDIRECT).await;
    assert_eq!(back.status.as_u16(), 303);
    let error = browser
        .get(&Ask::new().with("scope", "x").url(&house))
        .await;
    assert_eq!(error.status.as_u16(), 303);
}
