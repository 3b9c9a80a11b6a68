//! DingTalk is down: whoever is signed in does not notice.

use http::StatusCode;

use super::{arrived, attempt, detail, has_session};
use crate::support::{House, REDIRECT, http};

async fn take_down(house: &House) {
    for path in ["/v1.0/*", "/topapi/*"] {
        house.sim.fault(path, "server_error", 0).await;
    }
}

/// CONTRIBUTING.md, Old attacks: live sessions keep working, new identities fail closed.
#[tokio::test]
async fn with_a_live_session_codes_tokens_and_userinfo_go_on() {
    let house = House::start().await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    let before = rp.sign_in(&mut browser, &["profile"]).await;
    take_down(&house).await;
    let calls = house.sim.calls().await["calls"].as_array().unwrap().len();
    let during = rp.sign_in(&mut browser, &["profile"]).await;
    assert_eq!(before.sub(), during.sub());
    assert_eq!(during.userinfo["name"], "张三");
    let now = house.sim.calls().await["calls"].as_array().unwrap().len();
    assert_eq!(now, calls, "DingTalk was asked");
}

/// CONTRIBUTING.md, Decisions: readiness depends on store and keys, never on DingTalk.
#[tokio::test]
async fn readiness_does_not_depend_on_dingtalk() {
    let house = House::start().await;
    take_down(&house).await;
    for path in ["/readyz", "/healthz"] {
        let answer = http().get(house.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
}

/// CONTRIBUTING.md, Old attacks: a new sign-in gets a page, and its link works once DingTalk is back.
#[tokio::test]
async fn a_new_sign_in_waits_on_a_page_whose_link_works_afterwards() {
    let house = House::start().await;
    let rp = house.rp().await;
    take_down(&house).await;
    let mut browser = house.browser();
    let mut page = attempt(&rp, &mut browser).await;
    for _ in 0..3 {
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(detail(&page, "Cause").as_deref(), Some("failed"));
        assert!(!has_session(&browser));
        let retry = house.url(&page.href("retry").unwrap());
        page = browser.follow(&retry, REDIRECT).await;
    }
    house.sim.heal().await;
    let retry = house.url(&page.href("retry").unwrap());
    assert!(arrived(&browser.follow(&retry, REDIRECT).await));
}

/// Somebody who must sign in anew keeps the old session when DingTalk can't be asked.
#[tokio::test]
async fn a_failed_new_sign_in_leaves_the_old_session_alone() {
    let house = House::start().await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    let before = rp.sign_in(&mut browser, &[]).await;
    house.clock.advance_seconds(60);
    take_down(&house).await;
    let request = rp.request(&[], &[("prompt", "login")]);
    let page = browser.follow(&request.url, REDIRECT).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    let after = rp.sign_in(&mut browser, &[]).await;
    assert_eq!(before.sub(), after.sub());
    assert_eq!(before.payload()["sid"], after.payload()["sid"]);
}
