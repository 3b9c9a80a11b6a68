//! The form of an answer in JSON to a program (RFC 6749 section 5, OIDC Core section 5.3), and
//! the one place that says what a failure of ours is on the wire: 503 with `Retry-After`. The
//! specs of token, UserInfo and introspection have no code for it and leave it to HTTP; that of
//! revocation names this status, for "the token still exists" (RFC 7009 section 2.2.1).
//! Nothing here may be kept by a cache.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::Value;

/// In seconds: the store opens anew by itself as soon as it can, so a client that comes again
/// soon is right.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// What was asked for.
pub(super) fn given(body: &Value) -> Response {
    answer(StatusCode::OK, body)
}

/// A refusal, or a failure of ours.
pub(super) fn refused(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = answer(status, body);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
    }
    response
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (PRAGMA, HeaderValue::from_static("no-cache")),
        ],
        body.to_string(),
    )
        .into_response()
}
