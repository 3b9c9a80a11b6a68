//! Metadata and JWKS: bytes that were made beforehand.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::protocol::discovery::Document;
use crate::web::state::Web;

pub(in crate::web) async fn metadata(State(web): State<Arc<Web>>, headers: HeaderMap) -> Response {
    serve(&web.documents.metadata, &headers)
}

pub(in crate::web) async fn jwks(State(web): State<Arc<Web>>, headers: HeaderMap) -> Response {
    serve(&web.documents.jwks(), &headers)
}

fn serve(document: &Document, headers: &HeaderMap) -> Response {
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| {
            let tag = tag.trim();
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == &*document.etag
        });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (
            [(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
            document.body.clone(),
        )
            .into_response()
    };
    let caching = format!("public, max-age={}", document.max_age.as_secs());
    let headers = response.headers_mut();
    if let (Ok(etag), Ok(caching)) = (
        HeaderValue::from_str(&document.etag),
        HeaderValue::from_str(&caching),
    ) {
        headers.insert(ETAG, etag);
        headers.insert(CACHE_CONTROL, caching);
    }
    response
}
