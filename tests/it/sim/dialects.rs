//! Section 0.2: the two dialects, to the letter.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{Answer, Sim, send};

const ME: &str = "/v1.0/contact/users/me";
const USER: &str = "/topapi/v2/user/get";

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    object.keys().map(String::as_str).collect()
}

/// The old host's gateway failure with this code and text.
fn assert_wrapped(answer: &Answer, code: &str, text: &str) {
    let body = answer.json();
    assert_eq!(answer.status, StatusCode::OK, "always 200");
    assert_eq!(body["errcode"], 88, "{body}");
    assert_eq!(body["sub_code"], code, "a string: {body}");
    assert_eq!(body["sub_msg"], text);
    let errmsg = format!("ding talk error[subcode={code},submsg={text}]");
    assert_eq!(body["errmsg"], errmsg);
    assert!(body["request_id"].is_string());
    assert_eq!(keys(&body).len(), 5);
}

/// A flat object with lower-case names.
#[tokio::test]
async fn the_new_host_fails_with_code_message_and_requestid_in_lower_case() {
    let sim = Sim::start().await;
    let body = json!({"appKey": "x", "appSecret": "y"});
    let answer = sim.post("/v1.0/oauth2/accessToken", &body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.content_type, "application/json;charset=utf-8");
    assert_eq!(keys(&answer.json()), ["code", "message", "requestid"]);
    let id = answer.json()["requestid"]
        .as_str()
        .expect("text")
        .to_owned();
    assert_eq!((id.len(), id.matches('-').count()), (36, 4));
    assert_eq!(id, id.to_uppercase());
}

/// The token is read from one header and from nowhere else.
#[tokio::test]
async fn the_new_host_reads_the_token_from_its_own_header_alone() {
    let sim = Sim::start().await;
    let token = sim.user_token("zhangsan").await;
    let by_bearer = sim.request(Method::GET, ME).bearer_auth(&token);
    let by_query = sim.request(Method::GET, &format!("{ME}?access_token={token}"));
    let empty = sim.request(Method::GET, ME);
    let empty = empty.header("x-acs-dingtalk-access-token", "");
    for request in [by_bearer, by_query, empty] {
        let answer = send(request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(
            answer.json()["code"],
            "AuthenticationFailed.MissingParameter"
        );
        let message = "缺少参数：x-acs-dingtalk-access-token";
        assert_eq!(answer.json()["message"], message);
    }
    assert_eq!(sim.me(&token).await.status, StatusCode::OK);
}

/// A token that never was, and one that is too old.
#[tokio::test]
async fn the_new_host_tells_a_false_token_from_an_expired_one() {
    let sim = Sim::start().await;
    let token = sim.user_token("zhangsan").await;
    let answer = sim.me("false").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["code"], "InvalidAuthentication");
    assert_eq!(answer.json()["message"], "不合法的access_token");
    sim.clock.advance(7199);
    assert_eq!(sim.me(&token).await.status, StatusCode::OK);
    sim.clock.advance(1);
    let answer = sim.me(&token).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["code"], "accesstoken.expired");
}

/// The trap: 200, in the other dialect.
#[tokio::test]
async fn an_unknown_path_of_the_new_host_answers_200_in_the_old_dialect() {
    let sim = Sim::start().await;
    let expected = json!({"errcode": 404, "errmsg": "请求的URI地址不存在"});
    for (method, path) in [
        (Method::POST, "/v1.0/oauth2/nothing"),
        (Method::POST, "/oauth2/accessToken"),
        (Method::GET, "/v1.0/oauth2/accessToken"),
        (Method::POST, ME),
        (Method::GET, "/"),
        (Method::GET, "/favicon.ico"),
        (Method::GET, "/topapi"),
    ] {
        let answer = send(sim.request(method, path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.json(), expected, "{path}");
    }
}

/// Plain endpoints: the bare code, no request id, HTTP 200.
#[tokio::test]
async fn gettoken_fails_with_a_bare_code_and_no_request_id() {
    let sim = Sim::start().await;
    let wrong = sim.get("/gettoken?appkey=dingsimapp&appsecret=x").await;
    assert_eq!(wrong.status, StatusCode::OK);
    let expected = json!({"errcode": 40096, "errmsg": "不合法的appKey或appSecret"});
    assert_eq!(wrong.json(), expected);
    let expected = json!({"errcode": 40035, "errmsg": "缺少参数 corpid or appkey"});
    assert_eq!(sim.get("/gettoken").await.json(), expected);
    let fields = [("appkey", "dingsimapp"), ("appsecret", "dingsimsecret")];
    let by_form = sim.form("/gettoken", &fields).await;
    assert_eq!(by_form.json(), expected, "a form is not read");
}

/// The gateway wraps its own failures, with the code as a string.
#[tokio::test]
async fn the_gateway_wraps_token_failures() {
    let sim = Sim::start().await;
    let body = json!({"userid": "zhangsan"});
    let token = sim.app_token().await;
    let fake = sim.post(&format!("{USER}?access_token=fake"), &body).await;
    assert_wrapped(&fake, "40014", "不合法的access_token");
    let by_header = sim.request(Method::POST, USER).json(&body);
    let by_header = by_header.header("x-acs-dingtalk-access-token", &token);
    assert_wrapped(&send(by_header).await, "40000", "access_token is blank");
    let in_json = json!({"userid": "zhangsan", "access_token": token});
    assert_wrapped(
        &sim.post(USER, &in_json).await,
        "40000",
        "access_token is blank",
    );
    sim.clock.advance(7200);
    let path = format!("{USER}?access_token={token}");
    assert_wrapped(&sim.post(&path, &body).await, "42001", "access_token已过期");
}

/// A user's token is not an app's.
#[tokio::test]
async fn a_user_token_opens_nothing_at_the_old_host() {
    let sim = Sim::start().await;
    let token = sim.user_token("lisi").await;
    let path = format!("{USER}?access_token={token}");
    let answer = sim.post(&path, &json!({"userid": "lisi"})).await;
    assert_wrapped(&answer, "40014", "不合法的access_token");
}

/// A missing permission, with the way to apply for it.
#[tokio::test]
async fn the_gateway_wraps_a_missing_permission() {
    let sim = Sim::start().await;
    sim.revoke("qyapi_get_member").await;
    let token = sim.app_token().await;
    let path = format!("{USER}?access_token={token}");
    let answer = sim.post(&path, &json!({"userid": "lisi"})).await;
    let text = "应用尚未开通所需的权限：[qyapi_get_member]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=dingsimapp%23qyapi_get_member {requiredScopes=[qyapi_get_member]}";
    assert_wrapped(&answer, "60011", text);
}

/// A form with the token in it is as good as JSON with the token in the query.
#[tokio::test]
async fn the_old_host_takes_forms_and_json() {
    let sim = Sim::start().await;
    let token = sim.app_token().await;
    let fields = [("access_token", token.as_str()), ("userid", "lisi")];
    let by_form = sim.form(USER, &fields).await.json();
    let by_json = sim.topapi(USER, &json!({"userid": "lisi"})).await;
    assert_eq!(by_form["result"], by_json["result"]);
    assert_eq!(by_form["result"]["userid"], "lisi");
}

/// Failures of the call itself are bare, with a request id.
#[tokio::test]
async fn a_failure_of_the_call_itself_is_not_wrapped() {
    let sim = Sim::start().await;
    let body = sim.topapi(USER, &json!({"userid": "nobody"})).await;
    assert_eq!(keys(&body), ["errcode", "errmsg", "request_id"]);
    assert_eq!(body["errcode"], 60121);
    let missing = sim.topapi(USER, &json!({})).await;
    assert_eq!(missing["errcode"], 400_002);
    let long = "x".repeat(65);
    assert_eq!(
        sim.topapi(USER, &json!({"userid": long})).await["errcode"],
        33012
    );
}

/// An unknown method has a code of its own and a name derived from the path.
#[tokio::test]
async fn an_unknown_method_is_code_22() {
    let sim = Sim::start().await;
    let body = sim.topapi("/topapi/v2/user/notexist", &json!({})).await;
    assert_eq!(body["errcode"], 22);
    let text = "不合法ApiName，ApiName = dingtalk.oapi.v2.user.notexist";
    assert_eq!(body["sub_msg"], text);
    assert_eq!(body["errmsg"], format!("Invalid method[submsg={text}]"));
    assert!(body["request_id"].is_string() && body.get("sub_code").is_none());
}

/// Section 6.8: 43001 and 43002 for the wrong HTTP method.
#[tokio::test]
async fn the_wrong_http_method_has_a_code() {
    let sim = Sim::start().await;
    let token = sim.app_token().await;
    let got = sim.get(&format!("{USER}?access_token={token}")).await;
    assert_eq!(got.json()["errcode"], 43002);
    let posted = sim.post("/auth/scopes", &json!({})).await;
    assert_eq!(posted.json()["errcode"], 43001);
}
