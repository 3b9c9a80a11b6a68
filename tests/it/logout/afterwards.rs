//! After a logout. DingTalk has no logout of its own, so that what we can promise is that the
//! next sign-in goes through its page again.

use super::wire::{is_signed_in, signed_in, url};
use crate::support::House;

/// The next sign-in is one at DingTalk, whose page is asked for consent each time, in a session
/// of another name.
#[tokio::test]
async fn the_next_sign_in_goes_through_dingtalk_s_page() {
    let (house, mut browser, before) = signed_in().await;
    let rp = house.rp().await;
    rp.sign_in(&mut browser, &[]).await;
    let visits = house.sim.count("/oauth2/auth").await;
    assert_eq!(visits, 1, "single sign-on needs no second visit");
    let hint = [("id_token_hint", before.id_token.as_str())];
    browser.get(&url(&house, &hint)).await;
    assert!(!is_signed_in(&house, &mut browser).await);
    let request = rp.request(&[], &[]);
    let page = browser.get(&request.url).await;
    let location = page.location().unwrap();
    assert!(location.starts_with(&house.sim.url), "{location}");
    assert!(location.contains("prompt=consent"));
    let after = rp.sign_in(&mut browser, &[]).await;
    assert_ne!(after.payload()["sid"], before.payload()["sid"]);
    assert_eq!(after.payload()["sub"], before.payload()["sub"]);
}

/// A code that was on its way when the person logged out is worth nothing.
#[tokio::test]
async fn a_code_of_the_ended_session_is_refused() {
    let (house, mut browser, signed_in) = signed_in().await;
    let code = crate::token::Ask::new().code(&house, &mut browser).await;
    let hint = [("id_token_hint", signed_in.id_token.as_str())];
    browser.get(&url(&house, &hint)).await;
    let reply = crate::token::Redeem::of(&code).send(&house).await;
    reply.refused(400, "invalid_grant");
}

/// Whoever was signed in in two browsers is signed out of one.
#[tokio::test]
async fn the_other_browser_s_session_goes_on() {
    let (house, mut browser, signed_in) = signed_in().await;
    let mut other = house.browser();
    house.rp().await.sign_in(&mut other, &[]).await;
    let hint = [("id_token_hint", signed_in.id_token.as_str())];
    browser.get(&url(&house, &hint)).await;
    assert!(is_signed_in(&house, &mut other).await);
}

/// Behind https the cookie is dropped under its whole name and with its attributes: browsers
/// ignore anything else.
#[tokio::test]
async fn the_cookie_is_dropped_as_it_was_set() {
    let house = House::plan().issuer("https://id.example").start().await;
    let cookie = "__Host-dingpass-session=anything";
    let answer = crate::support::http()
        .get(house.url("/logout"))
        .header("cookie", cookie)
        .send()
        .await
        .unwrap();
    let dropped = answer.headers()["set-cookie"].to_str().unwrap();
    for part in [
        "__Host-dingpass-session=;",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=0",
    ] {
        assert!(dropped.contains(part), "{dropped}");
    }
}
