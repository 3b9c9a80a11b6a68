//! Section 6.7: 20 calls a second for each app and each API, once it is switched on.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::support::{Sim, assert_code};

const LIMITS: &str = "/_sim/limits";
const USER: &str = "/topapi/v2/user/get";

async fn limited(calls_per_second: u32) -> Sim {
    let sim = Sim::start().await;
    let body = json!({ "calls_per_second": calls_per_second });
    let answer = sim.put(LIMITS, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    sim
}

async fn get_user(sim: &Sim, token: &str) -> Value {
    let path = format!("{USER}?access_token={token}");
    sim.post(&path, &json!({"userid": "lisi"})).await.json()
}

/// Off, for the sake of load tests, until it is asked for; and off again.
#[tokio::test]
async fn there_is_no_limit_until_it_is_switched_on() {
    let sim = Sim::start().await;
    assert_eq!(
        sim.get(LIMITS).await.json(),
        json!({"calls_per_second": null})
    );
    let token = sim.app_token().await;
    for _ in 0..30 {
        assert_eq!(get_user(&sim, &token).await["errcode"], 0);
    }
    sim.put(LIMITS, &json!({"calls_per_second": 1})).await;
    assert_eq!(get_user(&sim, &token).await["errcode"], 0);
    assert_eq!(get_user(&sim, &token).await["errcode"], 88);
    sim.delete(LIMITS).await;
    assert_eq!(get_user(&sim, &token).await["errcode"], 0);
}

/// The old host: 90018 inside 88. The window slides by the clock, and refused calls do not count.
#[tokio::test]
async fn the_old_host_refuses_the_twenty_first_call_within_a_second() {
    let sim = limited(20).await;
    let token = sim.app_token().await;
    for _ in 0..20 {
        assert_eq!(get_user(&sim, &token).await["errcode"], 0);
    }
    for _ in 0..3 {
        let refused = get_user(&sim, &token).await;
        assert_eq!(refused["errcode"], 88, "{refused}");
        assert_eq!(refused["sub_code"], "90018");
    }
    sim.clock.advance(1);
    for _ in 0..20 {
        assert_eq!(get_user(&sim, &token).await["errcode"], 0);
    }
    assert_eq!(get_user(&sim, &token).await["sub_code"], "90018");
}

/// The last second counts, not the second of the clock; and a call that was refused does not.
#[tokio::test]
async fn the_limit_looks_back_one_second_at_the_calls_it_let_pass() {
    let sim = limited(1).await;
    let token = sim.app_token().await;
    sim.clock.advance_millis(900);
    assert_eq!(get_user(&sim, &token).await["errcode"], 0);
    sim.clock.advance_millis(999);
    assert_eq!(get_user(&sim, &token).await["sub_code"], "90018");
    sim.clock.advance_millis(1);
    assert_eq!(get_user(&sim, &token).await["errcode"], 0);
}

/// Each API is counted by itself.
#[tokio::test]
async fn one_api_does_not_use_up_another() {
    let sim = limited(1).await;
    let token = sim.app_token().await;
    assert_eq!(get_user(&sim, &token).await["errcode"], 0);
    assert_eq!(get_user(&sim, &token).await["sub_code"], "90018");
    let path = format!("/topapi/v2/department/get?access_token={token}");
    let other = sim.post(&path, &json!({"dept_id": 1})).await.json();
    assert_eq!(other["errcode"], 0);
}

/// Each app is counted by itself; of a third-party app each organisation, with its own codes.
#[tokio::test]
async fn one_app_does_not_use_up_anothers_calls() {
    let sim = Sim::start().await;
    let suite = sim.get("/_sim/apps/suitesimkey/suite").await.json();
    let body = json!({
        "suiteKey": "suitesimkey", "suiteSecret": "suitesimsecret",
        "authCorpId": "dingsimcorp", "suiteTicket": suite["ticket"],
    });
    let corp = "/v1.0/oauth2/corpAccessToken";
    let customer = sim.token_by(corp, &body).await;
    let own = sim.app_token().await;
    sim.put(LIMITS, &json!({"calls_per_second": 1})).await;
    assert_eq!(get_user(&sim, &own).await["errcode"], 0);
    assert_eq!(get_user(&sim, &own).await["sub_code"], "90018");
    assert_eq!(get_user(&sim, &customer).await["errcode"], 0);
    assert_eq!(get_user(&sim, &customer).await["sub_code"], "90014");
    sim.token_by(corp, &body).await;
    let refused = sim.post(corp, &body).await;
    let code = "Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi";
    assert_code(&refused, 403, code);
}

/// The new host: 403, before anything is spent.
#[tokio::test]
async fn the_new_host_refuses_with_403_and_spends_no_code() {
    let sim = limited(1).await;
    let (first, second) = (sim.code("lisi").await, sim.code("lina").await);
    let tokens = sim.redeem(&first).await.json();
    let code = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi";
    assert_code(&sim.redeem(&second).await, 403, code);
    let token = tokens["accessToken"].as_str().expect("a token");
    assert_eq!(sim.me(token).await.status, StatusCode::OK);
    assert_code(&sim.me(token).await, 403, code);
    sim.clock.advance(1);
    assert_eq!(sim.redeem(&second).await.status, StatusCode::OK);
    let body = json!({"appKey": "dingsimapp", "appSecret": "dingsimsecret"});
    sim.token_by("/v1.0/oauth2/accessToken", &body).await;
    let again = sim.post("/v1.0/oauth2/accessToken", &body).await;
    assert_code(&again, 403, code);
}

/// Plain endpoints have no gateway before them: the bare code.
#[tokio::test]
async fn plain_endpoints_refuse_with_the_bare_code() {
    let sim = limited(1).await;
    let path = "/gettoken?appkey=dingsimapp&appsecret=dingsimsecret";
    let first = sim.get(path).await.json();
    let token = first["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(sim.get(path).await.json()["errcode"], 90018);
    let scopes = format!("/auth/scopes?access_token={token}");
    assert_eq!(sim.get(&scopes).await.json()["errcode"], 0);
    assert_eq!(sim.get(&scopes).await.json()["errcode"], 90018);
}

#[tokio::test]
async fn a_limit_of_nothing_is_refused() {
    let sim = Sim::start().await;
    for body in [
        json!({"calls_per_second": 0}),
        json!({"calls_per_second": -1}),
        json!({}),
    ] {
        let answer = sim.put(LIMITS, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
}
