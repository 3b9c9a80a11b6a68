//! Metadata and JWKS (OIDC Discovery sections 3 and 4, RFC 8414, RFC 7517).

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod caching;
mod documents;
mod promises;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::support::{House, http};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// A public document as it came.
struct Fetched {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Fetched {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Strictly one JSON value: junk behind it is an error.
    fn json(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK);
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn fetch(house: &House, path: &str, headers: &[(&str, &str)]) -> Fetched {
    let mut request = http().get(house.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    Fetched {
        status: response.status(),
        headers: response.headers().clone(),
        body: response.text().await.unwrap(),
    }
}

async fn metadata(house: &House) -> Value {
    fetch(house, OPENID, &[]).await.json()
}
