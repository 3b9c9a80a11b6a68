//! Answers for what no handler answers.

use std::any::Any;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use super::cookie;
use super::pages::problem;
use super::state::Web;
use super::text::Text;
use crate::protocol::Correlation;

pub(super) async fn not_found(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
) -> Response {
    let text = Text::of(cookie::locale(&headers));
    problem::not_found(&web.settings, text, &correlation)
}

/// HEAD, where GET's handler must not run for it.
pub(super) async fn no_head() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response()
}

/// A handler panicked: a defect of ours. The connection and all others go on.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        "internal error\n",
    )
        .into_response()
}
