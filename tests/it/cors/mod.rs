//! Which answers script of another origin may read (the Fetch standard, section 3.2; RFC 9700
//! section 2.6 says never at the authorization endpoint).

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod answers;
mod routes;

use http::{HeaderMap, Method};

use crate::support::{House, http};

/// The origin of a client's redirect URI.
const OWN: &str = "https://spa.example.com";
/// The origin that a client names beside it.
const NAMED: &str = "http://127.0.0.1:5173";

async fn house() -> House {
    House::plan()
        .more(&format!(
            "[[clients]]\nclient_id = \"spa\"\npreset = \"spa\"\n\
             redirect_uris = [\"{OWN}/callback\"]\nallowed_cors_origins = [\"{NAMED}\"]"
        ))
        .start()
        .await
}

/// A request of a browser for script of that origin.
async fn ask(house: &House, method: &Method, path: &str, origin: &str) -> (u16, HeaderMap) {
    let request = http()
        .request(method.clone(), house.url(path))
        .header("origin", origin);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.headers().clone())
}

/// What a browser asks before it sends what no form could send.
async fn ask_first(house: &House, path: &str, origin: &str) -> (u16, HeaderMap) {
    let request = http()
        .request(Method::OPTIONS, house.url(path))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.headers().clone())
}

/// The names of the headers that say something of sharing.
fn said(headers: &HeaderMap) -> Vec<&str> {
    headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("access-control-"))
        .collect()
}
