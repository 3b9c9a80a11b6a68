//! What lasts when the broker is started again on the same folder.

use super::place::{Place, simulator};
use super::process::Process;
use crate::support::{Browser, http};

fn stop(mut process: Process) {
    process.signal("TERM");
    assert!(process.wait().success());
}

/// The same cookies on new connections.
fn reconnected(browser: &Browser) -> Browser {
    let mut other = Browser::new();
    other.cookies = browser.cookies.clone();
    other
}

async fn kids(place: &Place) -> Vec<String> {
    let answer = http().get(place.url("/jwks")).send().await.unwrap();
    let keys: serde_json::Value = answer.json().await.unwrap();
    let keys = keys["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// OIDC Core section 2 (`sub` is never reassigned) and section 10.1.1 (keys stay known).
#[tokio::test]
async fn person_key_and_session_are_the_same_after_a_restart() {
    let (_sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    let first = place.serve();
    let before = kids(&place).await;
    let rp = place.rp().await;
    let mut browser = Browser::new();
    let signed_in = rp.sign_in(&mut browser, &["profile"]).await;
    stop(first);

    let second = place.serve();
    assert_eq!(kids(&place).await, before);
    let rp = place.rp().await;
    let elsewhere = rp.sign_in(&mut Browser::new(), &["profile"]).await;
    assert_eq!(elsewhere.sub(), signed_in.sub());
    let again = rp
        .sign_in_with(
            &mut reconnected(&browser),
            &["profile"],
            &[("prompt", "none")],
        )
        .await;
    assert_eq!(again.payload()["sid"], signed_in.payload()["sid"]);
    assert_eq!(
        again.payload()["auth_time"],
        signed_in.payload()["auth_time"]
    );
    stop(second);
}

/// The flow is in a sealed cookie: who was at DingTalk's page during the restart goes on.
#[tokio::test]
async fn a_sign_in_that_was_on_the_way_goes_on_after_a_restart() {
    let (_sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    let first = place.serve();
    let rp = place.rp().await;
    let request = rp.request(&["profile"], &[]);
    let mut browser = Browser::new();
    let callback = place.url("/callback/acme");
    let page = browser.follow(&request.url, &callback).await;
    stop(first);

    let _second = place.serve();
    let page = reconnected(&browser).get(page.location().unwrap()).await;
    let answer = crate::support::Answer::of(&page);
    assert_eq!(
        rp.finish(request, answer.code()).await.userinfo["name"],
        "张三"
    );
}

/// Relative paths count from the file's folder, wherever the program is started.
#[test]
fn store_and_keys_lie_beside_the_configuration() {
    let place = Place::new();
    stop(place.serve());
    assert!(place.path("data/dingpass.redb").is_file());
    assert!(place.path("keys/keyring.toml").is_file());
}
