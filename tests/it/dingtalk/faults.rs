//! Every kind of failure at every one of the five calls: named on the page, and gone with it.

use http::StatusCode;
use tokio::task::JoinSet;

use super::{
    APP_TOKEN, BY_UNION_ID, ME, USER, USER_TOKEN, arrived, assert_nothing_stored, attempt, detail,
    has_session,
};
use crate::support::{House, REDIRECT};

/// What is expected of one kind of failure.
#[derive(Clone, Copy)]
struct Expected {
    kind: &'static str,
    cause: &'static str,
    code: Option<&'static str>,
    /// Whose doing: 503 DingTalk's, 500 the operator's.
    status: StatusCode,
    /// How often the call is made in all.
    tries: usize,
}

const DOWN: StatusCode = StatusCode::SERVICE_UNAVAILABLE;
const SET_UP: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

const fn expect(
    kind: &'static str,
    cause: &'static str,
    code: Option<&'static str>,
    status: StatusCode,
    tries: usize,
) -> Expected {
    Expected {
        kind,
        cause,
        code,
        status,
        tries,
    }
}

const NEW_DIALECT: [Expected; 11] = [
    expect(
        "qps",
        "throttled",
        Some("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"),
        DOWN,
        3,
    ),
    expect(
        "qps_api",
        "throttled",
        Some("Forbidden.AccessDenied.QpsLimitForApi"),
        DOWN,
        3,
    ),
    expect(
        "quota",
        "quota_spent",
        Some("Forbidden.AccessDenied.ApiCountLimitForOrg"),
        SET_UP,
        1,
    ),
    expect("busy", "busy", Some("system.busy"), DOWN, 3),
    expect("drop_connection", "unreachable", None, DOWN, 3),
    // What wrong credentials get at some calls (section 5): not worth another try.
    expect("server_error", "failed", Some("unknownError"), DOWN, 1),
    expect("html_block", "blocked", None, DOWN, 1),
    expect("json_block", "blocked", None, DOWN, 1),
    expect("truncated_json", "unintelligible", None, DOWN, 1),
    expect(
        "ip_not_allowed",
        "address_not_allowed",
        Some("Forbidden.AccessDenied.IpNotInWhiteList"),
        SET_UP,
        1,
    ),
    expect(
        "invalid_token",
        "token_refused",
        Some("InvalidAuthentication"),
        SET_UP,
        1,
    ),
];

const OLD_DIALECT: [Expected; 11] = [
    expect("qps", "throttled", Some("90018"), DOWN, 3),
    expect("qps_api", "throttled", Some("90002"), DOWN, 3),
    expect("quota", "quota_spent", Some("90020"), SET_UP, 1),
    expect("busy", "busy", Some("-1"), DOWN, 3),
    expect("drop_connection", "unreachable", None, DOWN, 3),
    expect("server_error", "busy", Some("-1"), DOWN, 3),
    expect("html_block", "blocked", None, DOWN, 1),
    expect("json_block", "blocked", None, DOWN, 1),
    expect("truncated_json", "unintelligible", None, DOWN, 2),
    expect(
        "ip_not_allowed",
        "address_not_allowed",
        Some("60020"),
        SET_UP,
        1,
    ),
    // The token is dropped, and the call repeated with another, once.
    expect("invalid_token", "token_refused", Some("40014"), SET_UP, 2),
];

/// A house of its own for each kind, all at once, since some retries really wait.
async fn strike_all(path: &'static str, call: &'static str, kinds: Vec<Expected>) {
    let mut houses = JoinSet::new();
    for expected in kinds {
        houses.spawn(strike(path, call, expected));
    }
    while let Some(outcome) = houses.join_next().await {
        outcome.unwrap();
    }
}

async fn strike(path: &'static str, call: &'static str, expected: Expected) {
    let Expected {
        kind, cause, code, ..
    } = expected;
    let house = House::start().await;
    let rp = house.rp().await;
    house.sim.fault(path, kind, 0).await;
    let mut browser = house.browser();
    let page = attempt(&rp, &mut browser).await;

    let at = format!("{kind} at {path}");
    assert_eq!(page.status, expected.status, "{at}: {}", page.body);
    assert_eq!(detail(&page, "Cause").as_deref(), Some(cause), "{at}");
    assert_eq!(detail(&page, "Call").as_deref(), Some(call), "{at}");
    assert_eq!(detail(&page, "DingTalk code").as_deref(), code, "{at}");
    assert_eq!(detail(&page, "Missing permission"), None, "{at}");
    assert_eq!(
        detail(&page, "DingTalk request id"),
        last_request_id(&house, path).await,
        "{at}"
    );
    assert!(
        detail(&page, "Reference").is_some_and(|id| !id.is_empty()),
        "{at}"
    );
    let open = page.body.contains("<details open");
    assert_eq!(
        open,
        expected.status == SET_UP,
        "{at}: open for the operator"
    );
    assert_eq!(house.sim.count(path).await, expected.tries, "tries of {at}");
    assert!(!has_session(&browser), "{at}");
    assert_nothing_stored(&house).await;
    for secret in ["dingsimsecret", "13900001001", "zhangsan@"] {
        assert!(!page.body.contains(secret), "{at} shows {secret}");
    }
    let back = page.href("back").unwrap();
    let error = if expected.status == SET_UP {
        "error=server_error"
    } else {
        "error=temporarily_unavailable"
    };
    assert!(
        back.starts_with(REDIRECT) && back.contains(error),
        "{at}: {back}"
    );

    house.sim.heal().await;
    let retry = house.url(&page.href("retry").unwrap());
    let page = browser.follow(&retry, REDIRECT).await;
    assert!(arrived(&page), "{at}: no way on: {}", page.body);
}

/// The request id of the last answer from `path`, as the simulator remembers it.
async fn last_request_id(house: &House, path: &str) -> Option<String> {
    let calls = house.sim.calls().await;
    let mut calls = calls["calls"].as_array().unwrap().iter().rev();
    let last = calls.find(|call| call["path"] == path).unwrap();
    // Cut in the middle, the answer's id is gone.
    if last["fault"] == "truncated_json" {
        return None;
    }
    last["requestid"].as_str().map(str::to_owned)
}

/// DingTalk sections 3 and 11: a code is good for one call, so the call is never repeated.
#[tokio::test]
async fn user_access_token_fails_by_name_is_never_repeated_and_the_flow_goes_on() {
    let once = NEW_DIALECT.map(|expected| Expected {
        tries: 1,
        ..expected
    });
    strike_all(USER_TOKEN, "oauth2/userAccessToken", once.to_vec()).await;
}

/// DingTalk sections 4 and 11.2
#[tokio::test]
async fn users_me_fails_by_name_after_bounded_tries_and_the_flow_goes_on() {
    // A call that only reads is repeated once where a call for a token is not.
    let reading = NEW_DIALECT.map(|expected| match expected.kind {
        "server_error" | "truncated_json" => Expected {
            tries: 2,
            ..expected
        },
        _ => expected,
    });
    strike_all(ME, "contact/users/me", reading.to_vec()).await;
}

/// DingTalk section 5
#[tokio::test]
async fn access_token_fails_by_name_after_bounded_tries_and_the_flow_goes_on() {
    strike_all(APP_TOKEN, "oauth2/accessToken", NEW_DIALECT.to_vec()).await;
}

/// DingTalk section 6.1
#[tokio::test]
async fn getbyunionid_fails_by_name_after_bounded_tries_and_the_flow_goes_on() {
    strike_all(BY_UNION_ID, "user/getbyunionid", OLD_DIALECT.to_vec()).await;
}

/// DingTalk section 6.2
#[tokio::test]
async fn user_get_fails_by_name_after_bounded_tries_and_the_flow_goes_on() {
    strike_all(USER, "v2/user/get", OLD_DIALECT.to_vec()).await;
}

/// DingTalk section 11.4: the address that must go onto the list stands in the message.
#[tokio::test]
async fn an_address_that_is_not_on_the_list_is_shown_to_the_operator() {
    for path in [USER_TOKEN, BY_UNION_ID] {
        let house = House::start().await;
        house.sim.fault(path, "ip_not_allowed", 0).await;
        let page = attempt(&house.rp().await, &mut house.browser()).await;
        assert_eq!(
            detail(&page, "Our address").as_deref(),
            Some("127.0.0.1"),
            "{path}"
        );
    }
}
