//! One login end to end.

use crate::support::House;

/// OIDC Core section 3.1: discovery, PKCE, DingTalk, code, ID Token, userinfo.
#[tokio::test]
async fn a_person_signs_in_through_dingtalk_and_the_relying_party_verifies_everything() {
    let house = House::start().await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    let signed_in = rp
        .sign_in(
            &mut browser,
            &["profile", "email", "phone", "groups", "dingtalk"],
        )
        .await;
    assert_eq!(signed_in.userinfo["name"], "张三");
    assert_eq!(signed_in.userinfo["dingtalk_userid"], "zhangsan");
    assert_eq!(signed_in.userinfo["sub"], signed_in.sub());
    assert_eq!(signed_in.payload()["name"], "张三");
}

/// OIDC Core section 2: `sub` is never reassigned, and the same person keeps it.
#[tokio::test]
async fn the_same_person_has_the_same_sub_in_every_browser_and_others_have_another() {
    let house = House::start().await;
    let rp = house.rp().await;
    let first = rp.sign_in(&mut house.browser(), &[]).await;
    let second = rp.sign_in(&mut house.browser(), &[]).await;
    assert_eq!(first.sub(), second.sub());
    house.sim.sign_in_as("lisi").await;
    let other = rp.sign_in(&mut house.browser(), &[]).await;
    assert_ne!(first.sub(), other.sub());
}

/// Single sign-on: a live session is used without DingTalk.
#[tokio::test]
async fn a_second_request_of_the_same_browser_does_not_go_through_dingtalk() {
    let house = House::start().await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    let first = rp.sign_in(&mut browser, &[]).await;
    let calls = house.sim.count("/v1.0/oauth2/userAccessToken").await;
    let second = rp.sign_in(&mut browser, &[]).await;
    assert_eq!(house.sim.count("/v1.0/oauth2/userAccessToken").await, calls);
    assert_eq!(first.payload()["auth_time"], second.payload()["auth_time"]);
    assert_eq!(first.payload()["sid"], second.payload()["sid"]);
}
