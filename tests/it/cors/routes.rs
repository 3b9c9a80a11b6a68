//! Every route of the house, read from its source: sharing is what a few were given.

use std::fs;
use std::path::Path;

use http::Method;

use crate::support::CLIENT;

use super::{OWN, ask, ask_first, house, said};

/// The routes that take part. None of them reads a cookie.
const SHARED: [&str; 7] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/jwks",
    "/jwks/demo",
    "/token",
    "/userinfo",
    "/revoke",
];

fn source(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    fs::read_to_string(root.join(path)).unwrap()
}

/// The value of a `const NAME: &str`, wherever the web layer takes it from.
fn constant(name: &str) -> String {
    let declared = format!("const {name}: &str = \"");
    ["protocol/discovery.rs", "web/pages/mod.rs", "web/routes.rs"]
        .into_iter()
        .map(source)
        .find_map(|text| {
            let rest = text.split_once(&declared)?.1;
            Some(rest.split_once('"')?.0.to_owned())
        })
        .unwrap_or_else(|| panic!("where is the path {name}?"))
}

fn routes() -> Vec<String> {
    let text = source("web/routes.rs");
    let routes: Vec<String> = text
        .split(".route(")
        .skip(1)
        .map(|rest| {
            let argument = rest.trim_start();
            match argument.strip_prefix('"') {
                Some(literal) => literal.split('"').next().unwrap().to_owned(),
                None => {
                    let name = argument.split(',').next().unwrap().trim();
                    constant(name.rsplit("::").next().unwrap())
                }
            }
        })
        .map(|route| {
            route
                .replace("{upstream}", "acme")
                .replace("{client}", CLIENT)
        })
        .collect();
    assert!(routes.len() >= 12, "{routes:?}");
    assert!(routes.contains(&"/authorize".to_owned()), "{routes:?}");
    routes
}

/// CVE-2023-34927, CVE-2024-41657: what reads a cookie is never readable by another origin,
/// not even by a client's.
#[tokio::test]
async fn no_other_route_shares_its_answers() {
    let house = house().await;
    for route in routes() {
        if SHARED.contains(&route.as_str()) {
            continue;
        }
        let (_, headers) = ask_first(&house, &route, OWN).await;
        assert_eq!(said(&headers), [""; 0], "{route}");
        for method in [Method::GET, Method::POST] {
            let (_, headers) = ask(&house, &method, &route, OWN).await;
            assert_eq!(said(&headers), [""; 0], "{method} {route}");
        }
    }
    let (_, headers) = ask(&house, &Method::GET, "/nowhere", OWN).await;
    assert_eq!(said(&headers), [""; 0]);
}

/// The list above is true: each route on it that exists takes part.
#[tokio::test]
async fn the_routes_that_take_part_do() {
    let house = house().await;
    for route in routes() {
        if SHARED.contains(&route.as_str()) {
            let (status, headers) = ask_first(&house, &route, OWN).await;
            assert_eq!(status, 204, "{route}");
            assert!(!said(&headers).is_empty(), "{route}");
        }
    }
}
