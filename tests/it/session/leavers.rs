//! Somebody whom the directory does not know any more, and who tries to sign in.

use dingpass::domain::event::EventKind;
use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, House, REDIRECT, RelyingParty, http};

async fn userinfo(house: &House, token: &str) -> u16 {
    let request = http().get(house.url("/userinfo")).bearer_auth(token);
    request.send().await.unwrap().status().as_u16()
}

async fn silently(rp: &RelyingParty, browser: &mut Browser) -> Answer {
    let request = rp.request(&[], &[("prompt", "none")]);
    Answer::of(&browser.follow(&request.url, REDIRECT).await)
}

async fn try_again(rp: &RelyingParty, browser: &mut Browser) -> u16 {
    let request = rp.request(&[], &[("prompt", "login")]);
    browser.follow(&request.url, REDIRECT).await.status.as_u16()
}

/// CONTRIBUTING.md, Decisions: a leaver *ends* sessions. DingTalk has vouched for who it is, and
/// the directory has said plainly that this is no member.
#[tokio::test]
async fn a_leaver_who_tries_to_sign_in_loses_every_session_and_token() {
    let house = House::start().await;
    let rp = house.rp().await;
    let (mut here, mut elsewhere) = (house.browser(), house.browser());
    let signed_in = rp.sign_in(&mut here, &[]).await;
    rp.sign_in(&mut elsewhere, &[]).await;
    let code_request = rp.request(&[], &[]);
    let code = rp.authorize(&mut elsewhere, &code_request).await;
    house.clock.advance_seconds(1);
    house
        .sim
        .control(Method::PATCH, "people/zhangsan", json!({"left": true}))
        .await;
    assert_eq!(userinfo(&house, &signed_in.access_token).await, 200);
    assert_eq!(try_again(&rp, &mut here).await, 403);
    assert_eq!(userinfo(&house, &signed_in.access_token).await, 401);
    for browser in [&mut here, &mut elsewhere] {
        let answer = silently(&rp, browser).await;
        assert_eq!(answer.get("error"), Some("login_required"));
    }
    let form = format!(
        "grant_type=authorization_code&code={}&redirect_uri={REDIRECT}",
        code.code()
    );
    let answer = http()
        .post(house.url("/token"))
        .basic_auth(crate::support::CLIENT, Some(crate::support::SECRET))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["error"], "invalid_grant");
    let told = house.store.latest_events(10).await.unwrap();
    assert!(told.iter().any(|event| matches!(
        &event.kind,
        EventKind::NoLongerVouchedFor { cause, .. } if cause == "not_a_member"
    )));
}

/// Who comes back keeps the sub, and begins anew: the old sessions stay ended.
#[tokio::test]
async fn a_leaver_who_comes_back_is_the_same_subject_in_a_new_session() {
    let house = House::start().await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    let mut old = house.browser();
    let before = rp.sign_in(&mut browser, &[]).await;
    rp.sign_in(&mut old, &[]).await;
    house.clock.advance_seconds(1);
    let person = "people/zhangsan";
    house
        .sim
        .control(Method::PATCH, person, json!({"left": true}))
        .await;
    assert_eq!(try_again(&rp, &mut browser).await, 403);
    house.clock.advance_seconds(1);
    house
        .sim
        .control(Method::PATCH, person, json!({"left": false}))
        .await;
    let after = rp.sign_in(&mut browser, &[]).await;
    assert_eq!(after.sub(), before.sub());
    assert_ne!(after.payload()["sid"], before.payload()["sid"]);
    assert_eq!(userinfo(&house, &after.access_token).await, 200);
    assert_eq!(userinfo(&house, &before.access_token).await, 401);
    let answer = silently(&rp, &mut old).await;
    assert_eq!(answer.get("error"), Some("login_required"));
}

/// An outage, a missing permission or somebody else's refusal says nothing about the person.
#[tokio::test]
async fn no_other_failure_ends_anybody_s_session() {
    let house = House::start().await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    let signed_in = rp.sign_in(&mut browser, &[]).await;
    house.clock.advance_seconds(1);
    for kind in ["html_block", "ip_not_allowed", "invalid_token", "quota"] {
        house.sim.fault("/topapi/*", kind, 0).await;
        assert!(try_again(&rp, &mut browser).await >= 500, "{kind}");
        house.sim.heal().await;
    }
    house.sim.revoke("qyapi_get_member").await;
    assert_eq!(try_again(&rp, &mut browser).await, 500);
    house.sim.grant("qyapi_get_member").await;
    house.sim.sign_in_as("waibu").await;
    assert_eq!(try_again(&rp, &mut browser).await, 403);
    assert_eq!(userinfo(&house, &signed_in.access_token).await, 200);
    assert!(silently(&rp, &mut browser).await.get("code").is_some());
}

/// Each refusal would be a durable row: whoever is gone already is written down once.
#[tokio::test]
async fn a_leaver_who_tries_again_and_again_is_written_down_once() {
    let house = House::start().await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    rp.sign_in(&mut browser, &[]).await;
    house.clock.advance_seconds(1);
    let person = "people/zhangsan";
    house
        .sim
        .control(Method::PATCH, person, json!({"left": true}))
        .await;
    for _ in 0..3 {
        assert_eq!(try_again(&rp, &mut browser).await, 403);
        house.clock.advance_seconds(1);
    }
    let told = house.store.latest_events(10).await.unwrap();
    let gone = |event: &&dingpass::domain::event::AuditEvent| {
        matches!(event.kind, EventKind::NoLongerVouchedFor { .. })
    };
    assert_eq!(told.iter().filter(gone).count(), 1);
}

/// CONTRIBUTING.md, Decisions: a leaver ends every session, also one that no application has
/// taken part in yet, and also by a clock that went back since it began.
#[tokio::test]
async fn a_leaver_loses_every_session_by_a_clock_that_went_back_too() {
    let house = House::start().await;
    let rp = house.rp().await;
    let (mut here, mut elsewhere) = (house.browser(), house.browser());
    // The code is not redeemed: no row but the session's own tells of it.
    rp.authorize(&mut here, &rp.request(&[], &[])).await.code();
    house.clock.go_back_seconds(3600);
    let left = json!({"left": true});
    house
        .sim
        .control(Method::PATCH, "people/zhangsan", left)
        .await;
    assert_eq!(try_again(&rp, &mut elsewhere).await, 403);
    let answer = silently(&rp, &mut here).await;
    assert_eq!(answer.get("error"), Some("login_required"));
}
