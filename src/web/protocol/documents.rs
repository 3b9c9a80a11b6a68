//! Metadata and JWKS: bytes that were made beforehand.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::domain::id::ClientId;
use crate::protocol::Correlation;
use crate::protocol::discovery::{Document, Jwks};
use crate::protocol::key_adoption::Caller;
use crate::web::error;
use crate::web::state::Web;

pub(in crate::web) async fn metadata(State(web): State<Arc<Web>>, headers: HeaderMap) -> Response {
    let document = &web.documents.metadata;
    serve(document, held(document, &headers))
}

pub(in crate::web) async fn jwks(
    State(web): State<Arc<Web>>,
    method: Method,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    let Jwks { document, kids } = web.documents.jwks();
    let held = held(&document, &headers);
    if is_fetch(&method, held) {
        web.adoption.fetched(&caller, &kids, web.clock.now());
    }
    serve(&document, held)
}

/// `GET /jwks/{client}`: the same to the byte. Anybody may ask, so it shows that somebody has
/// the keys who says that it is that client, unless it comes from where that one proves it;
/// what would be hidden by more is public.
pub(in crate::web) async fn jwks_of_client(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    method: Method,
    caller: Caller,
    client: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let client = client.ok().map(|Path(name)| ClientId::new(name));
    let Some(client) = client.filter(|client| web.adoption.knows(client)) else {
        return error::not_found(State(web), Extension(correlation), headers).await;
    };
    let Jwks { document, kids } = web.documents.jwks();
    let held = held(&document, &headers);
    if is_fetch(&method, held) {
        web.adoption
            .fetched_as(&client, &caller, &kids, web.clock.now());
    }
    serve(&document, held)
}

/// What a caller says that it has (RFC 9110 section 13.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// Nothing, or something else.
    Other,
    /// This document.
    This,
    /// Something, `*`.
    Anything,
}

fn held(document: &Document, headers: &HeaderMap) -> Held {
    let tags = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    let mut held = Held::Other;
    for tag in tags {
        if tag.strip_prefix("W/").unwrap_or(tag) == &*document.etag {
            return Held::This;
        }
        if tag == "*" {
            held = Held::Anything;
        }
    }
    held
}

/// Whether the caller has the document after the answer. HEAD brings none, and `*` does not
/// say which one is there.
fn is_fetch(method: &Method, held: Held) -> bool {
    match held {
        Held::Other | Held::This => method == Method::GET,
        Held::Anything => false,
    }
}

fn serve(document: &Document, held: Held) -> Response {
    let mut response = match held {
        Held::This | Held::Anything => StatusCode::NOT_MODIFIED.into_response(),
        Held::Other => (
            [(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
            document.body.clone(),
        )
            .into_response(),
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
