//! What an injected fault does to a call.

use axum::RequestExt;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::fault::Kind;
use super::reply::{ApiError, OapiError, Outcome, TOO_OFTEN, json_reply};
use super::state::Shared;

/// What a call to `path` gets instead of its answer; none when the kind spoils the true answer.
pub(super) fn instead(kind: Kind, path: &str, shared: &Shared) -> Option<Response> {
    let ip_text = || {
        let world = shared.world();
        let client_id = world.apps.first().map(|app| app.client_id.as_str());
        format!(
            "访问ip不在白名单之中,request ip=127.0.0.1 appKey({})",
            client_id.unwrap_or_default()
        )
    };
    let forbidden = StatusCode::FORBIDDEN;
    let internal = StatusCode::INTERNAL_SERVER_ERROR;
    let (status, code, number, text) = match kind {
        Kind::Latency | Kind::TruncatedJson => return None,
        Kind::DropConnection => return Some(broken()),
        Kind::HtmlBlock => return Some(block_page()),
        Kind::JsonBlock => return Some(block_json(shared)),
        Kind::Qps => (
            forbidden,
            "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
            90018,
            TOO_OFTEN,
        ),
        Kind::QpsApi => (
            forbidden,
            "Forbidden.AccessDenied.QpsLimitForApi",
            90002,
            "调用该接口的总频率过高，请稍后再试",
        ),
        Kind::Quota => (
            forbidden,
            "Forbidden.AccessDenied.ApiCountLimitForOrg",
            90020,
            "本月接口调用量已用完",
        ),
        Kind::Busy => (internal, "system.busy", -1, "系统繁忙"),
        Kind::ServerError => (internal, "unknownError", -1, "未知错误"),
        Kind::IpNotAllowed => (
            forbidden,
            "Forbidden.AccessDenied.IpNotInWhiteList",
            60020,
            "",
        ),
        Kind::InvalidToken => (
            StatusCode::BAD_REQUEST,
            "InvalidAuthentication",
            40014,
            "不合法的access_token",
        ),
    };
    let text = match kind {
        Kind::IpNotAllowed => ip_text(),
        _ => text.to_owned(),
    };
    let is_plain = matches!(path, "/gettoken" | "/auth/scopes");
    if !is_plain && !path.starts_with("/topapi/") {
        return Some(ApiError::new(status, code, text).into_response(shared));
    }
    let mut response = match (kind, is_plain) {
        (Kind::ServerError, true) => OapiError::Plain(-1, "系统繁忙".to_owned()),
        (Kind::ServerError, false) => OapiError::business(-1, "系统繁忙"),
        (_, true) => OapiError::Plain(number, text),
        (Kind::Busy, false) => OapiError::business(number, text),
        (_, false) => OapiError::Gateway(number, text),
    }
    .into_response(shared);
    if kind == Kind::ServerError {
        *response.status_mut() = internal;
    }
    Some(response)
}

/// The firewall's page; the status does not tell it from a good answer.
fn block_page() -> Response {
    const PAGE: &str = "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>访问被拒绝</title></head><body><h1>405</h1><p>很抱歉，由于您访问的频率过高，已被阻断。</p></body></html>";
    let mut response = Response::new(Body::from(PAGE));
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response
}

fn block_json(shared: &Shared) -> Response {
    let body = json!({
        "status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": shared.secret(),
    });
    json_reply(StatusCode::OK, &body, Outcome::default())
}

/// An answer whose body fails before its first byte, upon which the server closes the connection.
/// The failing body is a request body that exceeds its own limit.
fn broken() -> Response {
    let mut request = Request::new(Body::from("more than one byte"));
    DefaultBodyLimit::max(1).apply(&mut request);
    Response::new(request.with_limited_body().into_body())
}

/// The true answer with half of its bytes, as a complete 200.
pub(super) async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let half = Bytes::copy_from_slice(whole.get(..whole.len() / 2).unwrap_or_default());
    parts.status = StatusCode::OK;
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(half))
}
