//! What goes around every handler, from the outside in: reference and log line, cross-origin
//! headers, the headers of all answers, the announcement of an unread body. They are plain
//! functions that call each other here, in one layer of the router: each layer of its own
//! would copy and box everything within it, for each request, and that alone would cost more
//! than many an answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::state::Web;
use super::{cors, headers, trace, unread};

pub(super) async fn every(State(web): State<Arc<Web>>, request: Request, next: Next) -> Response {
    let web = web.as_ref();
    let answer = |request: Request| async move {
        let mut response = unread::announce(request, next).await;
        headers::secure(&mut response);
        response
    };
    trace::trace(web, request, |request| cors::share(web, request, answer)).await
}
