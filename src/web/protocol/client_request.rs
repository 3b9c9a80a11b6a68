//! What the endpoints share that clients authenticate at (token, revocation, introspection):
//! how a request is read, and the form of an answer (RFC 6749 sections 2.3 and 5).

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::domain::params::Parameters;
use crate::web::form;

/// A request as it came.
pub(super) struct ClientRequest {
    /// The Authorization header, if there is one.
    pub(super) authorization: Option<String>,
    /// The form.
    pub(super) form: Parameters,
}

/// Why a request can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// The body is not one form with each parameter once, or the header is not text.
    Malformed,
    /// Two Authorization headers.
    TwoHeaders,
}

impl ClientRequest {
    /// Reads it.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Unreadable> {
        let form = form::parameters(headers, body)
            .await
            .ok_or(Unreadable::Malformed)?;
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let authorization = match (values.next(), values.next()) {
            (None, _) => None,
            (Some(value), None) => Some(
                value
                    .to_str()
                    .map_err(|_| Unreadable::Malformed)?
                    .to_owned(),
            ),
            (Some(_), Some(_)) => return Err(Unreadable::TwoHeaders),
        };
        Ok(Self {
            authorization,
            form,
        })
    }
}

/// RFC 6749 section 5.1: JSON, and nothing of it in any cache.
pub(super) fn json_answer(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (PRAGMA, HeaderValue::from_static("no-cache")),
        ],
        body.to_string(),
    )
        .into_response()
}

/// RFC 6749 section 5.2. `challenged` for a failed authentication by header: a challenge only
/// for who used it, since browsers answer one with a password prompt of their own.
pub(super) fn refused(status: u16, code: &str, description: &str, challenged: bool) -> Response {
    let mut response = json_answer(
        StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
        &json!({ "error": code, "error_description": description }),
    );
    if challenged {
        response.headers_mut().insert(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"dingpass\", charset=\"UTF-8\""),
        );
    }
    response
}
