//! Section 6.7 and the faults a client has to live with.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::{Answer, Sim};
use crate::support::soon;

const NEW: &str = "/v1.0/oauth2/accessToken";
const OLD: &str = "/topapi/user/listadmin";

async fn inject(sim: &Sim, fault: Value) {
    let answer = sim.post("/_sim/faults", &fault).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
}

async fn new_host(sim: &Sim) -> Answer {
    let body = json!({"appKey": "dingsimapp", "appSecret": "dingsimsecret"});
    sim.post(NEW, &body).await
}

async fn old_host(sim: &Sim, token: &str) -> Answer {
    sim.post(&format!("{OLD}?access_token={token}"), &json!({}))
        .await
}

/// Each kind in the words of each host.
#[tokio::test]
async fn each_kind_of_failure_speaks_both_dialects() {
    let sim = Sim::start().await;
    let token = sim.app_token().await;
    let ip_text = "访问ip不在白名单之中,request ip=127.0.0.1 appKey(dingsimapp)";
    let kinds = [
        (
            "qps",
            403,
            "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
            "90018",
        ),
        (
            "qps_api",
            403,
            "Forbidden.AccessDenied.QpsLimitForApi",
            "90002",
        ),
        (
            "quota",
            403,
            "Forbidden.AccessDenied.ApiCountLimitForOrg",
            "90020",
        ),
        (
            "ip_not_allowed",
            403,
            "Forbidden.AccessDenied.IpNotInWhiteList",
            "60020",
        ),
        ("invalid_token", 400, "InvalidAuthentication", "40014"),
    ];
    for (kind, status, code, sub_code) in kinds {
        inject(&sim, json!({"path": NEW, "kind": kind, "times": 1})).await;
        inject(&sim, json!({"path": OLD, "kind": kind, "times": 1})).await;
        inject(&sim, json!({"path": "/gettoken", "kind": kind, "times": 1})).await;
        let new = new_host(&sim).await;
        assert_eq!(new.status.as_u16(), status, "{kind}");
        assert_eq!(new.json()["code"], code, "{kind}");
        assert!(new.json()["requestid"].is_string());
        let old = old_host(&sim, &token).await;
        assert_eq!(old.status, StatusCode::OK, "{kind}");
        assert_eq!(old.json()["errcode"], 88, "{kind}");
        assert_eq!(old.json()["sub_code"], sub_code, "{kind}");
        if kind == "ip_not_allowed" {
            assert_eq!(old.json()["sub_msg"], ip_text);
        }
        let plain = sim.get("/gettoken").await.json();
        assert_eq!(plain["errcode"].to_string(), sub_code, "{kind}: bare");
        assert_eq!(new_host(&sim).await.status, StatusCode::OK, "only once");
    }
}

#[tokio::test]
async fn busy_and_server_error_differ_in_the_status_at_the_old_host() {
    let sim = Sim::start().await;
    let token = sim.app_token().await;
    for (kind, status, code) in [
        ("busy", 200, "system.busy"),
        ("server_error", 500, "unknownError"),
    ] {
        inject(&sim, json!({"path": "*", "kind": kind, "times": 2})).await;
        let new = new_host(&sim).await;
        assert_eq!(
            (new.status.as_u16(), &new.json()["code"]),
            (500, &json!(code))
        );
        let old = old_host(&sim, &token).await;
        assert_eq!(
            (old.status.as_u16(), &old.json()["errcode"]),
            (status, &json!(-1))
        );
        assert!(old.json().get("sub_code").is_none());
    }
}

/// Section 6.7: the firewall answers in neither dialect, and with 200.
#[tokio::test]
async fn the_firewall_answers_a_page_or_json_of_its_own() {
    let sim = Sim::start().await;
    inject(&sim, json!({"path": NEW, "kind": "html_block", "times": 1})).await;
    inject(&sim, json!({"path": NEW, "kind": "json_block", "times": 1})).await;
    let page = new_host(&sim).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.content_type.starts_with("text/html"));
    assert!(serde_json::from_str::<Value>(&page.text).is_err());
    let body = new_host(&sim).await.json();
    assert_eq!((&body["status"], &body["wait"]), (&json!(1111), &json!(5)));
    assert_eq!(
        (&body["source"], &body["punish"]),
        (&json!("x5"), &json!("deny"))
    );
    assert!(body["uuid"].is_string() && body.get("code").is_none());
}

/// The beginning of the true answer, in a complete HTTP message.
#[tokio::test]
async fn truncated_json_is_the_true_answer_cut_off() {
    let sim = Sim::start().await;
    let whole = new_host(&sim).await.text;
    inject(
        &sim,
        json!({"path": NEW, "kind": "truncated_json", "times": 1}),
    )
    .await;
    let answer = new_host(&sim).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.text, whole[..whole.len() / 2]);
    assert!(serde_json::from_str::<Value>(&answer.text).is_err());
}

/// Not one byte comes back before the connection closes.
#[tokio::test]
async fn a_dropped_connection_closes_without_an_answer() {
    let sim = Sim::start().await;
    inject(&sim, json!({"path": NEW, "kind": "drop_connection"})).await;
    let request = sim.request(Method::POST, NEW).body("{}");
    assert!(request.send().await.is_err());
    let mut stream = tokio::net::TcpStream::connect(sim.address)
        .await
        .expect("a connection");
    let request = format!("POST {NEW} HTTP/1.1\r\nhost: sim\r\ncontent-length: 2\r\n\r\n{{}}");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut received = Vec::new();
    // The connection does not stay open. It may be reset, where not all was read.
    let _ = soon(stream.read_to_end(&mut received)).await;
    assert_eq!(String::from_utf8_lossy(&received), "");
}

/// A latency delays the true answer, and another fault along with it.
#[tokio::test]
async fn a_latency_delays_whatever_is_answered() {
    let sim = Sim::start().await;
    inject(
        &sim,
        json!({"path": NEW, "kind": "latency", "millis": 600_000}),
    )
    .await;
    let late = tokio::time::timeout(Duration::from_millis(200), new_host(&sim)).await;
    assert!(late.is_err(), "no answer yet");
    sim.delete("/_sim/faults").await;
    inject(
        &sim,
        json!({"path": NEW, "kind": "latency", "millis": 1, "times": 2}),
    )
    .await;
    inject(&sim, json!({"path": NEW, "kind": "qps", "times": 1})).await;
    assert_eq!(new_host(&sim).await.status, StatusCode::FORBIDDEN);
    assert_eq!(new_host(&sim).await.status, StatusCode::OK);
    assert_eq!(sim.get("/_sim/faults").await.json(), json!({"faults": []}));
}

/// A fault strikes its own path, as often as it says, and is listed with what is left.
#[tokio::test]
async fn a_fault_is_counted_down_and_keeps_to_its_path() {
    let sim = Sim::start().await;
    let token = sim.app_token().await;
    inject(
        &sim,
        json!({"path": "/v1.0/oauth2/*", "kind": "qps", "times": 2}),
    )
    .await;
    inject(&sim, json!({"path": "/topapi/user", "kind": "qps"})).await;
    assert_eq!(
        old_host(&sim, &token).await.json()["errcode"],
        0,
        "no prefix without a *"
    );
    assert_eq!(new_host(&sim).await.status, StatusCode::FORBIDDEN);
    let left = sim.get("/_sim/faults").await.json();
    assert_eq!(left["faults"][0]["times"], 1);
    assert!(left["faults"][1].get("times").is_none());
    assert_eq!(new_host(&sim).await.status, StatusCode::FORBIDDEN);
    assert_eq!(new_host(&sim).await.status, StatusCode::OK);
    assert_eq!(
        sim.delete("/_sim/faults").await.json(),
        json!({"cleared": 1})
    );
}

/// What cannot be injected is refused with a reason and injects nothing.
#[tokio::test]
async fn faults_that_make_no_sense_are_refused() {
    let sim = Sim::start().await;
    for fault in [
        json!({"path": NEW, "kind": "explosion"}),
        json!({"path": NEW}),
        json!({"kind": "qps"}),
        json!({"path": "topapi", "kind": "qps"}),
        json!({"path": "/a*b", "kind": "qps"}),
        json!({"path": "/_sim/calls", "kind": "qps"}),
        json!({"path": NEW, "kind": "latency"}),
        json!({"path": NEW, "kind": "qps", "millis": 3}),
        json!({"path": NEW, "kind": "qps", "times": 0}),
        json!({"path": NEW, "kind": "qps", "times": -1}),
        json!({"path": NEW, "kind": "qps", "time": 1}),
        json!([]),
    ] {
        let answer = sim.post("/_sim/faults", &fault).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fault}");
        assert!(answer.json()["error"].is_string(), "{fault}");
    }
    assert_eq!(sim.get("/_sim/faults").await.json(), json!({"faults": []}));
}
