//! The keys over the socket: a question in JSON, an answer in JSON. Who asks is what the
//! kernel says of the other end of the connection, never what the request says; it goes into
//! the audit log. A no of the office is an answer like any other: only what could not be
//! understood has a status of its own.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::connect_info::ConnectInfo;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::{Admin, Peer, refusal};
use crate::operator::keys::{KeyAnswer, KeyRequest};

/// The largest question: an encrypted key of 8192 bits with the text around it is a tenth of
/// it.
const LARGEST: usize = 256 * 1024;

pub(super) async fn ask(
    State(admin): State<Arc<Admin>>,
    ConnectInfo(Peer(uid)): ConnectInfo<Peer>,
    body: Body,
) -> Response {
    let question = axum::body::to_bytes(body, LARGEST).await;
    // The words of a failure may quote the question, and a private key may be in it.
    let Some(request) = question
        .ok()
        .and_then(|bytes| serde_json::from_slice::<KeyRequest>(&bytes).ok())
    else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "this version of dingpass does not understand the question",
        );
    };
    let office = Arc::clone(&admin.keys);
    // A task of its own: who hangs up does not stop an act half-way.
    let answer = tokio::spawn(async move { office.ask(request, uid).await }).await;
    match answer {
        Ok(answer) => told(&answer),
        Err(error) => {
            tracing::error!(%error, "a question about the keys was not answered");
            refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the question was not answered; the server's log says why",
            )
        }
    }
}

fn told(answer: &KeyAnswer) -> Response {
    match serde_json::to_vec(answer) {
        Ok(body) => {
            let headers = [
                (CONTENT_TYPE, "application/json"),
                (CACHE_CONTROL, "no-store"),
            ];
            (StatusCode::OK, headers, Bytes::from(body)).into_response()
        }
        Err(_) => refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the answer can't be written",
        ),
    }
}
