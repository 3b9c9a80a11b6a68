//! What a sign-in does to the session that the browser had.

use dingpass::domain::event::EventKind;

use crate::authorize::{Ask, error_of, payload, redeem, userinfo_status};
use crate::support::{Answer, Browser, House, REDIRECT};

const COOKIE: &str = "dingpass-session";

async fn sign_in(house: &House, browser: &mut Browser, prompt: &str) -> serde_json::Value {
    let ask = Ask::new().and("prompt", prompt);
    let page = browser.follow(&ask.url(house), REDIRECT).await;
    redeem(house, Answer::of(&page).code()).await.unwrap()
}

fn claim(tokens: &serde_json::Value, name: &str) -> String {
    payload(tokens["id_token"].as_str().unwrap())[name]
        .as_str()
        .unwrap()
        .to_owned()
}

/// CONTRIBUTING.md, Old attacks: a new value at each authentication, and the old one opens nothing.
#[tokio::test]
async fn each_authentication_has_a_new_cookie_and_the_old_one_is_dead() {
    let house = House::start().await;
    let mut browser = house.browser();
    let first = sign_in(&house, &mut browser, "").await;
    let old = browser.cookies[COOKIE].clone();
    house.clock.advance_seconds(1);
    let second = sign_in(&house, &mut browser, "login").await;
    let new = browser.cookies[COOKIE].clone();
    assert_ne!(old, new);
    assert_eq!(claim(&first, "sid"), claim(&second, "sid"));
    let mut thief = house.browser();
    thief.cookies.insert(COOKIE.to_owned(), old);
    let ask = Ask::new().and("prompt", "none");
    let page = thief.get(&ask.url(&house)).await;
    assert_eq!(error_of(&house, &page), "login_required");
}

/// Session fixation: a value that somebody planted never becomes a session's.
#[tokio::test]
async fn a_planted_cookie_does_not_become_the_session() {
    let house = House::start().await;
    let mut attacker = house.browser();
    sign_in(&house, &mut attacker, "").await;
    for planted in ["A".repeat(43), attacker.cookies[COOKIE].clone()] {
        let mut victim = house.browser();
        victim.cookies.insert(COOKIE.to_owned(), planted.clone());
        house.sim.sign_in_as("lisi").await;
        house.clock.advance_seconds(1);
        let tokens = sign_in(&house, &mut victim, "login").await;
        assert_ne!(victim.cookies[COOKIE], planted);
        let mut planter = house.browser();
        planter.cookies.insert(COOKIE.to_owned(), planted);
        let ask = Ask::new().and("prompt", "none");
        let page = planter.get(&ask.url(&house)).await;
        assert_eq!(error_of(&house, &page), "login_required");
        let token = tokens["access_token"].as_str().unwrap();
        assert_eq!(userinfo_status(&house, token).await.as_u16(), 200);
    }
}

/// The same person goes on: what was given before stays good.
#[tokio::test]
async fn the_same_person_keeps_sid_and_tokens() {
    let house = House::start().await;
    let mut browser = house.browser();
    let first = sign_in(&house, &mut browser, "").await;
    let page = browser.get(&Ask::new().url(&house)).await;
    let code = Answer::of(&page).code().to_owned();
    house.clock.advance_seconds(5);
    let second = sign_in(&house, &mut browser, "login").await;
    assert_eq!(claim(&first, "sid"), claim(&second, "sid"));
    let third = redeem(&house, &code).await.unwrap();
    for tokens in [&first, &second, &third] {
        let token = tokens["access_token"].as_str().unwrap();
        assert_eq!(userinfo_status(&house, token).await.as_u16(), 200);
    }
    // A code made before the fresh sign-in tells of the sign-in that it was made from.
    let times: Vec<i64> = [&first, &second, &third]
        .iter()
        .map(|tokens| {
            payload(tokens["id_token"].as_str().unwrap())["auth_time"]
                .as_i64()
                .unwrap()
        })
        .collect();
    assert_eq!(times, [times[0], times[0] + 5, times[0]]);
}

/// CONTRIBUTING.md, Decisions: another person's sign-in ends the session, and what hangs from it at once.
#[tokio::test]
async fn another_person_ends_the_earlier_session_with_its_tokens_and_codes() {
    let house = House::start().await;
    let mut browser = house.browser();
    let first = sign_in(&house, &mut browser, "").await;
    let page = browser.get(&Ask::new().url(&house)).await;
    let code = Answer::of(&page).code().to_owned();
    let old = browser.cookies[COOKIE].clone();
    house.sim.sign_in_as("lisi").await;
    house.clock.advance_seconds(1);
    let second = sign_in(&house, &mut browser, "select_account").await;
    assert_ne!(claim(&first, "sub"), claim(&second, "sub"));
    assert_ne!(claim(&first, "sid"), claim(&second, "sid"));
    let token = first["access_token"].as_str().unwrap();
    assert_eq!(userinfo_status(&house, token).await.as_u16(), 401);
    assert_eq!(redeem(&house, &code).await.unwrap_err(), "invalid_grant");
    let token = second["access_token"].as_str().unwrap();
    assert_eq!(userinfo_status(&house, token).await.as_u16(), 200);
    let mut thief = house.browser();
    thief.cookies.insert(COOKIE.to_owned(), old);
    let ask = Ask::new().and("prompt", "none");
    let page = thief.get(&ask.url(&house)).await;
    assert_eq!(error_of(&house, &page), "login_required");
    let replaced = house
        .store
        .latest_events(20)
        .await
        .unwrap()
        .into_iter()
        .filter(|event| matches!(event.kind, EventKind::SessionReplaced { .. }))
        .count();
    assert_eq!(replaced, 1);
}

/// Two browsers of one person are two sessions.
#[tokio::test]
async fn a_second_browser_has_a_session_of_its_own() {
    let house = House::start().await;
    let (mut one, mut two) = (house.browser(), house.browser());
    let first = sign_in(&house, &mut one, "").await;
    let second = sign_in(&house, &mut two, "").await;
    assert_eq!(claim(&first, "sub"), claim(&second, "sub"));
    assert_ne!(claim(&first, "sid"), claim(&second, "sid"));
    assert_ne!(one.cookies[COOKIE], two.cookies[COOKIE]);
    house.sim.sign_in_as("lisi").await;
    house.clock.advance_seconds(1);
    sign_in(&house, &mut two, "login").await;
    let ask = Ask::new().and("prompt", "none");
    Answer::of(&one.get(&ask.url(&house)).await).code();
    let token = first["access_token"].as_str().unwrap();
    assert_eq!(userinfo_status(&house, token).await.as_u16(), 200);
}

/// Silent answers change no cookie.
#[tokio::test]
async fn a_silent_answer_sets_no_cookie() {
    let house = House::start().await;
    let mut browser = house.browser();
    sign_in(&house, &mut browser, "").await;
    let page = browser.get(&Ask::new().url(&house)).await;
    Answer::of(&page).code();
    assert!(!page.headers.contains_key("set-cookie"));
}
