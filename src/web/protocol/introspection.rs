//! The introspection endpoint (RFC 7662).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::json;

use super::client_request::{self, ClientRequest};
use super::json_answer;
use crate::domain::error::IntrospectionErrorCode;
use crate::protocol::introspection::{IntrospectionRefusal, TokenState};
use crate::protocol::key_adoption::Caller;
use crate::web::state::Web;

pub(in crate::web) async fn post(
    State(web): State<Arc<Web>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let by_header = headers.contains_key(AUTHORIZATION);
    match answer(&web, &caller, &headers, body).await {
        Ok(state) => json_answer::given(&json!(state)),
        Err(refusal) => refused(&refusal, by_header),
    }
}

async fn answer(
    web: &Web,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<TokenState, IntrospectionRefusal> {
    let request = ClientRequest::read(headers, body).await?;
    web.introspection
        .answer(
            request.authorization.as_deref(),
            &request.form,
            caller,
            web.clock.now(),
        )
        .await
}

fn refused(refusal: &IntrospectionRefusal, by_header: bool) -> Response {
    let code = refusal.code();
    if code == IntrospectionErrorCode::ServerError {
        tracing::error!(cause = refusal.name(), detail = ?refusal, "introspection failed");
    } else {
        tracing::info!(cause = refusal.name(), "introspection refused");
    }
    client_request::refused(
        code.status(),
        code.as_str(),
        &refusal.to_string(),
        by_header && code == IntrospectionErrorCode::InvalidClient,
    )
}
