//! How long a session signs its person in (CONTRIBUTING.md, Decisions).

use crate::authorize::{Ask, error_of, redeem, userinfo_status};
use crate::support::{Answer, Browser, House, REDIRECT};

const HOUR: u64 = 3600;

async fn sign_in(house: &House, browser: &mut Browser) -> serde_json::Value {
    let page = browser.follow(&Ask::new().url(house), REDIRECT).await;
    redeem(house, Answer::of(&page).code()).await.unwrap()
}

/// Whether a session signs in silently.
async fn is_live(house: &House, browser: &mut Browser) -> bool {
    let ask = Ask::new().and("prompt", "none");
    let page = browser.get(&ask.url(house)).await;
    if Answer::of(&page).get("code").is_some() {
        return true;
    }
    assert_eq!(error_of(house, &page), "login_required");
    false
}

/// CONTRIBUTING.md, Decisions: session_idle is 12 hours.
#[tokio::test]
async fn a_session_that_nobody_uses_expires() {
    let house = House::start().await;
    for (seconds, live) in [(12 * HOUR - 1, true), (12 * HOUR, false)] {
        let mut browser = house.browser();
        sign_in(&house, &mut browser).await;
        house.clock.advance_seconds(seconds);
        assert_eq!(is_live(&house, &mut browser).await, live, "{seconds}");
    }
}

/// A use counts from the use on, exact to a twentieth of the idle time.
#[tokio::test]
async fn a_session_that_is_used_stays() {
    let house = House::start().await;
    let mut browser = house.browser();
    sign_in(&house, &mut browser).await;
    for _ in 0..10 {
        house.clock.advance_seconds(11 * HOUR);
        assert!(is_live(&house, &mut browser).await);
    }
    house.clock.advance_seconds(12 * HOUR);
    assert!(!is_live(&house, &mut browser).await);
}

/// Uses that come in quick succession are not forgotten altogether.
#[tokio::test]
async fn frequent_use_keeps_a_session_too() {
    let house = House::plan()
        .more("[lifetimes]\nsession_idle = \"20m\"")
        .start()
        .await;
    let mut browser = house.browser();
    sign_in(&house, &mut browser).await;
    for _ in 0..120 {
        house.clock.advance_seconds(30);
        assert!(is_live(&house, &mut browser).await);
    }
    house.clock.advance_seconds(19 * 60);
    assert!(is_live(&house, &mut browser).await);
}

/// CONTRIBUTING.md, Decisions: session_absolute is 7 days from the last sign-in at DingTalk, used or not.
#[tokio::test]
async fn a_session_that_is_used_ends_at_its_absolute_limit() {
    let house = House::start().await;
    let mut browser = house.browser();
    sign_in(&house, &mut browser).await;
    for _ in 0..167 {
        house.clock.advance_seconds(HOUR);
        assert!(is_live(&house, &mut browser).await);
    }
    house.clock.advance_seconds(HOUR - 1);
    assert!(is_live(&house, &mut browser).await);
    house.clock.advance_seconds(1);
    assert!(!is_live(&house, &mut browser).await);
}

/// A fresh sign-in begins the absolute limit anew, under the same sid.
#[tokio::test]
async fn a_fresh_sign_in_begins_the_time_anew() {
    let house = House::plan()
        .more("[lifetimes]\nsession_idle = \"10h\"\nsession_absolute = \"10h\"")
        .start()
        .await;
    let mut browser = house.browser();
    sign_in(&house, &mut browser).await;
    house.clock.advance_seconds(9 * HOUR);
    let ask = Ask::new().and("prompt", "login");
    browser.follow(&ask.url(&house), REDIRECT).await;
    house.clock.advance_seconds(9 * HOUR);
    assert!(is_live(&house, &mut browser).await);
    house.clock.advance_seconds(HOUR);
    assert!(!is_live(&house, &mut browser).await);
}

/// CONTRIBUTING.md, Decisions: expired is not ended. What was given before lives out its own time.
#[tokio::test]
async fn the_tokens_and_codes_of_an_expired_session_go_on() {
    let house = House::plan()
        .more("[lifetimes]\nsession_idle = \"10s\"\nsession_absolute = \"10s\"")
        .start()
        .await;
    let mut browser = house.browser();
    let tokens = sign_in(&house, &mut browser).await;
    let page = browser.get(&Ask::new().url(&house)).await;
    let code = Answer::of(&page).code().to_owned();
    house.clock.advance_seconds(20);
    assert!(!is_live(&house, &mut browser).await);
    house
        .store
        .sweep(dingpass::clock::Clock::now(house.clock.as_ref()))
        .await
        .unwrap();
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(userinfo_status(&house, token).await.as_u16(), 200);
    let tokens = redeem(&house, &code).await.unwrap();
    let token = tokens["access_token"].as_str().unwrap();
    // Access tokens live ten minutes, whatever became of the session's row.
    house.clock.advance_seconds(599);
    house
        .store
        .sweep(dingpass::clock::Clock::now(house.clock.as_ref()))
        .await
        .unwrap();
    assert_eq!(userinfo_status(&house, token).await.as_u16(), 200);
    house.clock.advance_seconds(1);
    assert_eq!(userinfo_status(&house, token).await.as_u16(), 401);
}

/// CONTRIBUTING.md, Decisions: what goes when a session expires must not come back to life by its
/// name: the same person goes on under another.
#[tokio::test]
async fn after_expiry_the_same_person_has_a_new_session() {
    for (idle, wait) in [("12h", 13 * HOUR), ("30d", 8 * 24 * HOUR)] {
        let house = House::plan()
            .more(&format!("[lifetimes]\nsession_idle = \"{idle}\""))
            .start()
            .await;
        let mut browser = house.browser();
        let first = sign_in(&house, &mut browser).await;
        house.clock.advance_seconds(wait);
        let visits = house.sim.count("/v1.0/oauth2/userAccessToken").await;
        let second = sign_in(&house, &mut browser).await;
        let after = house.sim.count("/v1.0/oauth2/userAccessToken").await;
        assert_eq!(after, visits + 1);
        let sid = |tokens: &serde_json::Value| {
            crate::authorize::payload(tokens["id_token"].as_str().unwrap())["sid"].clone()
        };
        assert_ne!(sid(&first), sid(&second), "{idle}");
    }
}
