//! What the calls of the new host have in common: a JSON body, a token in a header of its own,
//! the limit on calls, and a permission.

use axum::http::HeaderMap;
use serde_json::{Map, Value};

use super::super::app::App;
use super::super::reply::ApiError;
use super::super::state::{Shared, World};
use super::super::tokens::Grant;

/// The one place the new host reads a token from.
const TOKEN_HEADER: &str = "x-acs-dingtalk-access-token";

/// A call's answer, or its failure.
pub(super) type Answer = Result<Value, ApiError>;

/// The body as a JSON object: the new host reads nothing else, no form in particular.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    serde_json::from_slice(body)
        .map_err(|_| ApiError::bad("invalidParameter", "请求体不是合法的JSON对象"))
}

/// A text that is there and not empty.
pub(super) fn known_text<'fields>(
    fields: &'fields Map<String, Value>,
    name: &str,
) -> Option<&'fields str> {
    let text = fields.get(name)?.as_str()?;
    (!text.is_empty()).then_some(text)
}

pub(super) fn text<'fields>(
    fields: &'fields Map<String, Value>,
    name: &str,
) -> Result<&'fields str, ApiError> {
    known_text(fields, name).ok_or_else(|| missing(name))
}

pub(super) fn missing(name: &str) -> ApiError {
    ApiError::bad("missingParameter", format!("缺少参数：{name}"))
}

/// The token a request carries.
pub(super) fn token(headers: &HeaderMap) -> Result<&str, ApiError> {
    headers
        .get(TOKEN_HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| {
            ApiError::bad(
                "AuthenticationFailed.MissingParameter",
                format!("缺少参数：{TOKEN_HEADER}"),
            )
        })
}

pub(super) fn unknown_token() -> ApiError {
    ApiError::bad("InvalidAuthentication", "不合法的access_token")
}

pub(super) fn expired_token() -> ApiError {
    ApiError::bad("accesstoken.expired", "access_token已过期")
}

pub(super) fn wrong_secret() -> ApiError {
    ApiError::bad("invalidClientIdOrSecret", "无效的clientId或者clientSecret")
}

pub(super) fn unsupported_grant() -> ApiError {
    ApiError::bad("unsupported.grant.type", "不支持的grant_type")
}

/// The app that these credentials belong to.
pub(super) fn authenticated(world: &World, client_id: &str, secret: &str) -> Option<App> {
    world
        .app(client_id)
        .filter(|app| app.client_secret == secret)
        .cloned()
}

/// Lets a call of this app in this organisation pass: within the limit, and with the permission.
pub(super) fn admit(
    shared: &Shared,
    world: &mut World,
    app: &App,
    corp_id: &str,
    api: &'static str,
    permission: &'static str,
) -> Result<(), ApiError> {
    let now = shared.now();
    if !world.limits.admits(&app.client_id, corp_id, api, now) {
        return Err(ApiError::too_often(app));
    }
    if app.may(permission) {
        Ok(())
    } else {
        Err(ApiError::denied(app, permission))
    }
}

/// The organisation a person's token counts for: the one they picked, or the app's own.
pub(super) fn corp_of<'name>(app: &'name App, grant: &'name Grant) -> &'name str {
    grant.corp_id.as_deref().unwrap_or(&app.corp_id)
}
