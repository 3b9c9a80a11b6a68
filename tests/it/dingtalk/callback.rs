//! What the browser brings back from DingTalk.

use http::StatusCode;

use super::{USER_TOKEN, arrived, assert_nothing_stored, detail, has_session};
use crate::support::{Browser, House, Page, REDIRECT, http};

/// A browser on its way: the state it was sent with, and a good code.
async fn on_the_way(house: &House, browser: &mut Browser) -> (String, String) {
    let rp = house.rp().await;
    let request = rp.request(&[], &[]);
    let page = browser.follow(&request.url, &house.sim.url).await;
    let answer = http().get(page.location().unwrap()).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let url = url::Url::parse(&location).unwrap();
    let get = |name: &str| {
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.unwrap().1.into_owned()
    };
    (get("state"), get("code"))
}

async fn come_back(house: &House, browser: &mut Browser, query: &str) -> Page {
    let url = house.url(&format!("/callback/acme?{query}"));
    browser.follow(&url, REDIRECT).await
}

/// DingTalk section 1.2: `code`, `authCode`, or both with the same value.
#[tokio::test]
async fn a_code_under_either_name_or_both_is_taken() {
    let house = House::start().await;
    for form in [
        "code={c}&state={s}",
        "authCode={c}&state={s}",
        "code={c}&authCode={c}&state={s}",
        "state={s}&authCode={c}&code={c}&unknown=1",
        "code=&authCode={c}&state={s}",
    ] {
        let mut browser = house.browser();
        let (state, code) = on_the_way(&house, &mut browser).await;
        let query = form.replace("{c}", &code).replace("{s}", &state);
        let page = come_back(&house, &mut browser, &query).await;
        assert!(arrived(&page), "{form}: {}", page.body);
        assert!(has_session(&browser));
    }
}

/// DingTalk section 1.2: both present and different, or none: rejected, DingTalk not asked.
#[tokio::test]
async fn two_codes_that_differ_and_no_code_are_rejected_without_a_call() {
    let house = House::start().await;
    for form in [
        "code={c}&authCode=another&state={s}",
        "code=another&authCode={c}&state={s}",
        "state={s}",
        "code=&authCode=&state={s}",
    ] {
        let mut browser = house.browser();
        let (state, code) = on_the_way(&house, &mut browser).await;
        let query = form.replace("{c}", &code).replace("{s}", &state);
        let page = come_back(&house, &mut browser, &query).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{form}");
        assert_eq!(detail(&page, "Cause").as_deref(), Some("invalid_answer"));
        assert!(!has_session(&browser));
        let retry = house.url(&page.href("retry").unwrap());
        let again = browser.follow(&retry, REDIRECT);
        assert!(arrived(&again.await), "{form}: the same flow goes on");
    }
    assert_eq!(house.sim.count(USER_TOKEN).await, 4, "the retries alone");
}

/// RFC 6749 section 3.1: a repeated parameter spoils the answer.
#[tokio::test]
async fn a_code_that_stands_there_twice_is_rejected() {
    let house = House::start().await;
    let mut browser = house.browser();
    let (state, code) = on_the_way(&house, &mut browser).await;
    let query = format!("code={code}&code={code}&state={state}");
    let page = come_back(&house, &mut browser, &query).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(house.sim.count(USER_TOKEN).await, 0);
    assert!(!has_session(&browser));
}

/// DingTalk section 1.2: the values of `error` are not documented; any means "not granted",
/// even beside a code. Nothing of it is shown.
#[tokio::test]
async fn any_error_means_that_the_person_said_no() {
    let house = House::start().await;
    for form in [
        "error=access_denied&state={s}",
        "error=%3Cscript%3Ealert(1)%3C%2Fscript%3E&state={s}",
        "error=x&code={c}&authCode={c}&state={s}",
    ] {
        let mut browser = house.browser();
        let (state, code) = on_the_way(&house, &mut browser).await;
        let query = form.replace("{c}", &code).replace("{s}", &state);
        let page = come_back(&house, &mut browser, &query).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{form}");
        assert_eq!(detail(&page, "Cause").as_deref(), Some("denied"));
        assert!(!page.body.contains("alert(1)"));
        assert!(page.body.contains("it@acme.example"), "the contact");
        let back = page.href("back").unwrap();
        assert!(
            back.starts_with(REDIRECT) && back.contains("error=access_denied"),
            "{back}"
        );
        assert!(!has_session(&browser));
    }
    assert_eq!(house.sim.count(USER_TOKEN).await, 0);
    assert_nothing_stored(&house).await;
}

/// DingTalk section 1.2: a code is good once; a used one is `code_refused`, and another
/// attempt of the same flow helps.
#[tokio::test]
async fn a_code_that_was_used_already_is_refused_by_name_and_the_retry_goes_on() {
    let house = House::start().await;
    let mut first = house.browser();
    let (state, code) = on_the_way(&house, &mut first).await;
    let page = come_back(&house, &mut first, &format!("code={code}&state={state}")).await;
    assert!(arrived(&page));
    let mut second = house.browser();
    let (state, _) = on_the_way(&house, &mut second).await;
    let page = come_back(&house, &mut second, &format!("code={code}&state={state}")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(detail(&page, "Cause").as_deref(), Some("code_refused"));
    assert_eq!(
        detail(&page, "DingTalk code").as_deref(),
        Some("invalidParameter.authCode.notFound")
    );
    let retry = house.url(&page.href("retry").unwrap());
    let again = second.follow(&retry, REDIRECT);
    assert!(arrived(&again.await));
}

/// CONTRIBUTING.md, Old attacks: an answer that nobody asked for, or another browser's, reaches nobody.
#[tokio::test]
async fn an_answer_in_another_browser_or_with_another_state_does_not_reach_dingtalk() {
    let house = House::start().await;
    let mut asked = house.browser();
    let (state, code) = on_the_way(&house, &mut asked).await;
    let (flow, secret) = state.split_once('.').unwrap();
    let wrong = "A".repeat(secret.len());
    let tampered = format!("{flow}.{wrong}");
    let mut stranger = house.browser();
    let page = come_back(&house, &mut stranger, &format!("code={code}&state={state}")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    let page = come_back(&house, &mut asked, &format!("code={code}&state={tampered}")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(house.sim.count(USER_TOKEN).await, 0);
    assert_nothing_stored(&house).await;
}
