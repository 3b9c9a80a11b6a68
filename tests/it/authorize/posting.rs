//! POST to the authorization endpoint (OIDC Core section 3.1.2.1).

use http::StatusCode;

use super::{Ask, error_of, refused_on_a_page};
use crate::support::{Answer, House, REDIRECT, http};

/// oidcc-ensure-post-request-succeeds. A POST from another site brings no cookie
/// (`SameSite=Lax`): it is asked again by GET, which does.
#[tokio::test]
async fn a_post_without_a_session_is_the_same_request_by_get() {
    let house = House::start().await;
    let mut browser = house.browser();
    let ask = Ask::new().with("state", "a b&c=\u{e9}");
    let page = browser.post(&house.url("/authorize"), &ask.form()).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location(), Some(ask.url(&house).as_str()));
    assert!(!page.headers.contains_key("set-cookie"));
    let page = browser.onward(page, REDIRECT).await;
    let answer = Answer::of(&page);
    answer.code();
    assert_eq!(answer.get("state"), Some("a b&c=\u{e9}"));
}

/// A live session is seen although the POST came without its cookie.
#[tokio::test]
async fn a_post_from_another_site_finds_the_session() {
    let house = House::start().await;
    let mut browser = house.browser();
    browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let ask = Ask::new().and("prompt", "none");
    let page = house
        .browser()
        .post(&house.url("/authorize"), &ask.form())
        .await;
    let page = browser.onward(page, REDIRECT).await;
    Answer::of(&page).code();
}

/// With the cookie it is answered at once.
#[tokio::test]
async fn a_post_with_a_session_is_answered_at_once() {
    let house = House::start().await;
    let mut browser = house.browser();
    browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let page = browser
        .post(&house.url("/authorize"), &Ask::new().form())
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    Answer::of(&page).code();
    let ask = Ask::new().with("response_type", "token");
    let page = browser.post(&house.url("/authorize"), &ask.form()).await;
    assert_eq!(error_of(&house, &page), "unsupported_response_type");
}

/// The query of a POST is not read: it would be a second place for each parameter.
#[tokio::test]
async fn the_query_of_a_post_is_not_read() {
    let house = House::start().await;
    let mut browser = house.browser();
    browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let page = browser.post(&Ask::new().url(&house), &[]).await;
    refused_on_a_page(&page);
}

/// A wrong address posted leads nowhere either, with a session or without.
#[tokio::test]
async fn a_wrong_address_gets_a_page_by_post_too() {
    let house = House::start().await;
    let ask = Ask::new().with("redirect_uri", "https://evil.example/");
    let twice = Ask::new().and("redirect_uri", "https://evil.example/");
    let mut signed_in = house.browser();
    signed_in.follow(&Ask::new().url(&house), REDIRECT).await;
    for browser in [&mut signed_in, &mut house.browser()] {
        for ask in [&ask, &twice] {
            let page = browser.post(&house.url("/authorize"), &ask.form()).await;
            let page = browser.onward(page, "https://evil.example").await;
            refused_on_a_page(&page);
        }
    }
}

/// What a URL can't carry is answered where it is, not sent round.
#[tokio::test]
async fn a_long_form_is_not_turned_into_a_url() {
    let house = House::start().await;
    let ask = Ask::new().and("padding", &"x".repeat(20_000));
    let page = house
        .browser()
        .post(&house.url("/authorize"), &ask.form())
        .await;
    assert!(page.location().unwrap().starts_with(&house.sim.url));
    // More than any form has is not read, and so nothing in it is obeyed.
    let ask = Ask::new().and("padding", &"x".repeat(70_000));
    let mut browser = house.browser();
    let page = browser.post(&house.url("/authorize"), &ask.form()).await;
    let page = browser.onward(page, &house.sim.url).await;
    assert_eq!(page.location(), None);
    assert!(page.status.is_client_error(), "{}", page.status);
}

/// A body that is no form holds no request: nothing in it is obeyed.
#[tokio::test]
async fn another_content_type_is_no_request() {
    let house = House::start().await;
    let json = serde_json::json!({ "client_id": "demo", "redirect_uri": REDIRECT }).to_string();
    for (kind, body) in [
        (Some("application/json"), json.into_bytes()),
        (Some("text/plain"), Ask::new().query().into_bytes()),
        (None, Ask::new().query().into_bytes()),
        (
            Some("application/x-www-form-urlencoded"),
            b"client_id=demo&state=\xff\xfe".to_vec(),
        ),
    ] {
        let mut request = http().post(house.url("/authorize")).body(body);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let answer = request.send().await.unwrap();
        // It may be sent round once, as a request that says nothing.
        if let Some(location) = answer.headers().get("location") {
            assert_eq!(location.to_str().unwrap(), house.url("/authorize?"));
            let page = house.browser().get(&house.url("/authorize?")).await;
            refused_on_a_page(&page);
        } else {
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        }
    }
    let answer = http()
        .post(house.url("/authorize"))
        .header(
            "content-type",
            "Application/X-WWW-Form-URLencoded; charset=utf-8",
        )
        .body(Ask::new().query())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["location"], Ask::new().url(&house));
}
