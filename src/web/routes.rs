//! Every URL, on one page. Bodies are read by `form` alone, which has the limit of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use super::protocol::{
    authorize, documents, health, introspection, logout, revocation, token, userinfo,
};
use super::state::Web;
use super::{around, consent, error, pages};
use crate::protocol::discovery::path;

/// The longest that an answer may take. DingTalk's calls together have less.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);

/// A GET that moves a sign-in on. The framework would answer HEAD with it, too, and a link
/// checker's HEAD must not use up a code.
fn step<H, T>(handler: H) -> MethodRouter<Arc<Web>>
where
    H: Handler<T, Arc<Web>>,
    T: 'static,
{
    get(handler).head(error::no_head)
}

/// The router over its services.
pub fn router(web: Arc<Web>) -> Router {
    Router::new()
        .route("/", get(pages::home::show))
        .route(path::AUTHORIZE, step(authorize::get).post(authorize::post))
        .route("/sign-in", step(authorize::choose))
        .route("/sign-in/{upstream}", step(authorize::sign_in))
        .route("/callback/{upstream}", step(authorize::callback))
        .route("/consent", post(consent::decide))
        .route(path::APPLICATIONS, get(consent::list))
        .route("/applications/withdraw", post(consent::withdraw))
        .route(path::END_SESSION, step(logout::get).post(logout::post))
        .route(
            path::CONFIRM_LOGOUT,
            step(logout::get).post(logout::confirm),
        )
        .route(path::TOKEN, post(token::post))
        .route(path::USERINFO, get(userinfo::get).post(userinfo::post))
        .route(path::INTROSPECTION, post(introspection::post))
        .route(path::REVOCATION, post(revocation::post))
        .route(path::JWKS, get(documents::jwks))
        .route(path::JWKS_OF_CLIENT, get(documents::jwks_of_client))
        .route(path::OPENID_CONFIGURATION, get(documents::metadata))
        .route(path::OAUTH_METADATA, get(documents::metadata))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route(pages::STYLE_PATH, get(pages::style))
        .route("/favicon.svg", get(pages::icon))
        .fallback(error::not_found)
        // From the outside in, and all at once: the router boxes what each call adds.
        .layer((
            from_fn_with_state(Arc::clone(&web), around::every),
            CatchPanicLayer::custom(error::panicked),
            TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST_ANSWER),
        ))
        .with_state(web)
}
