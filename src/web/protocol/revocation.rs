//! The revocation endpoint (RFC 7009).

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CACHE_CONTROL};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::client_request::{self, ClientRequest};
use crate::domain::error::RevocationErrorCode;
use crate::protocol::Correlation;
use crate::protocol::key_adoption::Caller;
use crate::protocol::revocation::RevocationRefusal;
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
        // Section 2.2: the status says it all.
        Ok(()) => (
            StatusCode::OK,
            [(CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        )
            .into_response(),
        Err(refusal) => refused(&refusal, by_header),
    }
}

async fn answer(
    web: &Web,
    caller: &Caller,
    correlation: &Correlation,
    headers: &HeaderMap,
    body: Body,
) -> Result<(), RevocationRefusal> {
    let request = ClientRequest::read(headers, body).await?;
    web.revocation
        .revoke(
            request.authorization.as_deref(),
            &request.form,
            caller,
            correlation,
            web.clock.now(),
        )
        .await
}

fn refused(refusal: &RevocationRefusal, by_header: bool) -> Response {
    let code = refusal.code();
    if code == RevocationErrorCode::ServerError {
        tracing::error!(cause = refusal.name(), detail = ?refusal, "revocation failed");
    } else {
        tracing::info!(cause = refusal.name(), "revocation refused");
    }
    // A failure is 503 (section 2.2.1): the token still exists, and the client may try again.
    client_request::refused(
        code.status(),
        code.as_str(),
        &refusal.to_string(),
        by_header && code == RevocationErrorCode::InvalidClient,
    )
}
