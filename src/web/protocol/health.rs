//! Probes. `/healthz`: the process answers. `/readyz`: it can do its work, for which it
//! needs its store and its keys, and not DingTalk.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::web::state::Web;

pub(in crate::web) async fn alive() -> &'static str {
    "ok\n"
}

pub(in crate::web) async fn ready(State(web): State<Arc<Web>>) -> Response {
    match web.readiness.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store is failing\n").into_response()
        }
    }
}
