//! Sections 3 and 5: codes, user tokens and app tokens.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::support::{Sim, assert_code, authorisation, page};

const EXCHANGE: &str = "/v1.0/oauth2/userAccessToken";

/// Section 3: the fields and their spelling; no organisation without the scope `corpid`.
#[tokio::test]
async fn a_code_becomes_a_user_token_once() {
    let sim = Sim::start().await;
    let code = sim.code("zhangsan").await;
    let first = sim.redeem(&code).await;
    let body = first.json();
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(body["expireIn"], 7200);
    assert!(body["accessToken"].is_string() && body["refreshToken"].is_string());
    assert!(body.get("corpId").is_none());
    assert!(body.get("expires_in").is_none());
    let second = sim.redeem(&code).await;
    assert_code(&second, 400, "invalidParameter.authCode.notFound");
    assert_eq!(second.json()["message"], "不合法的临时授权码");
}

/// Section 1.2: five minutes.
#[tokio::test]
async fn a_code_lives_five_minutes() {
    let sim = Sim::start().await;
    let (early, late) = (sim.code("zhangsan").await, sim.code("zhangsan").await);
    sim.clock.advance(299);
    assert_eq!(sim.redeem(&early).await.status, StatusCode::OK);
    sim.clock.advance(1);
    let answer = sim.redeem(&late).await;
    assert_code(&answer, 400, "invalidParameter.authCode.notFound");
}

/// Section 3: the organisation picked comes along where the scope asked for one.
#[tokio::test]
async fn the_organisation_picked_comes_with_the_scope_corpid() {
    let sim = Sim::start().await;
    for corp_id in ["dingsimcorp", "dingothercorp"] {
        let mut fields = authorisation("openid corpid");
        fields.extend([
            ("userid", "linwan"),
            ("corp_id", corp_id),
            ("decision", "confirm"),
        ]);
        let answer = sim.form("/oauth2/auth", &fields).await;
        let code = answer.redirected("code").expect("a code");
        assert_eq!(sim.redeem(&code).await.json()["corpId"], corp_id);
    }
}

/// An automatic login picks the app's own organisation before another of the person's.
#[tokio::test]
async fn an_automatic_login_picks_the_organisation_of_the_app() {
    let sim = Sim::with_auto_login("dingothercorp/linwan").await;
    let answer = sim.get(&page(&authorisation("openid corpid"))).await;
    let code = answer.redirected("code").expect("a code");
    assert_eq!(sim.redeem(&code).await.json()["corpId"], "dingsimcorp");
}

/// Section 3: a wrong secret, grant type or body, each with its own code.
#[tokio::test]
async fn the_exchange_refuses_what_is_wrong() {
    let sim = Sim::start().await;
    let good = json!({
        "clientId": "dingsimapp", "clientSecret": "dingsimsecret",
        "grantType": "authorization_code", "code": "unknown",
    });
    let cases = [
        ("clientSecret", json!("wrong"), "invalidClientIdOrSecret"),
        ("clientId", json!("wrong"), "invalidClientIdOrSecret"),
        ("clientId", Value::Null, "missingParameter"),
        ("grantType", json!("password"), "unsupported.grant.type"),
        ("code", Value::Null, "missingParameter"),
        ("code", json!("x"), "invalidParameter.authCode.notFound"),
    ];
    for (name, value, code) in cases {
        let mut body = good.clone();
        body[name] = value;
        assert_code(&sim.post(EXCHANGE, &body).await, 400, code);
    }
    // OAuth's own form, with OAuth's own names, is not understood.
    let form = sim.form(EXCHANGE, &[("client_id", "dingsimapp")]).await;
    assert_eq!(form.status, StatusCode::BAD_REQUEST);
}

/// A wrong secret does not spend the code.
#[tokio::test]
async fn a_code_survives_a_wrong_secret() {
    let sim = Sim::start().await;
    let code = sim.code("zhangsan").await;
    let body = json!({
        "clientId": "dingsimapp", "clientSecret": "wrong",
        "grantType": "authorization_code", "code": code,
    });
    assert_code(
        &sim.post(EXCHANGE, &body).await,
        400,
        "invalidClientIdOrSecret",
    );
    assert_eq!(sim.redeem(&code).await.status, StatusCode::OK);
}

/// Section 3: the refresh token is traded for a new pair, for thirty days, once.
#[tokio::test]
async fn a_refresh_token_rotates_and_lives_thirty_days() {
    let sim = Sim::start().await;
    let first = sim.redeem(&sim.code("zhangsan").await).await.json();
    let refresh = |token: Value| {
        json!({
            "clientId": "dingsimapp", "clientSecret": "dingsimsecret",
            "grantType": "refresh_token", "refreshToken": token,
        })
    };
    let day = 24 * 3600;
    sim.clock.advance(30 * day - 1);
    let second = sim
        .post(EXCHANGE, &refresh(first["refreshToken"].clone()))
        .await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.text);
    let second = second.json();
    assert_ne!(first["refreshToken"], second["refreshToken"]);
    let token = second["accessToken"].as_str().expect("a token");
    assert_eq!(sim.me(token).await.json()["nick"], "三哥");
    let again = sim
        .post(EXCHANGE, &refresh(first["refreshToken"].clone()))
        .await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    sim.clock.advance(30 * day);
    let late = sim
        .post(EXCHANGE, &refresh(second["refreshToken"].clone()))
        .await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
}

/// Section 5: three ways to one token, each with its own spelling.
#[tokio::test]
async fn the_three_calls_for_an_app_token_answer_the_same_token() {
    let sim = Sim::start().await;
    let by_app = sim.app_token().await;
    let body = json!({
        "client_id": "dingsimapp", "client_secret": "dingsimsecret",
        "grant_type": "client_credentials",
    });
    let by_corp = sim
        .post("/v1.0/oauth2/dingsimcorp/token", &body)
        .await
        .json();
    assert_eq!(by_corp, json!({"access_token": by_app, "expires_in": 7200}));
    let old = sim
        .get("/gettoken?appkey=dingsimapp&appsecret=dingsimsecret")
        .await;
    let expected =
        json!({"errcode": 0, "errmsg": "ok", "access_token": by_app, "expires_in": 7200});
    assert_eq!(old.json(), expected);
}

/// Section 5: asking again extends the token; after its end there is another.
#[tokio::test]
async fn an_app_token_is_extended_by_asking_and_replaced_after_its_end() {
    let sim = Sim::start().await;
    let first = sim.app_token().await;
    sim.clock.advance(7199);
    assert_eq!(sim.app_token().await, first);
    sim.clock.advance(7199);
    assert_eq!(sim.app_token().await, first, "it was extended");
    sim.clock.advance(7200);
    assert_ne!(sim.app_token().await, first);
}

/// Section 5: the errors of the new calls for an app token.
#[tokio::test]
async fn app_tokens_are_refused_with_the_codes_of_each_call() {
    let sim = Sim::start().await;
    let wrong = json!({"appKey": "dingsimapp", "appSecret": "wrong"});
    let answer = sim.post("/v1.0/oauth2/accessToken", &wrong).await;
    assert_code(&answer, 400, "invalidClientIdOrSecret");
    assert_eq!(answer.json()["message"], "无效的clientId或者clientSecret");
    let ask = |id: &str, secret: &str, kind: &str| json!({"client_id": id, "client_secret": secret, "grant_type": kind});
    let kind = "client_credentials";
    let cases = [
        (
            "dingwrong",
            ask("dingsimapp", "dingsimsecret", kind),
            500,
            "unknownError",
        ),
        (
            "dingothercorp",
            ask("dingsimapp", "dingsimsecret", kind),
            500,
            "unknownError",
        ),
        (
            "dingsimcorp",
            ask("dingwrong", "dingsimsecret", kind),
            500,
            "unknownError",
        ),
        (
            "dingsimcorp",
            ask("dingsimapp", "wrong", kind),
            400,
            "invalid.client",
        ),
        (
            "dingsimcorp",
            ask("dingsimapp", "dingsimsecret", "code"),
            400,
            "unsupported.grant.type",
        ),
    ];
    for (corp_id, body, status, code) in cases {
        let answer = sim
            .post(&format!("/v1.0/oauth2/{corp_id}/token"), &body)
            .await;
        assert_code(&answer, status, code);
    }
}

/// Section 6.6: tokens themselves need permissions, which are granted by default.
#[tokio::test]
async fn tokens_need_the_basic_permissions() {
    let sim = Sim::start().await;
    let code = sim.code("zhangsan").await;
    sim.revoke("open_app_api_base").await;
    sim.revoke("qyapi_base").await;
    let denied = "Forbidden.AccessDenied.AccessTokenPermissionDenied";
    assert_code(&sim.redeem(&code).await, 403, denied);
    let body = json!({"appKey": "dingsimapp", "appSecret": "dingsimsecret"});
    let answer = sim.post("/v1.0/oauth2/accessToken", &body).await;
    assert_code(&answer, 403, denied);
}
