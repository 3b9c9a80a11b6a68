//! The token endpoint.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use crate::domain::error::TokenErrorCode;
use crate::protocol::Correlation;
use crate::protocol::client_auth::ClientAuthRefusal;
use crate::protocol::issue::IssuedTokens;
use crate::protocol::token::TokenRefusal;
use crate::web::form;
use crate::web::state::Web;

pub(in crate::web) async fn post(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let by_header = headers.contains_key(AUTHORIZATION);
    match answer(&web, &correlation, &headers, body).await {
        Ok(tokens) => granted(&tokens),
        Err(refusal) => refused(&refusal, by_header),
    }
}

async fn answer(
    web: &Web,
    correlation: &Correlation,
    headers: &HeaderMap,
    body: Body,
) -> Result<IssuedTokens, TokenRefusal> {
    let form = form::parameters(headers, body)
        .await
        .ok_or(TokenRefusal::MalformedForm)?;
    let mut authorization = headers.get_all(AUTHORIZATION).iter();
    let header = match (authorization.next(), authorization.next()) {
        (None, _) => None,
        (Some(value), None) => Some(
            value
                .to_str()
                .map_err(|_| TokenRefusal::MalformedForm)?
                .to_owned(),
        ),
        (Some(_), Some(_)) => return Err(ClientAuthRefusal::TwoMethods.into()),
    };
    web.token
        .answer(header.as_deref(), &form, correlation, web.clock.now())
        .await
}

fn granted(tokens: &IssuedTokens) -> Response {
    json_answer(
        StatusCode::OK,
        &json!({
            "access_token": tokens.access_token,
            "token_type": "Bearer",
            "expires_in": tokens.expires_in,
            "id_token": tokens.id_token,
            "scope": tokens.scope.to_string(),
        }),
    )
}

fn refused(refusal: &TokenRefusal, by_header: bool) -> Response {
    let code = refusal.code();
    if code == TokenErrorCode::ServerError {
        tracing::error!(cause = refusal.name(), detail = ?refusal, "token request failed");
    } else {
        tracing::info!(cause = refusal.name(), "token request refused");
    }
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = json_answer(
        status,
        &json!({ "error": code.as_str(), "error_description": refusal.to_string() }),
    );
    // A challenge only for who used the header (RFC 6749 section 5.2): browsers answer one
    // with a password prompt of their own.
    if code == TokenErrorCode::InvalidClient && by_header {
        response.headers_mut().insert(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"dingpass\", charset=\"UTF-8\""),
        );
    }
    response
}

/// RFC 6749 section 5.1: JSON, and nothing of it in any cache.
fn json_answer(status: StatusCode, body: &serde_json::Value) -> Response {
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
