//! Who may read what.

use http::Method;

use super::{NAMED, OWN, ask, ask_first, house, said};
use crate::support::{House, http};

const DOCUMENTS: [&str; 3] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/jwks",
];
const ENDPOINTS: [&str; 3] = ["/token", "/userinfo", "/revoke"];
/// Origins that are no client's, however near.
const STRANGERS: [&str; 12] = [
    "https://evil.example",
    "null",
    "*",
    "",
    "http://spa.example.com",
    "https://spa.example.com:443",
    "https://spa.example.com/",
    "https://SPA.example.com",
    "https://spa.example.com.evil.example",
    "https://spa.example.co",
    "https://spa.example.com https://evil.example",
    "http://127.0.0.1:5174",
];

/// OIDC Discovery section 4: the documents are the same for everybody.
#[tokio::test]
async fn public_documents_are_readable_by_any_script() {
    let house = house().await;
    for path in DOCUMENTS {
        for origin in ["https://anywhere.example", "null", OWN] {
            let (status, headers) = ask(&house, &Method::GET, path, origin).await;
            assert_eq!(status, 200, "{path}");
            assert_eq!(headers["access-control-allow-origin"], "*", "{path}");
            let (status, headers) = ask_first(&house, path, origin).await;
            assert_eq!(status, 204, "{path}");
            assert_eq!(headers["access-control-allow-origin"], "*", "{path}");
        }
        // Without an origin, too: a cache may have the answer from there.
        let answer = http().get(house.url(path)).send().await.unwrap();
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    }
}

/// Clients in browsers: the origins of redirect URIs, and those that are named.
#[tokio::test]
async fn a_clients_own_origins_read_answers_and_errors() {
    let house = house().await;
    for origin in [OWN, NAMED, "http://127.0.0.1:8080"] {
        for (method, path, expected) in [
            (Method::POST, "/token", 400),
            (Method::GET, "/token", 405),
            (Method::POST, "/revoke", 400),
            (Method::GET, "/userinfo", 401),
            (Method::POST, "/userinfo", 401),
        ] {
            let (status, headers) = ask(&house, &method, path, origin).await;
            assert_eq!(status, expected, "{method} {path}");
            assert_eq!(headers["access-control-allow-origin"], origin);
            assert!(
                headers["access-control-expose-headers"]
                    .to_str()
                    .unwrap()
                    .contains("www-authenticate")
            );
            assert!(
                headers
                    .get_all("vary")
                    .iter()
                    .any(|value| value == "origin")
            );
        }
    }
}

/// The Fetch standard, section 3.2.2: what a browser asks before it sends a header of its own.
#[tokio::test]
async fn a_browser_that_asks_first_is_told_what_a_client_may_send() {
    let house = house().await;
    for path in ENDPOINTS {
        for origin in [OWN, NAMED] {
            let (status, headers) = ask_first(&house, path, origin).await;
            assert_eq!(status, 204, "{path}");
            assert_eq!(headers["access-control-allow-origin"], origin);
            assert_eq!(headers["access-control-allow-methods"], "GET, POST");
            let allowed = headers["access-control-allow-headers"].to_str().unwrap();
            for name in ["authorization", "content-type", "dpop"] {
                assert!(allowed.split(", ").any(|it| it == name), "{allowed}");
            }
            assert!(headers.contains_key("access-control-max-age"));
            assert!(
                headers
                    .get_all("vary")
                    .iter()
                    .any(|value| value == "origin")
            );
        }
    }
}

/// CVE-2024-41657 (Casdoor): an origin counts as a whole, and `null` is nobody's.
#[tokio::test]
async fn an_origin_that_is_no_clients_is_told_nothing() {
    let house = house().await;
    for origin in STRANGERS {
        for path in ENDPOINTS {
            let (_, headers) = ask(&house, &Method::POST, path, origin).await;
            assert_eq!(said(&headers), [""; 0], "{path} {origin}");
            // A cache must not give this answer to who may read it, nor the other way round.
            assert!(
                headers
                    .get_all("vary")
                    .iter()
                    .any(|value| value == "origin")
            );
            let (status, headers) = ask_first(&house, path, origin).await;
            assert_eq!(status, 405, "{path} {origin}");
            assert_eq!(said(&headers), [""; 0], "{path} {origin}");
        }
    }
    // Two origins are none.
    let twice = http()
        .post(house.url("/token"))
        .header("origin", OWN)
        .header("origin", NAMED)
        .send()
        .await
        .unwrap();
    assert_eq!(said(twice.headers()), [""; 0]);
}

/// What comes with no cookie needs none: the word that would send them is never said.
#[tokio::test]
async fn credentials_are_never_shared() {
    let house = house().await;
    for path in DOCUMENTS.into_iter().chain(ENDPOINTS) {
        for (_, headers) in [
            ask(&house, &Method::GET, path, OWN).await,
            ask_first(&house, path, OWN).await,
        ] {
            assert!(!headers.contains_key("access-control-allow-credentials"));
        }
    }
}

/// A house without clients in browsers has the origins of its clients' addresses alone.
#[tokio::test]
async fn an_origin_must_be_registered() {
    let house = House::start().await;
    let (_, headers) = ask(&house, &Method::POST, "/token", OWN).await;
    assert_eq!(said(&headers), [""; 0]);
}
