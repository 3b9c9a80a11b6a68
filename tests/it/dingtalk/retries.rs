//! A hiccup that nobody needs to see.

use dingpass::domain::params::Parameters;
use dingpass::upstream::{Cause, Provider as _};
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::mock::Mock;
use super::{APP_TOKEN, BY_UNION_ID, ME, USER, USER_TOKEN, arrived, attempt, cause};
use crate::support::House;

/// DingTalk sections 6.7 and 6.8: busy, throttled or cut off once, the same call works a
/// moment later; the person sees nothing of it.
#[tokio::test]
async fn a_failure_that_passes_is_repeated_silently_where_that_is_harmless() {
    let mut houses = JoinSet::new();
    for path in [ME, APP_TOKEN, BY_UNION_ID, USER] {
        for (kind, times) in [("busy", 2), ("drop_connection", 1), ("qps", 1)] {
            houses.spawn(async move {
                let house = House::start().await;
                house.sim.fault(path, kind, times).await;
                let page = attempt(&house.rp().await, &mut house.browser()).await;
                assert!(arrived(&page), "{kind} at {path}: {}", page.body);
                let calls = usize::try_from(times).unwrap() + 1;
                assert_eq!(house.sim.count(path).await, calls, "{kind} at {path}");
                assert_eq!(house.sim.count(USER_TOKEN).await, 1);
            });
        }
    }
    while let Some(outcome) = houses.join_next().await {
        outcome.unwrap();
    }
}

/// DingTalk section 5: a 500 without a better name is what wrong credentials get, too.
#[tokio::test]
async fn an_unknown_error_is_not_repeated_but_a_bad_gateway_is() {
    for (status, body, expected, tries) in [
        (
            500,
            json!({"code": "unknownError", "message": "未知错误"}),
            Cause::Failed,
            1,
        ),
        (
            502,
            json!({"code": "unknownError", "message": "未知错误"}),
            Cause::Busy,
            3,
        ),
        (503, json!({}), Cause::Busy, 3),
        (400, json!({"code": "somethingNew"}), Cause::Unexpected, 1),
        (404, json!({}), Cause::Unintelligible, 1),
    ] {
        let mock = Mock::start().await;
        mock.reply(APP_TOKEN, status, &body.to_string());
        assert_eq!(cause(&mock).await, Some(expected), "{status} {body}");
        assert_eq!(mock.seen(APP_TOKEN).len(), tries, "{status} {body}");
    }
}

/// DingTalk section 6.8: cut off or broken once, a call that only reads works a moment later.
#[tokio::test]
async fn a_cut_answer_or_a_500_of_a_reading_call_is_repeated_once() {
    for path in [ME, BY_UNION_ID, USER] {
        for kind in ["server_error", "truncated_json"] {
            let house = House::start().await;
            house.sim.fault(path, kind, 1).await;
            let page = attempt(&house.rp().await, &mut house.browser()).await;
            assert!(arrived(&page), "{kind} at {path}: {}", page.body);
            assert_eq!(house.sim.count(path).await, 2, "{kind} at {path}");
        }
    }
}

/// A call that hangs costs the person its whole time-out: it is repeated once at most, and the
/// one that spends the code never.
#[tokio::test]
async fn a_call_that_hangs_is_timed_out_by_name() {
    let mut houses = JoinSet::new();
    for (path, tries) in [
        (USER_TOKEN, 1),
        (ME, 2),
        (APP_TOKEN, 2),
        (BY_UNION_ID, 2),
        (USER, 2),
    ] {
        houses.spawn(hang(path, tries));
    }
    while let Some(outcome) = houses.join_next().await {
        outcome.unwrap();
    }
}

async fn hang(path: &'static str, tries: u64) {
    let house = House::start().await;
    let mut settings = super::settings(&house.sim.url);
    settings.redirect_uri = "http://127.0.0.1:8080/callback/acme".to_owned();
    let provider = super::impatient_provider(settings);
    let page = house.browser().get(&provider.authorization_url("s")).await;
    let (_, query) = page.location().unwrap().split_once('?').unwrap();
    let answer = Parameters::parse(query).unwrap();
    let hangs = json!({"path": path, "kind": "latency", "millis": 30_000, "times": 5});
    house.sim.control(Method::POST, "faults", hangs).await;
    let error = provider.identify(&answer).await.unwrap_err();
    assert_eq!(error.cause, Cause::TimedOut, "{path}");
    let call = error.detail.call;
    assert!(path.ends_with(call), "{path}: {call}");
    let faults = house.sim.control(Method::GET, "faults", Value::Null).await;
    let left = faults
        .pointer("/0/times")
        .or(faults.pointer("/faults/0/times"));
    assert_eq!(left.and_then(Value::as_u64), Some(5 - tries), "{path}");
}

/// The person waits: however many calls fail, the whole ends in time.
#[tokio::test]
async fn all_calls_and_retries_of_a_sign_in_share_one_patience() {
    let mock = Mock::start().await;
    mock.reply(ME, 503, "{}");
    let mut settings = super::settings(&mock.url);
    settings.retry_pause = std::time::Duration::from_secs(3600);
    settings.patience = std::time::Duration::from_secs(2);
    let error = super::identify(&super::provider(settings))
        .await
        .unwrap_err();
    assert_eq!(error.cause, Cause::TimedOut);
    assert_eq!(mock.seen(ME).len(), 1);
}

/// CONTRIBUTING.md, Old attacks: nothing listens at all.
#[tokio::test]
async fn an_address_where_nobody_listens_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = super::identify(&super::provider(super::settings(&url)))
        .await
        .unwrap_err();
    assert_eq!(error.cause, Cause::Unreachable);
    assert_eq!(error.detail.code, None);
}
