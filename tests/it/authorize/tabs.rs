//! Several tabs, several clicks: each flow ends once.

use super::{Ask, redeem};
use crate::support::{Answer, Browser, House, REDIRECT};

fn flows(browser: &Browser) -> usize {
    browser
        .cookies
        .keys()
        .filter(|name| name.starts_with("flow-"))
        .count()
}

/// Begins a sign-in in a tab, up to the callback, which is not called yet.
async fn tab(house: &House, browser: &mut Browser, state: &str) -> String {
    let ask = Ask::new().with("state", state);
    let page = browser
        .follow(&ask.url(house), &house.url("/callback/"))
        .await;
    page.location().unwrap().to_owned()
}

/// CONTRIBUTING.md, Decisions: tabs sign in side by side, in any order.
#[tokio::test]
async fn parallel_tabs_each_complete() {
    let house = House::start().await;
    let mut browser = house.browser();
    let mut tabs = Vec::new();
    for state in ["one", "two", "three", "four", "five"] {
        tabs.push((state, tab(&house, &mut browser, state).await));
    }
    assert_eq!(flows(&browser), 5);
    tabs.swap(0, 3);
    for (state, callback) in tabs {
        let page = browser.get(&callback).await;
        let answer = Answer::of(&page);
        assert_eq!(answer.get("state"), Some(state));
        redeem(&house, answer.code()).await.unwrap();
    }
}

/// CONTRIBUTING.md, Decisions: the newest five are kept.
#[tokio::test]
async fn the_five_newest_flows_are_kept() {
    let house = House::start().await;
    let mut browser = house.browser();
    let mut tabs = Vec::new();
    for number in 0..8 {
        tabs.push(tab(&house, &mut browser, &format!("s{number}")).await);
        house.clock.advance_seconds(1);
        assert!(flows(&browser) <= 5, "{:?}", browser.cookies.keys());
    }
    for (number, callback) in tabs.iter().enumerate() {
        let page = browser.get(callback).await;
        assert_eq!(page.location().is_some(), number >= 3, "tab {number}");
    }
}

/// A browser that restores many tabs at once gets many cookies at once, since no request
/// knows of the others yet. The newest flows go on, and the surplus is dropped.
#[tokio::test]
async fn many_tabs_opened_at_one_moment_do_not_hide_the_newest() {
    let house = House::start().await;
    let mut restored = house.browser();
    for number in 0..30 {
        let mut browser = house.browser();
        tab(&house, &mut browser, &format!("s{number}")).await;
        restored.cookies.append(&mut browser.cookies);
        house.clock.advance_seconds(1);
    }
    let newest = tab(&house, &mut restored, "newest").await;
    let page = restored.get(&newest).await;
    assert_eq!(Answer::of(&page).get("state"), Some("newest"));
    for _ in 0..20 {
        house.clock.advance_seconds(1);
        let ask = Ask::new().and("prompt", "login");
        restored.get(&ask.url(&house)).await;
    }
    assert!(flows(&restored) <= 5, "{}", flows(&restored));
}

/// CONTRIBUTING.md, Decisions: the flow is claimed in the same act as the code.
#[tokio::test]
async fn a_callback_that_is_sent_twice_makes_one_code() {
    let house = House::start().await;
    let mut first = house.browser();
    let callback = tab(&house, &mut first, "s").await;
    // The second click goes out before the first one's answer has set a cookie.
    let mut second = house.browser();
    second.cookies.clone_from(&first.cookies);
    let (one, two) = tokio::join!(first.get(&callback), second.get(&callback));
    let codes: Vec<&str> = [&one, &two]
        .into_iter()
        .filter_map(|page| page.location())
        .collect();
    assert_eq!(codes.len(), 1, "{codes:?}");
}

/// The same one after the other, with the flow's old cookie and with the session.
#[tokio::test]
async fn an_old_flow_cookie_beside_a_session_makes_no_second_code() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = tab(&house, &mut browser, "s").await;
    let before = browser.cookies.clone();
    let page = browser.get(&callback).await;
    redeem(&house, Answer::of(&page).code()).await.unwrap();
    browser.cookies.extend(before);
    let page = browser.get(&callback).await;
    assert_eq!(page.status.as_u16(), 200);
    assert_eq!(page.location(), None);
    assert_eq!(page.href("back").as_deref(), Some("http://127.0.0.1:8080/"));
}

/// A second attempt of a flow that was answered signs in and makes no second code.
#[tokio::test]
async fn a_second_attempt_with_the_old_cookie_makes_no_second_code() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = tab(&house, &mut browser, "s").await;
    let before = browser.cookies.clone();
    let page = browser.get(&callback).await;
    Answer::of(&page).code();
    browser.cookies.extend(before);
    let name = browser
        .cookies
        .keys()
        .find_map(|name| name.strip_prefix("flow-"))
        .unwrap()
        .to_owned();
    let page = browser
        .follow(&house.url(&format!("/sign-in/acme?flow={name}")), REDIRECT)
        .await;
    assert_eq!(page.location(), None);
    assert_eq!(page.status.as_u16(), 200);
}

/// CONTRIBUTING.md, Decisions: a reloaded callback says that it is done, and leads to client_uri.
#[tokio::test]
async fn a_reloaded_callback_says_that_it_is_done() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = tab(&house, &mut browser, "s").await;
    Answer::of(&browser.get(&callback).await).code();
    for _ in 0..2 {
        let page = browser.get(&callback).await;
        assert_eq!(page.status.as_u16(), 200);
        assert!(page.body.contains("This sign-in is complete"));
        assert_eq!(page.href("back").as_deref(), Some("http://127.0.0.1:8080/"));
        assert!(!page.body.contains("code="), "{}", page.body);
    }
}

/// And so does the link to try again of a flow that is done.
#[tokio::test]
async fn the_way_to_sign_in_of_a_flow_that_is_done_says_so() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = tab(&house, &mut browser, "s").await;
    Answer::of(&browser.get(&callback).await).code();
    let flow = callback.split("state=").nth(1).unwrap();
    let flow = flow.split('.').next().unwrap();
    for path in [
        format!("/sign-in?flow={flow}"),
        format!("/sign-in/acme?flow={flow}"),
    ] {
        let page = browser.get(&house.url(&path)).await;
        assert_eq!(page.status.as_u16(), 200);
        assert!(page.body.contains("This sign-in is complete"));
    }
}

/// The reload of a page that offers another attempt offers it still: the flow is open.
#[tokio::test]
async fn a_reloaded_failure_still_offers_another_attempt() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = tab(&house, &mut browser, "s").await;
    let state = callback.split("state=").nth(1).unwrap();
    let denied = house.url(&format!("/callback/acme?error=access_denied&state={state}"));
    assert!(browser.get(&denied).await.href("retry").is_some());
    let page = browser.get(&denied).await;
    assert!(page.href("retry").is_some(), "{}", page.body);
}
