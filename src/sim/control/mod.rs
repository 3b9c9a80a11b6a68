//! The control interface under `/_sim`, which DingTalk does not have: it sets up what a test
//! needs and tells what was received. Nothing it does not understand goes unanswered.

mod apps;
mod credentials;
mod people;
mod switches;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{get, post, put};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::state::Shared;

/// The interface, to be nested under `/_sim`.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(
            "/",
            get(async || text("text/plain; charset=utf-8", include_str!("help.txt"))),
        )
        .route(
            "/style.css",
            get(async || text("text/css; charset=utf-8", include_str!("../style.css"))),
        )
        .route("/people", get(people::list))
        .route(
            "/people/{userid}",
            get(people::show)
                .put(people::put)
                .patch(people::patch)
                .delete(people::delete),
        )
        .route("/apps", get(apps::list))
        .route("/apps/{client_id}", get(apps::show))
        .route("/apps/{client_id}/permissions", get(apps::permissions))
        .route(
            "/apps/{client_id}/permissions/{code}",
            put(apps::grant).delete(apps::revoke),
        )
        .route(
            "/apps/{client_id}/visible_departments",
            put(apps::set_range),
        )
        .route(
            "/apps/{client_id}/suite",
            get(credentials::suite).put(credentials::set_suite),
        )
        .route("/calls", get(switches::calls).delete(switches::clear_calls))
        .route(
            "/faults",
            get(switches::faults)
                .post(switches::add_fault)
                .delete(switches::clear_faults),
        )
        .route("/tokens/expire", post(credentials::expire))
        .route("/tokens/revoke", post(credentials::revoke))
        .route("/sso-codes", post(credentials::console_code))
        .route(
            "/callback",
            get(switches::callback)
                .put(switches::set_callback)
                .delete(switches::clear_callback),
        )
        .route(
            "/limits",
            get(switches::limits)
                .put(switches::set_limits)
                .delete(switches::clear_limits),
        )
        .route(
            "/auto-login",
            get(switches::auto_login)
                .put(switches::set_auto_login)
                .delete(switches::clear_auto_login),
        )
        .fallback(async |uri: Uri| {
            Refused::new(
                StatusCode::NOT_FOUND,
                format!(
                    "there is no /_sim{}; GET /_sim lists what there is",
                    uri.path()
                ),
            )
            .into_response()
        })
        .method_not_allowed_fallback(async |method: Method, uri: Uri| {
            Refused::new(
                StatusCode::METHOD_NOT_ALLOWED,
                format!(
                    "{method} does nothing at /_sim{}; see GET /_sim",
                    uri.path()
                ),
            )
            .into_response()
        })
        .with_state(shared)
}

/// Why a request to the control interface was not carried out.
struct Refused {
    status: StatusCode,
    reason: String,
}

impl Refused {
    fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
        }
    }

    fn bad(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason)
    }

    fn not_found(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, reason)
    }

    fn into_response(self) -> Response {
        reply(self.status, &json!({ "error": self.reason }))
    }
}

fn respond(answer: Result<Value, Refused>) -> Response {
    match answer {
        Ok(body) => reply(StatusCode::OK, &body),
        Err(refused) => refused.into_response(),
    }
}

/// Indented, for people read this.
fn reply(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(format!("{body:#}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}

fn text(kind: &'static str, body: &'static str) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// A JSON body, whatever content type it came with.
fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body)
        .map_err(|error| Refused::bad(format!("the body cannot be used: {error}")))
}

/// Something of the simulator's own as JSON.
fn shown(value: &impl Serialize) -> Result<Value, Refused> {
    serde_json::to_value(value)
        .map_err(|error| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}
