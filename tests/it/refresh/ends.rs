//! What ends refresh tokens, and what does not: expiry, logout, leaver, replay.

use http::Method;
use serde_json::json;

use super::{OFFLINE, SESSION_BOUND, plan, refresh, sweep, tokens_in, told};
use crate::support::{Browser, House, Plan, REDIRECT};
use crate::token::{Ask, Redeem, Reply};
use crate::userinfo;

/// Somebody else signs in with this browser, which ends the session that it had.
async fn end_session(house: &House, browser: &mut Browser) {
    house.clock.advance_seconds(1);
    house.sim.sign_in_as("lisi").await;
    let ask = Ask::new().with("prompt", "login");
    ask.code(house, browser).await;
    house.sim.sign_in_as("zhangsan").await;
}

/// The directory says that zhangsan has left, when zhangsan tries to sign in.
async fn leave(house: &House) {
    house.clock.advance_seconds(1);
    house
        .sim
        .control(Method::PATCH, "people/zhangsan", json!({"left": true}))
        .await;
    let ask = Ask::new().with("prompt", "login");
    let url = ask.url(house);
    let page = house.browser().follow(&url, REDIRECT).await;
    assert_eq!(page.status, 403);
}

async fn signed_in(house: &House, scope: &str) -> (Browser, Reply) {
    let mut browser = house.browser();
    let reply = tokens_in(house, &mut browser, scope).await;
    (browser, reply)
}

async fn is_dead(house: &House, tokens: &Reply) {
    refresh(house, &tokens.token("refresh_token"))
        .await
        .invalid_grant();
    userinfo::get(house, &tokens.token("access_token"))
        .await
        .refused(401, "invalid_token");
}

async fn is_alive(house: &House, tokens: &Reply) {
    let next = refresh(house, &tokens.token("refresh_token")).await;
    userinfo::get(house, &next.token("access_token"))
        .await
        .tokens();
}

/// OIDC Back-Channel Logout section 2.7: without offline_access a refresh token ends with its
/// session, and so do the access tokens.
#[tokio::test]
async fn a_session_bound_token_ends_with_its_session() {
    let house = House::start().await;
    let (mut browser, tokens) = signed_in(&house, SESSION_BOUND).await;
    end_session(&house, &mut browser).await;
    is_dead(&house, &tokens).await;
    assert_eq!(
        told(&house, "refresh_token_reused").await,
        0,
        "no sign of theft"
    );
}

/// OIDC Back-Channel Logout section 2.7: with offline_access it goes on, and so do the access
/// tokens of the same grant.
#[tokio::test]
async fn an_offline_token_outlives_its_session() {
    let house = House::start().await;
    let (mut browser, tokens) = signed_in(&house, OFFLINE).await;
    end_session(&house, &mut browser).await;
    userinfo::get(&house, &tokens.token("access_token"))
        .await
        .tokens();
    is_alive(&house, &tokens).await;
}

fn until_logout() -> Plan {
    House::plan().client("offline_access_outlives_logout = false")
}

/// `offline_access_outlives_logout = false`: the end of the session ends offline access too.
#[tokio::test]
async fn an_offline_token_of_a_strict_client_ends_with_its_session() {
    let house = until_logout().start().await;
    let (mut browser, tokens) = signed_in(&house, OFFLINE).await;
    end_session(&house, &mut browser).await;
    is_dead(&house, &tokens).await;
}

/// That end lasts, also when the session's row has long been swept.
#[tokio::test]
async fn the_end_of_a_session_lasts_longer_than_its_row() {
    let house = until_logout().start().await;
    let (mut browser, tokens) = signed_in(&house, OFFLINE).await;
    end_session(&house, &mut browser).await;
    house.clock.advance_seconds(20 * 24 * 3600);
    sweep(&house).await;
    refresh(&house, &tokens.token("refresh_token"))
        .await
        .invalid_grant();
}

/// The expiry of a session is no end: offline access goes on, whatever the client's rule on
/// logouts is, also when the session's row has been swept.
#[tokio::test]
async fn an_offline_token_outlives_the_expiry_of_its_session() {
    for plan in [House::plan(), until_logout()] {
        let house = plan.start().await;
        let (_, tokens) = signed_in(&house, OFFLINE).await;
        house.clock.advance_seconds(20 * 24 * 3600);
        sweep(&house).await;
        is_alive(&house, &tokens).await;
    }
}

/// An expired session signs nobody in, by its refresh tokens neither. Access tokens that are
/// out stay good: expired is not ended.
#[tokio::test]
async fn a_session_bound_token_is_not_refreshed_after_its_session_expired() {
    let house = House::plan()
        .more("[lifetimes]\nsession_idle = \"1h\"\naccess_token = \"2h\"")
        .start()
        .await;
    let (_, tokens) = signed_in(&house, SESSION_BOUND).await;
    house.clock.advance_seconds(3_599);
    let next = refresh(&house, &tokens.token("refresh_token")).await;
    house.clock.advance_seconds(1);
    refresh(&house, &next.token("refresh_token"))
        .await
        .invalid_grant();
    userinfo::get(&house, &next.token("access_token"))
        .await
        .tokens();
}

/// A refresh in the background is no sign of a person: it does not prolong the session.
#[tokio::test]
async fn a_refresh_does_not_prolong_the_session() {
    let house = House::plan()
        .more("[lifetimes]\nsession_idle = \"1h\"")
        .start()
        .await;
    let (mut browser, tokens) = signed_in(&house, SESSION_BOUND).await;
    let mut token = tokens.token("refresh_token");
    for _ in 0..11 {
        house.clock.advance_seconds(300);
        token = refresh(&house, &token).await.token("refresh_token");
    }
    house.clock.advance_seconds(300);
    refresh(&house, &token).await.invalid_grant();
    let silent = Ask::new().with("prompt", "none").url(&house);
    let page = browser.follow(&silent, REDIRECT).await;
    assert!(page.location().unwrap().contains("error=login_required"));
}

/// A leaver loses both kinds, wherever they were given out, and an access token with them.
#[tokio::test]
async fn a_leaver_loses_offline_access_too() {
    let house = House::start().await;
    let (_, bound) = signed_in(&house, SESSION_BOUND).await;
    let (_, offline) = signed_in(&house, OFFLINE).await;
    leave(&house).await;
    is_dead(&house, &bound).await;
    is_dead(&house, &offline).await;
}

/// Who comes back does not bring back what was taken: not even long after, without any row of
/// the old session.
#[tokio::test]
async fn who_comes_back_does_not_bring_old_tokens_to_life() {
    let house = House::start().await;
    let (_, offline) = signed_in(&house, OFFLINE).await;
    leave(&house).await;
    house
        .sim
        .control(Method::PATCH, "people/zhangsan", json!({"left": false}))
        .await;
    house.clock.advance_seconds(10 * 24 * 3600);
    sweep(&house).await;
    let (_, new) = signed_in(&house, OFFLINE).await;
    refresh(&house, &offline.token("refresh_token"))
        .await
        .invalid_grant();
    is_alive(&house, &new).await;
}

/// RFC 6749 section 4.1.2: a code that comes twice takes with it the refresh token that came
/// of it, and all that came of that.
#[tokio::test]
async fn a_replay_of_the_code_ends_the_refresh_token_too() {
    let house = plan().start().await;
    for scope in [OFFLINE, SESSION_BOUND] {
        let ask = Ask::new().with("scope", scope);
        let code = ask.code(&house, &mut house.browser()).await;
        let tokens = Redeem::of(&code).send(&house).await;
        let next = refresh(&house, &tokens.token("refresh_token")).await;
        Redeem::of(&code).send(&house).await.invalid_grant();
        is_dead(&house, &next).await;
    }
}

/// DingTalk may be down: a refresh does not ask it.
#[tokio::test]
async fn a_refresh_does_not_call_dingtalk() {
    let house = House::start().await;
    let (_, tokens) = signed_in(&house, OFFLINE).await;
    let calls = house.sim.calls().await.to_string().len();
    is_alive(&house, &tokens).await;
    assert_eq!(house.sim.calls().await.to_string().len(), calls);
}
