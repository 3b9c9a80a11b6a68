//! Sections 3 and 10: several apps, each with its own codes, tokens and view of a person.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::support::{Sim, authorisation, changed, page};

/// The built-in people with a second app, owned by the second organisation.
async fn two_apps() -> Sim {
    let mut file = Sim::start().await.get("/_sim/people").await.json();
    file["apps"] = json!([
        {"client_id": "dingsimapp", "client_secret": "dingsimsecret", "corp_id": "dingsimcorp"},
        {"client_id": "second", "client_secret": "s2", "corp_id": "dingothercorp"},
    ]);
    Sim::with(|settings| settings.people = Some(file.to_string())).await
}

async fn redeem_as_second(sim: &Sim, code: &str) -> (StatusCode, Value) {
    let body = json!({
        "clientId": "second", "clientSecret": "s2",
        "grantType": "authorization_code", "code": code,
    });
    let answer = sim.post("/v1.0/oauth2/userAccessToken", &body).await;
    (answer.status, answer.json())
}

/// A code belongs to the app it was issued to; another can neither use nor spend it.
#[tokio::test]
async fn a_code_of_another_app_is_unknown_and_stays_good() {
    let sim = two_apps().await;
    let code = sim.code("zhangsan").await;
    let (status, body) = redeem_as_second(&sim, &code).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["code"], "invalidParameter.authCode.notFound");
    assert_eq!(sim.redeem(&code).await.status, StatusCode::OK);
}

/// Section 10: the openId is another one in each app; the unionId is not.
#[tokio::test]
async fn a_person_has_another_open_id_in_each_app() {
    let sim = two_apps().await;
    let first = sim.account("zhangsan").await;
    let mut fields = changed(authorisation("openid"), "client_id", Some("second"));
    fields.extend([("userid", "zhangsan"), ("decision", "confirm")]);
    let answer = sim.form("/oauth2/auth", &fields).await;
    let (_, tokens) = redeem_as_second(&sim, &answer.redirected("code").expect("a code")).await;
    let token = tokens["accessToken"].as_str().expect("a token");
    let second = sim.me(token).await.json();
    assert_eq!(first["unionId"], second["unionId"]);
    assert_ne!(first["openId"], second["openId"]);
}

/// An automatic login of someone with two employers picks the one that owns the app.
#[tokio::test]
async fn an_automatic_login_picks_the_organisation_that_owns_the_app() {
    let sim = two_apps().await;
    sim.put("/_sim/auto-login", &json!({"userid": "linwan"}))
        .await;
    let fields = changed(authorisation("openid corpid"), "client_id", Some("second"));
    let answer = sim.get(&page(&fields)).await;
    let (_, tokens) = redeem_as_second(&sim, &answer.redirected("code").expect("a code")).await;
    assert_eq!(tokens["corpId"], "dingothercorp");
    let mut fields = fields;
    fields.push(("corpId", "dingsimcorp"));
    let answer = sim.get(&page(&fields)).await;
    let (_, tokens) = redeem_as_second(&sim, &answer.redirected("code").expect("a code")).await;
    assert_eq!(tokens["corpId"], "dingsimcorp", "the request named it");
}

/// An automatic login of someone without an employer cannot pick one.
#[tokio::test]
async fn a_leaver_has_no_organisation_to_pick() {
    let sim = Sim::with_auto_login("zhaoliu").await;
    let answer = sim.get(&page(&authorisation("openid corpid"))).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.location, None);
}

/// An app sees its own organisation alone, also where a userid exists in both.
#[tokio::test]
async fn an_app_sees_its_own_organisation_alone() {
    let sim = two_apps().await;
    let token = sim.get("/gettoken?appkey=second&appsecret=s2").await.json();
    let token = token["access_token"].as_str().expect("a token");
    let path = format!("/topapi/v2/user/get?access_token={token}");
    let own = sim.post(&path, &json!({"userid": "zhangsan"})).await.json();
    assert_eq!(own["result"]["name"], "张三丰");
    let other = sim.post(&path, &json!({"userid": "lisi"})).await.json();
    assert_eq!(other["errcode"], 60121);
    sim.revoke("qyapi_get_member").await;
    let still = sim.post(&path, &json!({"userid": "zhangsan"})).await.json();
    assert_eq!(still["errcode"], 0, "permissions belong to one app");
}

#[tokio::test]
async fn permissions_are_listed_granted_and_revoked() {
    let sim = Sim::start().await;
    let path = "/_sim/apps/dingsimapp/permissions";
    let granted = async || {
        let all = sim.get(path).await.json();
        all["permissions"]["fieldMobile"]["granted"].clone()
    };
    assert_eq!(granted().await, true);
    sim.revoke("fieldMobile").await;
    assert_eq!(granted().await, false);
    sim.put(&format!("{path}/fieldMobile"), &Value::Null).await;
    assert_eq!(granted().await, true);
    let unknown = sim.put(&format!("{path}/fieldMobil"), &Value::Null).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(
        unknown.text.contains("fieldMobile"),
        "it lists what there is"
    );
    let no_app = sim.get("/_sim/apps/none/permissions").await;
    assert_eq!(no_app.status, StatusCode::NOT_FOUND);
    assert!(!sim.get("/_sim/apps").await.text.contains("dingsimsecret"));
}
