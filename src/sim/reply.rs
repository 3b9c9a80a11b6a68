//! Answers: JSON with the code noted for the list of calls, and DingTalk's two error dialects.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::app::App;
use super::state::Shared;

const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");

/// What DingTalk says of an app that calls too often.
pub(super) const TOO_OFTEN: &str = "您的应用调用该接口的频率过高，请稍后再试";

/// What the list of calls says of an answer; travels as a response extension, so that nothing
/// has to read the body again.
#[derive(Clone, Default)]
pub(super) struct Outcome {
    /// The effective code: `sub_code` where the old host wraps one, `code` at the new host.
    pub(super) code: Option<String>,
    pub(super) request_id: Option<String>,
}

/// A JSON answer.
pub(super) fn json_reply(status: StatusCode, body: &Value, outcome: Outcome) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response.extensions_mut().insert(outcome);
    response
}

/// A failure at the new host.
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// The permissions that are missing; DingTalk names them in `accessdenieddetail`.
    pub(super) required: Vec<&'static str>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            required: Vec::new(),
        }
    }

    /// 400 with this code.
    pub(super) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// The permission was not granted.
    pub(super) fn denied(app: &App, permission: &'static str) -> Self {
        Self {
            required: vec![permission],
            ..Self::new(
                StatusCode::FORBIDDEN,
                "Forbidden.AccessDenied.AccessTokenPermissionDenied",
                app.apply_text(permission),
            )
        }
    }

    /// The app calls too often; a third-party app is counted in each organisation.
    pub(super) fn too_often(app: &App) -> Self {
        let code = if app.is_third_party() {
            "Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi"
        } else {
            "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
        };
        Self::new(StatusCode::FORBIDDEN, code, TOO_OFTEN)
    }

    /// A flat object; all keys in lower case.
    pub(super) fn into_response(self, shared: &Shared) -> Response {
        let request_id = shared.api_request_id();
        let mut body = json!({
            "requestid": request_id, "code": self.code, "message": self.message,
        });
        if !self.required.is_empty()
            && let Some(fields) = body.as_object_mut()
        {
            fields.insert(
                "accessdenieddetail".to_owned(),
                json!({ "requiredScopes": self.required }),
            );
        }
        let outcome = Outcome {
            code: Some(self.code.to_owned()),
            request_id: Some(request_id),
        };
        json_reply(self.status, &body, outcome)
    }
}

/// A failure at the old host, in one of its shapes.
pub(super) enum OapiError {
    /// A plain endpoint's failure: the bare code, no request id.
    Plain(i64, String),
    /// The gateway's failure: wrapped in code 88, the real code a string.
    Gateway(i64, String),
    /// The call's own failure: the bare code, with a request id.
    Business(i64, String),
    /// No such method.
    UnknownMethod(String),
}

impl OapiError {
    pub(super) fn business(code: i64, text: impl Into<String>) -> Self {
        Self::Business(code, text.into())
    }

    /// The code for an app that calls too often; a third-party app is counted in each
    /// organisation.
    pub(super) fn too_often(app: &App) -> i64 {
        if app.is_third_party() { 90014 } else { 90018 }
    }

    /// Always HTTP 200, whatever failed.
    pub(super) fn into_response(self, shared: &Shared) -> Response {
        let id = shared.oapi_request_id();
        let (code, body) = match self {
            Self::Plain(code, text) => {
                let body = json!({"errcode": code, "errmsg": text});
                let outcome = Outcome {
                    code: Some(code.to_string()),
                    request_id: None,
                };
                return json_reply(StatusCode::OK, &body, outcome);
            }
            Self::Gateway(code, text) => {
                let body = json!({
                    "errcode": 88, "sub_code": code.to_string(), "sub_msg": text,
                    "errmsg": format!("ding talk error[subcode={code},submsg={text}]"),
                    "request_id": id,
                });
                (code, body)
            }
            Self::Business(code, text) => {
                let body = json!({"errcode": code, "errmsg": text, "request_id": id});
                (code, body)
            }
            Self::UnknownMethod(name) => {
                let text = format!("不合法ApiName，ApiName = {name}");
                let body = json!({
                    "errcode": 22, "sub_msg": text,
                    "errmsg": format!("Invalid method[submsg={text}]"), "request_id": id,
                });
                (22, body)
            }
        };
        let outcome = Outcome {
            code: Some(code.to_string()),
            request_id: Some(id),
        };
        json_reply(StatusCode::OK, &body, outcome)
    }
}

/// How the host `api.dingtalk.com` answers a path it does not know: with 200, in the old dialect.
pub(super) fn unknown_path() -> Response {
    let body = json!({"errcode": 404, "errmsg": "请求的URI地址不存在"});
    let outcome = Outcome {
        code: Some("404".to_owned()),
        request_id: None,
    };
    json_reply(StatusCode::OK, &body, outcome)
}
