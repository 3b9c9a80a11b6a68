//! max_age, default_max_age and auth_time (OIDC Core section 3.1.2.1).

use super::{Ask, error_of, redeem};
use crate::support::{Answer, Browser, House, REDIRECT};

/// `auth_time` of the ID Token that a request ends in.
async fn auth_time(house: &House, browser: &mut Browser, ask: &Ask) -> i64 {
    let page = browser.follow(&ask.url(house), REDIRECT).await;
    let tokens = redeem(house, Answer::of(&page).code()).await.unwrap();
    super::payload(tokens["id_token"].as_str().unwrap())["auth_time"]
        .as_i64()
        .unwrap()
}

fn within(seconds: &str) -> Ask {
    Ask::new().and("max_age", seconds)
}

/// oidcc-max-age-1: after two seconds the person is asked again.
#[tokio::test]
async fn an_authentication_that_is_too_old_is_made_anew() {
    let house = House::start().await;
    let mut browser = house.browser();
    let first = auth_time(&house, &mut browser, &within("1")).await;
    house.clock.advance_seconds(2);
    let second = auth_time(&house, &mut browser, &within("1")).await;
    assert_eq!(second, first + 2);
}

/// oidcc-max-age-10000: young enough is good enough, to the second.
#[tokio::test]
async fn an_authentication_that_is_young_enough_is_used() {
    let house = House::start().await;
    let mut browser = house.browser();
    let first = auth_time(&house, &mut browser, &within("15000")).await;
    house.clock.advance_seconds(100);
    for seconds in ["100", "10000", "18446744073709551615"] {
        assert_eq!(
            auth_time(&house, &mut browser, &within(seconds)).await,
            first,
            "{seconds}"
        );
    }
    assert_eq!(
        auth_time(&house, &mut browser, &within("99")).await,
        first + 100
    );
}

/// max_age=0 is prompt=login.
#[tokio::test]
async fn zero_always_asks() {
    let house = House::start().await;
    let mut browser = house.browser();
    auth_time(&house, &mut browser, &within("0")).await;
    for _ in 0..2 {
        house.clock.advance_seconds(1);
        let visits = house.sim.count("/v1.0/oauth2/userAccessToken").await;
        auth_time(&house, &mut browser, &within("0")).await;
        let after = house.sim.count("/v1.0/oauth2/userAccessToken").await;
        assert_eq!(after, visits + 1);
    }
}

/// With prompt=none an old authentication can't be made anew.
#[tokio::test]
async fn none_with_an_old_authentication_is_login_required() {
    let house = House::start().await;
    let mut browser = house.browser();
    auth_time(&house, &mut browser, &Ask::new()).await;
    house.clock.advance_seconds(10);
    let page = browser
        .get(&within("9").and("prompt", "none").url(&house))
        .await;
    assert_eq!(error_of(&house, &page), "login_required");
    let page = browser
        .get(&within("0").and("prompt", "none").url(&house))
        .await;
    assert_eq!(error_of(&house, &page), "login_required");
    let page = browser
        .get(&within("10").and("prompt", "none").url(&house))
        .await;
    Answer::of(&page).code();
}

/// What is no number of seconds is refused, never taken for "no limit".
#[tokio::test]
async fn garbage_is_refused() {
    let house = House::start().await;
    for seconds in [
        "-1", "1.5", "1e3", "abc", "1s", " 1", "1 ", "0x10", "+1", "١", "1,000",
    ] {
        let page = house.browser().get(&within(seconds).url(&house)).await;
        assert_eq!(error_of(&house, &page), "invalid_request", "{seconds:?}");
    }
}

/// OIDC Registration section 2: default_max_age holds where the request says nothing.
#[tokio::test]
async fn the_clients_default_holds_unless_the_request_says_otherwise() {
    let house = House::plan().client("default_max_age = 60").start().await;
    let mut browser = house.browser();
    let first = auth_time(&house, &mut browser, &Ask::new()).await;
    house.clock.advance_seconds(60);
    assert_eq!(auth_time(&house, &mut browser, &Ask::new()).await, first);
    house.clock.advance_seconds(1);
    assert_eq!(
        auth_time(&house, &mut browser, &within("3600")).await,
        first
    );
    assert_eq!(
        auth_time(&house, &mut browser, &Ask::new()).await,
        first + 61
    );
}

/// A session that another tab began is held against max_age at the moment of the answer.
#[tokio::test]
async fn a_reloaded_callback_does_not_pass_off_an_old_authentication_as_young() {
    let house = House::start().await;
    let mut browser = house.browser();
    // This tab has its code used up elsewhere, and waits.
    let out = browser.get(&within("60").url(&house)).await;
    let back = browser.get(out.location().unwrap()).await;
    let callback = back.location().unwrap().to_owned();
    house.clock.advance_seconds(1);
    auth_time(&house, &mut browser, &Ask::new()).await;
    house.clock.advance_seconds(1800);
    // DingTalk's code is too old by now: only the session of the other tab is left.
    let page = browser.get(&callback).await;
    assert_eq!(
        page.location(),
        None,
        "an authentication of half an hour ago does not meet max_age=60"
    );
}
