//! Section 5: third-party apps (ISV), which other organisations take into use.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::support::{Sim, assert_code, authorisation, changed};

const CORP: &str = "/v1.0/oauth2/corpAccessToken";
const OWN: &str = "/v1.0/oauth2/suiteAccessToken";
const SUITE: &str = "/_sim/apps/suitesimkey/suite";

/// The ticket that DingTalk would have pushed last.
async fn ticket(sim: &Sim) -> Value {
    let suite = sim.get(SUITE).await.json();
    assert!(suite["ticket"].is_string(), "{suite}");
    suite["ticket"].clone()
}

async fn good(sim: &Sim) -> Value {
    json!({
        "suiteKey": "suitesimkey", "suiteSecret": "suitesimsecret",
        "authCorpId": "dingsimcorp", "suiteTicket": ticket(sim).await,
    })
}

/// A call to the old host with a token for the customer.
async fn topapi(sim: &Sim, path: &str, body: &Value) -> Value {
    let token = sim.token_by(CORP, &good(sim).await).await;
    let path = format!("{path}?access_token={token}");
    sim.post(&path, body).await.json()
}

/// Unlike an internal app's token, which stays the same: another one at each call, all good.
#[tokio::test]
async fn a_customer_token_is_a_new_one_at_each_call() {
    let sim = Sim::start().await;
    let body = good(&sim).await;
    let answer = sim.post(CORP, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json()["expireIn"], 7200);
    let first = answer.json()["accessToken"].clone();
    let second = sim.token_by(CORP, &body).await;
    assert_ne!(first, second);
    for token in [first.as_str().expect("text"), &second] {
        let path = format!("/topapi/v2/user/get?access_token={token}");
        let person = sim.post(&path, &json!({"userid": "lisi"})).await.json();
        assert_eq!(person["result"]["name"], "李四", "{person}");
    }
    sim.clock.advance(7200);
    let path = format!("/topapi/v2/user/get?access_token={second}");
    let late = sim.post(&path, &json!({"userid": "lisi"})).await.json();
    assert_eq!(late["sub_code"], "42001");
}

/// Both calls tell a false key from a false ticket, and the first one a stranger's organisation.
#[tokio::test]
async fn third_party_tokens_are_refused_with_the_codes_of_the_table() {
    let sim = Sim::start().await;
    let key = "invalidSuiteKey";
    let cases = [
        ("suiteKey", json!("suitewrong"), key),
        ("suiteKey", json!("dingsimapp"), key),
        ("suiteKey", Value::Null, key),
        ("suiteSecret", json!("wrong"), key),
        ("suiteSecret", Value::Null, key),
        ("suiteTicket", json!("wrong"), "invalidSuiteTicket"),
        ("suiteTicket", Value::Null, "invalidSuiteTicket"),
    ];
    for (name, value, code) in cases {
        let mut body = good(&sim).await;
        body[name] = value;
        assert_code(&sim.post(CORP, &body).await, 400, code);
        assert_code(&sim.post(OWN, &body).await, 400, code);
    }
    for corp_id in [json!("dingnowhere"), json!("dingothercorp"), Value::Null] {
        let mut body = good(&sim).await;
        body["authCorpId"] = corp_id;
        assert_code(&sim.post(CORP, &body).await, 400, "invalidAuthInfo");
    }
    let path = "/_sim/apps/suitesimkey/permissions/isvapi_base";
    sim.delete(path).await;
    let denied = "Forbidden.AccessDenied.AccessTokenPermissionDenied";
    for call in [CORP, OWN] {
        let answer = sim.post(call, &good(&sim).await).await;
        assert_code(&answer, 403, denied);
        let scopes = answer.json()["accessdenieddetail"]["requiredScopes"].clone();
        assert_eq!(scopes, json!(["isvapi_base"]));
    }
}

/// The internal app's key is no suite key, and the other way round.
#[tokio::test]
async fn a_third_party_app_gets_no_token_where_internal_apps_do() {
    let sim = Sim::start().await;
    let body = json!({"appKey": "suitesimkey", "appSecret": "suitesimsecret"});
    let answer = sim.post("/v1.0/oauth2/accessToken", &body).await;
    assert_code(&answer, 400, "invalidClientIdOrSecret");
    let old = sim
        .get("/gettoken?appkey=suitesimkey&appsecret=suitesimsecret")
        .await;
    assert_eq!(old.json()["errcode"], 40096);
}

/// The ticket is another one every five hours; only a custom app may say what it likes.
#[tokio::test]
async fn the_suite_ticket_changes_and_a_custom_app_needs_none() {
    let sim = Sim::start().await;
    let old = good(&sim).await;
    sim.clock.advance(5 * 3600);
    assert_ne!(old["suiteTicket"], ticket(&sim).await);
    assert_code(&sim.post(CORP, &old).await, 400, "invalidSuiteTicket");
    let custom = json!({"customers": ["dingsimcorp"], "custom": true});
    assert_eq!(sim.put(SUITE, &custom).await.status, StatusCode::OK);
    sim.token_by(CORP, &old).await;
    let unknown = json!({"customers": ["dingnowhere"]});
    assert_eq!(
        sim.put(SUITE, &unknown).await.status,
        StatusCode::BAD_REQUEST
    );
    let internal = sim.get("/_sim/apps/dingsimapp/suite").await;
    assert_eq!(internal.status, StatusCode::NOT_FOUND);
}

/// The token of the suite as such acts in no organisation.
#[tokio::test]
async fn a_suite_token_opens_no_directory() {
    let sim = Sim::start().await;
    let token = sim.token_by(OWN, &good(&sim).await).await;
    let path = format!("/topapi/v2/user/get?access_token={token}");
    let answer = sim.post(&path, &json!({"userid": "lisi"})).await.json();
    assert_eq!(answer["sub_code"], "40014");
    assert_code(&sim.me(&token).await, 400, "InvalidAuthentication");
}

/// The call for internal and third-party apps: 401 for an organisation that did not take the app.
#[tokio::test]
async fn the_call_by_organisation_serves_third_party_apps_too() {
    let sim = Sim::start().await;
    let body = json!({
        "client_id": "suitesimkey", "client_secret": "suitesimsecret",
        "grant_type": "client_credentials",
    });
    let path = |corp: &str| format!("/v1.0/oauth2/{corp}/token");
    let answer = sim.post(&path("dingsimcorp"), &body).await.json();
    assert!(answer["access_token"].is_string(), "{answer}");
    let stranger = sim.post(&path("dingothercorp"), &body).await;
    assert_code(&stranger, 401, "unauthorized.client");
    let nobody = sim.post(&path("dingnowhere"), &body).await;
    assert_code(&nobody, 500, "unknownError");
}

/// Section 6.2: fields that third-party apps never see, whatever they are granted.
#[tokio::test]
async fn third_party_apps_do_not_see_personal_fields() {
    let sim = Sim::start().await;
    for permission in ["fieldMobile", "fieldEmail"] {
        let path = format!("/_sim/apps/suitesimkey/permissions/{permission}");
        sim.put(&path, &Value::Null).await;
    }
    let body = json!({"userid": "zhangsan"});
    let person = topapi(&sim, "/topapi/v2/user/get", &body).await["result"].clone();
    let whole = sim.topapi("/topapi/v2/user/get", &body).await["result"].clone();
    for name in [
        "mobile",
        "state_code",
        "email",
        "org_email",
        "telephone",
        "work_place",
        "remark",
        "extension",
        "hired_date",
    ] {
        assert!(whole.get(name).is_some(), "{name}");
        assert!(person.get(name).is_none(), "{name}");
    }
    assert_eq!(person["job_number"], whole["job_number"]);
}

/// Section 4: a third-party app sees the number of whoever signed in with stars in it.
#[tokio::test]
async fn a_third_party_app_sees_a_masked_number() {
    let sim = Sim::start().await;
    let mut fields = changed(authorisation("openid"), "client_id", Some("suitesimkey"));
    fields.extend([("userid", "zhangsan"), ("decision", "confirm")]);
    let answer = sim.form("/oauth2/auth", &fields).await;
    let body = json!({
        "clientId": "suitesimkey", "clientSecret": "suitesimsecret",
        "grantType": "authorization_code", "code": answer.redirected("code"),
    });
    let token = sim.token_by("/v1.0/oauth2/userAccessToken", &body).await;
    let me = sim.me(&token).await.json();
    assert_eq!(me["mobile"], "139****1001");
    assert_eq!(me["stateCode"], "86");
}

/// Section 6.3: 43007 once the organisation has given the app up.
#[tokio::test]
async fn a_token_for_a_former_customer_needs_authorisation() {
    let sim = Sim::start().await;
    let token = sim.token_by(CORP, &good(&sim).await).await;
    let path = format!("/topapi/v2/department/get?access_token={token}");
    let body = json!({"dept_id": 1});
    assert_eq!(sim.post(&path, &body).await.json()["errcode"], 0);
    sim.put(SUITE, &json!({"customers": []})).await;
    let answer = sim.post(&path, &body).await.json();
    assert_eq!(answer["errcode"], 43007, "{answer}");
    assert!(answer.get("sub_code").is_none(), "not wrapped: {answer}");
}
