//! The operator's socket, server half: HTTP and JSON over a Unix socket. The other half is
//! `cli/remote.rs`; what is asked and answered is defined in `operator`.
//!
//! It has a router of its own, and nothing of it may ever be in the public one: no address
//! of it is reachable over TCP. Each connection is asked who is at its other end; the mode of
//! the file is the first guard, the kernel's answer the second.

mod audit;
mod keys;
mod peer;
mod socket;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

pub use peer::Peer;
pub use socket::{AdminSocket, SocketError};

use crate::operator::audit::AuditLog;
use crate::operator::keys::KeyOffice;
use crate::operator::{AUDIT_PATH, KEYS_PATH, VERSION_HEADER};

/// What the handlers share.
pub struct Admin {
    /// The audit log.
    pub audit: AuditLog,
    /// The keys.
    pub keys: Arc<KeyOffice>,
    /// Ends answers that would go on.
    pub stopped: CancellationToken,
}

/// The router of the socket. `own` is the number of who runs this process.
pub fn router(admin: Admin, own: u32) -> Router {
    Router::new()
        .route(AUDIT_PATH, post(audit::ask))
        .route(KEYS_PATH, post(keys::ask))
        .fallback(unknown)
        .layer(CatchPanicLayer::custom(super::error::panicked))
        .layer(from_fn_with_state(own, peer::admit))
        .layer(from_fn(tell_version))
        .with_state(Arc::new(admin))
}

/// Every answer says which version gives it, a refusal too.
async fn tell_version(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(
        HeaderName::from_static(VERSION_HEADER),
        HeaderValue::from_static(env!("CARGO_PKG_VERSION")),
    );
    response
}

async fn unknown() -> Response {
    refusal(
        StatusCode::NOT_FOUND,
        "this version of dingpass knows no such request",
    )
}

fn refusal(status: StatusCode, words: &'static str) -> Response {
    let body = serde_json::json!({ "error": words }).to_string();
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}
