//! The new host, `api.dingtalk.com`: tokens, and who the person is who signed in.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::app::App;
use super::member;
use super::reply::{ApiError, Outcome, json_reply, unknown_path};
use super::state::{Shared, World};
use super::tokens::{ACCESS_SECONDS, Grant, Known, Pair};

/// The one place the new host reads a token from.
const TOKEN_HEADER: &str = "x-acs-dingtalk-access-token";

/// Every path that no other host claims.
pub(super) async fn dispatch(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let segments: Vec<String> = uri
        .path()
        .split('/')
        .skip(1)
        .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let answer = match (method.as_str(), segments.as_slice()) {
        ("POST", ["v1.0", "oauth2", "userAccessToken"]) => user_access_token(&shared, &body),
        ("POST", ["v1.0", "oauth2", "accessToken"]) => access_token(&shared, &body),
        ("POST", ["v1.0", "oauth2", corp_id, "token"]) => corp_token(&shared, corp_id, &body),
        ("GET", ["v1.0", "contact", "users", who]) => user(&shared, who, &headers),
        ("GET", ["v1.0", "oauth2", "authRules", "user"]) => consents(&shared, &headers),
        _ => return unknown_path(),
    };
    match answer {
        Ok(body) => json_reply(StatusCode::OK, &body, Outcome::default()),
        Err(error) => error.into_response(&shared),
    }
}

/// `POST /v1.0/oauth2/userAccessToken`: a code, or a refresh token, for a user token.
fn user_access_token(shared: &Shared, body: &[u8]) -> Result<Value, ApiError> {
    let fields = object(body)?;
    let client_id = text(&fields, "clientId")?;
    let secret = text(&fields, "clientSecret")?;
    let grant_type = text(&fields, "grantType")?;
    let now = shared.now();
    let mut world = shared.world();
    let app = authenticated(&world, client_id, secret).ok_or_else(wrong_secret)?;
    if !app.may("open_app_api_base") {
        return Err(ApiError::denied(app, "open_app_api_base"));
    }
    let grant = match grant_type {
        "authorization_code" => world
            .tokens
            .redeem(text(&fields, "code")?, client_id, now)
            .ok_or_else(|| {
                ApiError::bad("invalidParameter.authCode.notFound", "不合法的临时授权码")
            })?,
        "refresh_token" => world
            .tokens
            .refresh(text(&fields, "refreshToken")?, client_id, now)
            .ok_or_else(|| {
                ApiError::bad(
                    "invalidParameter.refreshToken.notFound",
                    "不合法的refreshToken",
                )
            })?,
        _ => return Err(unsupported_grant()),
    };
    let pair = Pair {
        access: shared.secret(),
        refresh: shared.secret(),
    };
    let corp_id = grant.corp_id.clone();
    world.tokens.issue_user(&pair, grant, now);
    let mut answer = json!({
        "accessToken": pair.access, "refreshToken": pair.refresh, "expireIn": ACCESS_SECONDS,
    });
    // Only when the scope had `corpid`: the organisation the person picked.
    if let (Some(corp_id), Some(fields)) = (corp_id, answer.as_object_mut()) {
        fields.insert("corpId".to_owned(), corp_id.into());
    }
    Ok(answer)
}

/// `POST /v1.0/oauth2/accessToken`: the app token of an internal app.
fn access_token(shared: &Shared, body: &[u8]) -> Result<Value, ApiError> {
    let fields = object(body)?;
    let client_id = text(&fields, "appKey")?;
    let secret = text(&fields, "appSecret")?;
    let mut world = shared.world();
    let app = authenticated(&world, client_id, secret).ok_or_else(wrong_secret)?;
    let token = app_token(shared, &app.clone(), &mut world)?;
    Ok(json!({"accessToken": token, "expireIn": ACCESS_SECONDS}))
}

/// `POST /v1.0/oauth2/{corpId}/token`: the same token; alone among its neighbours it speaks in
/// snake case.
fn corp_token(shared: &Shared, corp_id: &str, body: &[u8]) -> Result<Value, ApiError> {
    let fields = object(body)?;
    let client_id = text(&fields, "client_id")?;
    let secret = text(&fields, "client_secret")?;
    let grant_type = text(&fields, "grant_type")?;
    let mut world = shared.world();
    // Neither a client nor an organisation that does not exist gets a better answer than this.
    let app = world
        .app(client_id)
        .filter(|app| app.corp_id == corp_id)
        .cloned()
        .ok_or_else(|| {
            ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "unknownError",
                "未知错误",
            )
        })?;
    if app.client_secret != secret {
        return Err(ApiError::bad(
            "invalid.client",
            "无效的client_id或者client_secret",
        ));
    }
    if grant_type != "client_credentials" {
        return Err(unsupported_grant());
    }
    let token = app_token(shared, &app, &mut world)?;
    Ok(json!({"access_token": token, "expires_in": ACCESS_SECONDS}))
}

fn app_token(shared: &Shared, app: &App, world: &mut World) -> Result<String, ApiError> {
    if !app.may("qyapi_base") {
        return Err(ApiError::denied(app, "qyapi_base"));
    }
    let fresh = shared.secret();
    Ok(world.tokens.app_token(&app.client_id, fresh, shared.now()))
}

/// `GET /v1.0/contact/users/{unionId}`, in practice `me`: the owner of the user token.
fn user(shared: &Shared, who: &str, headers: &HeaderMap) -> Result<Value, ApiError> {
    const PERMISSION: &str = "Contact.User.Read";
    let world = shared.world();
    let (app, grant) = user_token(shared, &world, headers, PERMISSION)?;
    let account = world
        .directory
        .account(&grant.unionid)
        .filter(|account| who == "me" || who == account.unionid)
        .ok_or_else(|| {
            ApiError::new(
                StatusCode::NOT_FOUND,
                "invalidParameter.user.notFound",
                "用户不存在",
            )
        })?;
    Ok(member::me(account, app))
}

/// `GET /v1.0/oauth2/authRules/user`: what the owner of the user token consented to.
fn consents(shared: &Shared, headers: &HeaderMap) -> Result<Value, ApiError> {
    let world = shared.world();
    let (app, _) = user_token(shared, &world, headers, "snsapi_base")?;
    let mut rules = Vec::new();
    if app.may("Contact.User.mobile") {
        rules.push(json!({"resource": "Contact.User", "authItems": ["mobile"]}));
    }
    if app.may("Contact.User.Read") {
        rules.push(json!({"resource": "rpc_auth", "authItems": ["Contact.User.Read"]}));
    }
    Ok(json!({ "result": rules }))
}

/// The app and the grant behind the user token of a request. An app token is refused as if a
/// permission were missing, which is what DingTalk does.
fn user_token<'world>(
    shared: &Shared,
    world: &'world World,
    headers: &HeaderMap,
    permission: &'static str,
) -> Result<(&'world App, Grant), ApiError> {
    let token = headers
        .get(TOKEN_HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| {
            ApiError::bad(
                "AuthenticationFailed.MissingParameter",
                format!("缺少参数：{TOKEN_HEADER}"),
            )
        })?;
    let unknown = || ApiError::bad("InvalidAuthentication", "不合法的access_token");
    match world.tokens.look_up(token, shared.now()) {
        Known::Nothing => Err(unknown()),
        Known::Expired => Err(ApiError::bad("accesstoken.expired", "access_token已过期")),
        Known::App(client_id) => {
            let app = world.app(&client_id).ok_or_else(unknown)?;
            Err(ApiError::denied(app, permission))
        }
        Known::User(grant) => {
            let app = world.app(&grant.client_id).ok_or_else(unknown)?;
            if app.may(permission) {
                Ok((app, grant))
            } else {
                Err(ApiError::denied(app, permission))
            }
        }
    }
}

fn authenticated<'world>(
    world: &'world World,
    client_id: &str,
    secret: &str,
) -> Option<&'world App> {
    world
        .app(client_id)
        .filter(|app| app.client_secret == secret)
}

fn wrong_secret() -> ApiError {
    ApiError::bad("invalidClientIdOrSecret", "无效的clientId或者clientSecret")
}

fn unsupported_grant() -> ApiError {
    ApiError::bad("unsupported.grant.type", "不支持的grant_type")
}

/// The body as a JSON object: the new host reads nothing else, no form in particular.
fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    serde_json::from_slice(body)
        .map_err(|_| ApiError::bad("invalidParameter", "请求体不是合法的JSON对象"))
}

fn text<'fields>(
    fields: &'fields Map<String, Value>,
    name: &str,
) -> Result<&'fields str, ApiError> {
    fields
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| ApiError::bad("missingParameter", format!("缺少参数：{name}")))
}
