//! What the endpoints share that clients authenticate at (token, revocation, introspection):
//! how a request is read, and the form of a refusal (RFC 6749 sections 2.3 and 5.2).

use axum::body::Body;
use axum::response::Response;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue};
use serde_json::json;

use super::json_answer;
use crate::domain::params::Parameters;
use crate::protocol::client_auth::ClientAuthRefusal;
use crate::web::form;

/// A request as it came.
pub(super) struct ClientRequest {
    /// The Authorization header, if there is one.
    pub(super) authorization: Option<String>,
    /// The form.
    pub(super) form: Parameters,
}

impl ClientRequest {
    /// Reads it. What can't be read is refused as what can't be authenticated is, so that each
    /// endpoint has one answer to both.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, ClientAuthRefusal> {
        let form = form::parameters(headers, body)
            .await
            .ok_or(ClientAuthRefusal::MalformedForm)?;
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let authorization = match (values.next(), values.next()) {
            (None, _) => None,
            (Some(value), None) => Some(
                value
                    .to_str()
                    .map_err(|_| ClientAuthRefusal::MalformedForm)?
                    .to_owned(),
            ),
            (Some(_), Some(_)) => return Err(ClientAuthRefusal::TwoMethods),
        };
        Ok(Self {
            authorization,
            form,
        })
    }
}

/// RFC 6749 section 5.2. `challenged` for a failed authentication by header: a challenge only
/// for who used it, since browsers answer one with a password prompt of their own.
pub(super) fn refused(status: u16, code: &str, description: &str, challenged: bool) -> Response {
    let mut response = json_answer::refused(
        status,
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
