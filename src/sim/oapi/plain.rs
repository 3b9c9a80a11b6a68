//! The old host's plain endpoints, which no gateway stands before: bare codes, no request id.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::reply::{OapiError, Outcome, TOO_OFTEN, json_reply};
use super::super::state::Shared;
use super::super::tokens::{ACCESS_SECONDS, Bearer, Known};
use super::query_field;

/// `GET /gettoken`: the app token, by the query alone. A form body is not read.
pub(in super::super) async fn gettoken(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    respond(&shared, token(&shared, &uri))
}

/// `GET /auth/scopes`: what the app may see, which an operator checks first.
pub(in super::super) async fn scopes(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
) -> Response {
    respond(&shared, visible(&shared, &method, &uri))
}

fn respond(shared: &Shared, answer: Result<Value, OapiError>) -> Response {
    match answer {
        Ok(body) => {
            let outcome = Outcome {
                code: Some("0".to_owned()),
                request_id: None,
            };
            json_reply(StatusCode::OK, &body, outcome)
        }
        Err(error) => error.into_response(shared),
    }
}

fn token(shared: &Shared, uri: &Uri) -> Result<Value, OapiError> {
    let field = |name| query_field(uri, name).filter(|text| !text.is_empty());
    let key = field("appkey").ok_or_else(|| plain(40035, "缺少参数 corpid or appkey"))?;
    let secret =
        field("appsecret").ok_or_else(|| plain(40035, "缺少参数 corpsecret or appsecret"))?;
    let fresh = shared.secret();
    let mut world = shared.world();
    // A third-party app gets its tokens elsewhere.
    let app = world
        .app(&key)
        .filter(|app| app.client_secret == secret && !app.is_third_party())
        .ok_or_else(|| plain(40096, "不合法的appKey或appSecret"))?;
    let corp_id = app.corp_id.clone();
    let too_often = OapiError::too_often(app);
    let now = shared.now();
    if !world.limits.admits(&key, &corp_id, "/gettoken", now) {
        return Err(plain(too_often, TOO_OFTEN));
    }
    let bearer = Bearer::App {
        client_id: key,
        corp_id,
    };
    let token = world.tokens.renew(bearer, fresh, now);
    Ok(json!({
        "errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": ACCESS_SECONDS,
    }))
}

fn visible(shared: &Shared, method: &Method, uri: &Uri) -> Result<Value, OapiError> {
    if method != Method::GET {
        return Err(plain(43001, "需要GET请求"));
    }
    let token = query_field(uri, "access_token").unwrap_or_default();
    if token.is_empty() {
        return Err(plain(41001, "缺少access_token参数"));
    }
    let mut world = shared.world();
    let now = shared.now();
    let false_token = || plain(40014, "不合法的access_token");
    let (client_id, corp_id) = match world.tokens.look_up(&token, now) {
        Known::Valid(Bearer::App { client_id, corp_id }) => (client_id, corp_id),
        Known::Expired => return Err(plain(42001, "access_token已过期")),
        Known::Nothing | Known::Valid(_) => return Err(false_token()),
    };
    let within = world
        .limits
        .admits(&client_id, &corp_id, "/auth/scopes", now);
    let app = world.app(&client_id).ok_or_else(false_token)?;
    if !within {
        return Err(plain(OapiError::too_often(app), TOO_OFTEN));
    }
    if !app.acts_in(&corp_id) {
        return Err(plain(43007, "需要授权"));
    }
    if !app.may("qyapi_base") {
        return Err(plain(60011, &app.apply_text("qyapi_base")));
    }
    let mut fields = vec![
        "name",
        "avatar",
        "userid",
        "deptOrder",
        "title",
        "jobnumber",
    ];
    let is_internal = !app.is_third_party();
    if is_internal && app.may("fieldMobile") {
        fields.push("mobile");
    }
    if is_internal && app.may("fieldEmail") {
        fields.extend(["email", "remark", "workplace", "extension"]);
    }
    Ok(json!({
        "errcode": 0, "errmsg": "ok", "auth_user_field": fields, "condition_field": [],
        "auth_org_scopes": {"authed_user": [], "authed_dept": app.visible_departments},
    }))
}

fn plain(code: i64, text: &str) -> OapiError {
    OapiError::Plain(code, text.to_owned())
}
