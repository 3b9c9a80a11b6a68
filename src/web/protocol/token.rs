//! The token endpoint.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::{Map, Value};

use super::client_request::{self, ClientRequest};
use super::json_answer;
use crate::domain::error::TokenErrorCode;
use crate::protocol::Correlation;
use crate::protocol::issue::IssuedTokens;
use crate::protocol::key_adoption::Caller;
use crate::protocol::token::TokenRefusal;
use crate::web::state::Web;

pub(in crate::web) async fn post(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let by_header = headers.contains_key(AUTHORIZATION);
    match answer(&web, &caller, &correlation, &headers, body).await {
        Ok(tokens) => granted(&tokens),
        Err(refusal) => refused(&refusal, by_header),
    }
}

async fn answer(
    web: &Web,
    caller: &Caller,
    correlation: &Correlation,
    headers: &HeaderMap,
    body: Body,
) -> Result<IssuedTokens, TokenRefusal> {
    let request = ClientRequest::read(headers, body).await?;
    web.token
        .answer(
            request.authorization.as_deref(),
            &request.form,
            caller,
            correlation,
            web.clock.now(),
        )
        .await
}

/// RFC 6749 section 5.1, OIDC Core section 3.1.3.3. What there is none of is left out.
fn granted(tokens: &IssuedTokens) -> Response {
    let mut body = Map::new();
    body.insert("access_token".into(), tokens.access_token.as_str().into());
    body.insert("token_type".into(), "Bearer".into());
    body.insert("expires_in".into(), tokens.expires_in.into());
    if let Some(token) = &tokens.id_token {
        body.insert("id_token".into(), token.as_str().into());
    }
    if let Some(token) = &tokens.refresh_token {
        body.insert("refresh_token".into(), token.as_str().into());
    }
    if let Some(scope) = tokens.service_scope.beside(&tokens.scope) {
        body.insert("scope".into(), scope.into());
    }
    json_answer::given(&Value::Object(body))
}

fn refused(refusal: &TokenRefusal, by_header: bool) -> Response {
    let code = refusal.code();
    if code == TokenErrorCode::ServerError {
        tracing::error!(cause = refusal.name(), detail = ?refusal, "token request failed");
    } else if refusal.is_a_sign_of_theft() {
        tracing::warn!(cause = refusal.name(), "token request refused");
    } else {
        tracing::info!(cause = refusal.name(), "token request refused");
    }
    client_request::refused(
        code.status(),
        code.as_str(),
        &refusal.to_string(),
        by_header && code == TokenErrorCode::InvalidClient,
    )
}
