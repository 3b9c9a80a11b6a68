//! The UserInfo endpoint, and how a Bearer token comes along (RFC 6750 section 2): in the
//! header or in a form body, never in the URL, never twice.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::json_answer;
use crate::domain::error::BearerErrorCode;
use crate::domain::params::Parameters;
use crate::protocol::userinfo::UserinfoRefusal;
use crate::web::form;
use crate::web::state::Web;

pub(in crate::web) async fn get(
    State(web): State<Arc<Web>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    answer(&web, token(&headers, query.as_deref(), None)).await
}

pub(in crate::web) async fn post(
    State(web): State<Arc<Web>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Body,
) -> Response {
    // A POST with the token in the header may have any body, or none; a form has to be one.
    let form = form::text(&headers, body).await.unwrap_or_default();
    let token = match Parameters::parse(&form) {
        Ok(form) => {
            let in_body = form.get("access_token").map(str::to_owned);
            token(&headers, query.as_deref(), in_body)
        }
        Err(_) => Err(UserinfoRefusal::TokenPlace),
    };
    answer(&web, token).await
}

fn token(
    headers: &HeaderMap,
    query: Option<&str>,
    in_body: Option<String>,
) -> Result<String, UserinfoRefusal> {
    let in_query = query.is_some_and(|query| {
        Parameters::parse(query).map_or(true, |query| query.get("access_token").is_some())
    });
    if in_query {
        return Err(UserinfoRefusal::TokenPlace);
    }
    let mut headers = headers.get_all(AUTHORIZATION).iter();
    let in_header = match (headers.next(), headers.next()) {
        (None, _) => None,
        (Some(value), None) => Some(bearer(value).ok_or(UserinfoRefusal::MissingToken)?),
        (Some(_), Some(_)) => return Err(UserinfoRefusal::TokenPlace),
    };
    match (in_header, in_body) {
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (Some(_), Some(_)) => Err(UserinfoRefusal::TokenPlace),
        (None, None) => Err(UserinfoRefusal::MissingToken),
    }
}

/// The scheme's name may be written in any case (RFC 9110 section 11.1).
fn bearer(value: &HeaderValue) -> Option<String> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}

async fn answer(web: &Web, token: Result<String, UserinfoRefusal>) -> Response {
    let claims = match token {
        Ok(token) => web.userinfo.claims(&token, web.clock.now()).await,
        Err(refusal) => Err(refusal),
    };
    match claims {
        Ok(claims) => json_answer::given(&Value::Object(claims)),
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &UserinfoRefusal) -> Response {
    if let UserinfoRefusal::Store(error) = refusal {
        tracing::error!(%error, "userinfo failed");
    } else {
        tracing::info!(cause = refusal.name(), "userinfo refused");
    }
    let code = refusal.code();
    let body = match code.as_str() {
        Some(code) => json!({ "error": code, "error_description": refusal.to_string() }),
        // Without authentication there is no error to speak of (RFC 6750 section 3.1).
        None => json!({}),
    };
    let mut response = json_answer::refused(code.status(), &body);
    if let Some(challenge) = challenge(code, refusal)
        && let Ok(challenge) = HeaderValue::from_str(&challenge)
    {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// RFC 6750 section 3. None where we failed: nothing was said of the token, and a client that
/// is challenged would throw away a good one.
fn challenge(code: BearerErrorCode, refusal: &UserinfoRefusal) -> Option<String> {
    let realm = "Bearer realm=\"dingpass\"";
    match code {
        BearerErrorCode::MissingToken => Some(realm.to_owned()),
        BearerErrorCode::InvalidRequest
        | BearerErrorCode::InvalidToken
        | BearerErrorCode::InsufficientScope => code
            .as_str()
            .map(|code| format!("{realm}, error=\"{code}\", error_description=\"{refusal}\"")),
        BearerErrorCode::ServerError => None,
    }
}
