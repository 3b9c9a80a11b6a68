//! Section 5: sign-in from the administration console (SSO).

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{Answer, Sim, assert_code};

const TOKEN: &str = "/v1.0/oauth2/ssoAccessToken";
const DENIED: &str = "Forbidden.AccessDenied.AccessTokenPermissionDenied";

fn credentials() -> Value {
    json!({"corpid": "dingsimcorp", "ssoSecret": "ssosimsecret"})
}

/// A simulator whose app may ask who came, and the console's token.
async fn ready() -> (Sim, String) {
    let sim = Sim::start().await;
    sim.grant("qyapi_get_omp_sso_userinfo").await;
    let token = sim.token_by(TOKEN, &credentials()).await;
    (sim, token)
}

/// The code that the console appends when this administrator opens an app.
async fn code(sim: &Sim, userid: &str) -> String {
    let minted = sim
        .post("/_sim/sso-codes", &json!({ "userid": userid }))
        .await;
    assert_eq!(minted.status, StatusCode::CREATED, "{}", minted.text);
    let code = minted.json()["code"].clone();
    code.as_str().expect("a code").to_owned()
}

async fn who(sim: &Sim, token: &str, code: &str) -> Answer {
    let path = format!("/v1.0/oauth2/ssoUserInfo?code={code}");
    sim.with_token(Method::GET, &path, token).await
}

/// The fields of the table, the optional ones where they are set.
#[tokio::test]
async fn an_administrator_who_comes_from_the_console_is_told() {
    let (sim, token) = ready().await;
    let lisi = who(&sim, &token, &code(&sim, "lisi").await).await;
    assert_eq!(lisi.status, StatusCode::OK, "{}", lisi.text);
    let expected = json!({
        "corpId": "dingsimcorp", "corpName": "星河科技", "userId": "lisi", "userName": "李四",
        "email": "lisi@mail.example", "isAdmin": true,
        "avatar": "https://static-legacy.dingtalk.com/media/sim-lisi.jpg",
    });
    assert_eq!(lisi.json(), expected);
    let tang = who(&sim, &token, &code(&sim, "tangmin").await).await.json();
    assert!(tang.get("email").is_none(), "{tang}");
}

/// The console's token lives an hour and is a new one at each call.
#[tokio::test]
async fn the_token_of_the_console_lives_an_hour() {
    let (sim, token) = ready().await;
    let again = sim.post(TOKEN, &credentials()).await.json();
    assert_eq!(again["expireIn"], 3600);
    sim.clock.advance(3599);
    let answer = who(&sim, &token, &code(&sim, "lisi").await).await;
    assert_eq!(answer.status, StatusCode::OK);
    sim.clock.advance(1);
    let answer = who(&sim, &token, &code(&sim, "lisi").await).await;
    assert_code(&answer, 400, "invalidToken");
}

#[tokio::test]
async fn a_console_code_is_good_once_and_for_five_minutes() {
    let (sim, token) = ready().await;
    let (first, late) = (code(&sim, "lisi").await, code(&sim, "lisi").await);
    assert_eq!(who(&sim, &token, &first).await.status, StatusCode::OK);
    assert_code(&who(&sim, &token, &first).await, 400, "invalidCode");
    assert_code(&who(&sim, &token, "x").await, 400, "invalidCode");
    assert_code(&who(&sim, &token, "").await, 400, "missingParameter");
    sim.clock.advance(300);
    assert_code(&who(&sim, &token, &late).await, 400, "invalidCode");
    let browser = sim.code("lisi").await;
    assert_code(&who(&sim, &token, &browser).await, 400, "invalidCode");
    let strange = code(&sim, "dingothercorp/zhangsan").await;
    assert_code(&who(&sim, &token, &strange).await, 400, "invalidCode");
}

/// Only the console's own token; no other kind of token will do.
#[tokio::test]
async fn another_kind_of_token_does_not_tell_who_came() {
    let (sim, token) = ready().await;
    let code = code(&sim, "lisi").await;
    let (app, person) = (sim.app_token().await, sim.user_token("lisi").await);
    for token in ["x", &app, &person] {
        assert_code(&who(&sim, token, &code).await, 400, "invalidToken");
    }
    let path = format!("/v1.0/oauth2/ssoUserInfo?code={code}");
    let missing = sim.get(&path).await;
    assert_code(&missing, 400, "AuthenticationFailed.MissingParameter");
    assert_eq!(who(&sim, &token, &code).await.status, StatusCode::OK);
    let directory = format!("/topapi/v2/user/get?access_token={token}");
    let answer = sim.post(&directory, &json!({"userid": "lisi"})).await;
    assert_eq!(answer.json()["sub_code"], "40014");
    assert_code(&sim.me(&token).await, 400, "InvalidAuthentication");
}

/// Section 6.6: the token needs the basic permission, the question one that is not a default.
#[tokio::test]
async fn the_console_calls_need_their_permissions() {
    let sim = Sim::start().await;
    let token = sim.token_by(TOKEN, &credentials()).await;
    let code = code(&sim, "lisi").await;
    assert_code(&who(&sim, &token, &code).await, 403, DENIED);
    sim.grant("qyapi_get_omp_sso_userinfo").await;
    assert_eq!(who(&sim, &token, &code).await.status, StatusCode::OK);
    sim.revoke("qyapi_base").await;
    assert_code(&sim.post(TOKEN, &credentials()).await, 403, DENIED);
}

/// The secret is that of the organisation; the app's is another one.
#[tokio::test]
async fn a_wrong_console_secret_is_refused() {
    let sim = Sim::start().await;
    for (name, value, code) in [
        (
            "ssoSecret",
            json!("dingsimsecret"),
            "invalidClientIdOrSecret",
        ),
        ("corpid", json!("dingnowhere"), "invalidClientIdOrSecret"),
        ("corpid", json!("dingothercorp"), "invalidClientIdOrSecret"),
        ("ssoSecret", Value::Null, "missingParameter"),
    ] {
        let mut body = credentials();
        body[name] = value;
        assert_code(&sim.post(TOKEN, &body).await, 400, code);
    }
}

/// Only administrators have a console to come from.
#[tokio::test]
async fn codes_are_minted_for_administrators_alone() {
    let sim = Sim::start().await;
    for (userid, status) in [
        ("lina", StatusCode::BAD_REQUEST),
        ("zhaoliu", StatusCode::NOT_FOUND),
        ("nobody", StatusCode::NOT_FOUND),
    ] {
        let body = json!({ "userid": userid });
        let answer = sim.post("/_sim/sso-codes", &body).await;
        assert_eq!(answer.status, status, "{userid}");
    }
}
