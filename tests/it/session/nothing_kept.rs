//! Nothing is stored before DingTalk has vouched for a person (CONTRIBUTING.md, Decisions).

use dingpass::clock::{Clock as _, Timestamp};

use crate::authorize::{Ask, single_pages};
use crate::support::{Answer, House, REDIRECT};

/// Long after everything.
const FAR: Timestamp = Timestamp::from_millis(i64::MAX / 2);

/// Rows and events that a house keeps. What is swept is everything that ever expires.
async fn kept(house: &House) -> (usize, usize) {
    let events = house.store.latest_events(1000).await.unwrap().len();
    (house.store.sweep(FAR).await.unwrap(), events)
}

/// CONTRIBUTING.md, Decisions: flows live in the browser.
#[tokio::test]
async fn requests_that_nobody_vouched_for_leave_nothing_behind() {
    let house = House::start().await;
    for number in 0..200 {
        let ask = Ask::new().with("state", &number.to_string());
        let page = house.browser().get(&ask.url(&house)).await;
        assert!(page.location().unwrap().starts_with(&house.sim.url));
    }
    assert_eq!(kept(&house).await, (0, 0));
}

/// The same for refusals, pages, made-up cookies and answers that nobody asked for.
#[tokio::test]
async fn refusals_and_failed_attempts_leave_nothing_behind() {
    let house = House::start().await;
    let mut browser = house.browser();
    browser
        .cookies
        .insert("dingpass-session".to_owned(), "A".repeat(43));
    for (path, _) in single_pages() {
        browser.get(&house.url(&path)).await;
    }
    for (name, value) in [
        ("scope", "x"),
        ("prompt", "none"),
        ("response_type", "token"),
        ("id_token_hint", "x"),
    ] {
        browser.get(&Ask::new().with(name, value).url(&house)).await;
    }
    browser
        .post(&house.url("/authorize"), &Ask::new().form())
        .await;
    let page = browser
        .follow(&Ask::new().url(&house), &house.url("/callback/"))
        .await;
    let state = page.location().unwrap().split("state=").nth(1).unwrap();
    let denied = house.url(&format!("/callback/acme?error=access_denied&state={state}"));
    let page = browser.get(&denied).await;
    assert_eq!(page.status.as_u16(), 403);
    browser
        .post(
            &house.url("/token"),
            &[("grant_type", "authorization_code"), ("code", "x")],
        )
        .await;
    assert_eq!(kept(&house).await, (0, 0));
}

/// A person whom DingTalk knows and the organisation does not leaves nothing either.
#[tokio::test]
async fn a_stranger_leaves_nothing_behind() {
    let house = House::start().await;
    // He has left.
    house.sim.sign_in_as("zhaoliu").await;
    let page = house
        .browser()
        .follow(&Ask::new().url(&house), REDIRECT)
        .await;
    assert_eq!(page.status.as_u16(), 403);
    assert_eq!(kept(&house).await, (0, 0));
}

/// The counter-check: a sign-in does leave something, and all of it is swept in its time.
#[tokio::test]
async fn a_sign_in_leaves_rows_that_go_when_their_time_is_over() {
    let house = House::start().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    Answer::of(&page).code();
    assert!(!house.store.latest_events(10).await.unwrap().is_empty());
    assert_eq!(house.store.sweep(house.clock.now()).await.unwrap(), 0);
    assert!(house.store.sweep(FAR).await.unwrap() >= 3);
    assert_eq!(house.store.sweep(FAR).await.unwrap(), 0);
}
