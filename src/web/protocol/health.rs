//! Probes. `/healthz`: the process answers. `/readyz`: it can do its work, for which it
//! needs its store and its keys, and not DingTalk.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::protocol::health::KeyConcern;
use crate::web::state::Web;

pub(in crate::web) async fn alive() -> &'static str {
    "ok\n"
}

pub(in crate::web) async fn ready(State(web): State<Arc<Web>>) -> Response {
    match web.readiness.check().await {
        Ok(()) => match web.readiness.concern() {
            None => "ready\n",
            Some(KeyConcern::Unreadable) => {
                "ready\nkeys: their folder was changed and can't be used; the keys before go on (dingpass keys status)\n"
            }
            Some(KeyConcern::Unwritable) => {
                "ready\nkeys: their folder can't be written; the keys before go on (dingpass keys status)\n"
            }
        }
        .into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store is failing\n").into_response()
        }
    }
}
