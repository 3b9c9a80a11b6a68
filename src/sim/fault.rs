//! Injected faults: what goes wrong, on which path, and how often.

use std::time::Duration;

use axum::RequestExt;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::reply::{ApiError, OapiError, Outcome, json_reply};
use super::state::Shared;

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// The true answer, late.
    Latency,
    /// Too many calls of this app to this call: 403, or 90018.
    Qps,
    /// Too many calls of everyone to this call: 403, or 90002.
    QpsApi,
    /// The month's calls are used up: 403, or 90020.
    Quota,
    /// The system is busy: 500, or -1 with 200.
    Busy,
    /// A failure without a better name: 500 at either host.
    ServerError,
    /// The firewall's page, which is not JSON.
    HtmlBlock,
    /// The firewall's JSON, which is in neither dialect.
    JsonBlock,
    /// The true answer, cut off in the middle.
    TruncatedJson,
    /// No answer: the connection closes.
    DropConnection,
    /// The caller's address is not in the app's allow-list: 403, or 60020.
    IpNotAllowed,
    /// A good token is taken for a bad one: 400, or 40014.
    InvalidToken,
}

/// A fault as the control interface takes it and lists it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// A path, or the beginning of one and a `*`.
    path: String,
    kind: Kind,
    /// How many more calls it strikes; until removed when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    /// How late a `latency` answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    millis: Option<u64>,
}

impl Fault {
    /// What is wrong with the request to inject it, if anything.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        if !self.path.starts_with('/') && self.path != "*" {
            return Some("path begins with a slash; a * at its end stands for the rest");
        }
        if self.path.trim_end_matches('*').contains('*') || self.path.ends_with("**") {
            return Some("a * can only stand once, at the end of path");
        }
        if self.path.starts_with("/_sim") {
            return Some("the control interface itself cannot be made to fail");
        }
        if self.times == Some(0) {
            return Some("times is at least 1");
        }
        match (self.kind, self.millis) {
            (Kind::Latency, None) => Some("a latency needs millis"),
            (Kind::Latency, Some(millis)) if millis > 600_000 => Some("millis is 600000 at most"),
            (Kind::Latency, Some(_)) | (_, None) => None,
            (_, Some(_)) => Some("millis belongs to a latency alone"),
        }
    }

    fn strikes(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => path == self.path,
        }
    }
}

/// What is to happen to one call.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) delay: Option<Duration>,
    pub(super) kind: Option<Kind>,
}

/// The faults injected, oldest first.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) fn clear(&mut self) -> usize {
        std::mem::take(&mut self.0).len()
    }

    /// What strikes a call to `path`: the oldest latency, and the oldest fault of another kind.
    /// Each one that strikes is counted down.
    pub(super) fn strike(&mut self, path: &str) -> Plan {
        let mut plan = Plan::default();
        for fault in &mut self.0 {
            if !fault.strikes(path) {
                continue;
            }
            if fault.kind == Kind::Latency {
                if plan.delay.is_some() {
                    continue;
                }
                plan.delay = fault.millis.map(Duration::from_millis);
            } else {
                if plan.kind.is_some() {
                    continue;
                }
                plan.kind = Some(fault.kind);
            }
            fault.times = fault.times.map(|times| times.saturating_sub(1));
        }
        self.0.retain(|fault| fault.times != Some(0));
        plan
    }
}

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
            "您的应用调用该接口的频率过高，请稍后再试",
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
