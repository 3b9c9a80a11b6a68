//! Which answers script of another origin may read (the Fetch standard, section 3.2). A
//! browser shows script nothing of another origin's answers unless the answer says so; a
//! client that lives in a browser needs the public documents and the endpoints that it calls
//! by itself.
//!
//! A route takes part by being named here, so a new one doesn't by accident. None that reads
//! a cookie is: script of a stranger could ask in the person's name and read the answer. So
//! `Access-Control-Allow-Credentials` is never said, and neither is the origin `null`, which
//! every sandboxed frame has. An origin that is not a client's gets no word.
//!
//! The headers go onto every answer of such a route, refusals, overload and panics among
//! them: a client that can't read the error can only guess.

use axum::extract::{MatchedPath, Request};
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    VARY,
};
use http::{HeaderValue, Method, StatusCode};

use super::state::Web;
use crate::protocol::discovery::path;

/// Documents that are the same for everybody.
const FOR_ALL: [&str; 4] = [
    path::OPENID_CONFIGURATION,
    path::OAUTH_METADATA,
    path::JWKS,
    path::JWKS_OF_CLIENT,
];
/// Endpoints that a client's script calls, with what it holds in its own hands.
const FOR_CLIENTS: [&str; 3] = [path::TOKEN, path::USERINFO, path::REVOCATION];

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST");
/// What script may send beside what every form can.
const REQUEST_HEADERS: HeaderValue =
    HeaderValue::from_static("authorization, content-type, dpop, if-none-match");
/// What script may read beside what it always can.
const ANSWER_HEADERS: HeaderValue =
    HeaderValue::from_static("www-authenticate, retry-after, dpop-nonce, x-request-id");
/// How long a browser needs not ask again: browsers cap it at two hours or less.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// Adds the headers, and answers a browser that asks before it sends.
pub(super) async fn share<F>(
    web: &Web,
    request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str);
    let for_all = FOR_ALL.contains(&route);
    if !for_all && !FOR_CLIENTS.contains(&route) {
        return answer(request).await;
    }
    let allowed = if for_all {
        Some(HeaderValue::from_static("*"))
    } else {
        web.origins.admit(request.headers())
    };
    let asks_first = request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asks_first && allowed.is_some() {
        (
            StatusCode::NO_CONTENT,
            [
                (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
                (ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS),
                (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
            ],
        )
            .into_response()
    } else {
        answer(request).await
    };
    let headers = response.headers_mut();
    if !for_all {
        // A cache must not hand one origin's answer to another, or to none.
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, ANSWER_HEADERS);
    }
    response
}
