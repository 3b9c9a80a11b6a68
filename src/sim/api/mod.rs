//! The new host, `api.dingtalk.com`: tokens, and who the person is who signed in.

mod console;
mod internal;
mod person;
mod request;
mod suite;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use percent_encoding::percent_decode_str;

use super::reply::{Outcome, json_reply, unknown_path};
use super::state::Shared;

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
        ("POST", ["v1.0", "oauth2", "userAccessToken"]) => person::token(&shared, &body),
        ("POST", ["v1.0", "oauth2", "accessToken"]) => internal::token(&shared, &body),
        ("POST", ["v1.0", "oauth2", "jsapiTickets"]) => internal::ticket(&shared, &headers),
        ("POST", ["v1.0", "oauth2", "corpAccessToken"]) => suite::corp_token(&shared, &body),
        ("POST", ["v1.0", "oauth2", "suiteAccessToken"]) => suite::own_token(&shared, &body),
        ("POST", ["v1.0", "oauth2", "ssoAccessToken"]) => console::token(&shared, &body),
        ("GET", ["v1.0", "oauth2", "ssoUserInfo"]) => console::visitor(&shared, &uri, &headers),
        ("POST", ["v1.0", "oauth2", corp_id, "token"]) => {
            internal::corp_token(&shared, corp_id, &body)
        }
        ("GET", ["v1.0", "contact", "users", who]) => person::account(&shared, who, &headers),
        ("GET", ["v1.0", "oauth2", "authRules", "user"]) => person::consents(&shared, &headers),
        _ => return unknown_path(),
    };
    match answer {
        Ok(body) => json_reply(StatusCode::OK, &body, Outcome::default()),
        Err(error) => error.into_response(&shared),
    }
}
