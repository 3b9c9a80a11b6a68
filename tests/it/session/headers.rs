//! The issuer is configuration alone: no header of a request changes what we say of ourselves.

use crate::authorize::{Ask, single_pages};
use crate::support::{House, REDIRECT, http};

const SPOOFS: [(&str, &str); 16] = [
    ("host", "evil.example"),
    ("host", "evil.example:443"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-port", "1"),
    ("x-forwarded-for", "evil.example, 127.0.0.1"),
    ("x-forwarded-prefix", "/evil.example"),
    ("x-forwarded-uri", "/evil.example"),
    ("x-original-url", "/evil.example"),
    ("x-rewrite-url", "/evil.example"),
    ("forwarded", "host=evil.example;proto=https"),
    ("x-http-method-override", "POST"),
    ("origin", "https://evil.example"),
    ("referer", "https://evil.example/"),
    ("x-request-id", "evil.example"),
    ("user-agent", "kube-probe/evil.example"),
];

/// CONTRIBUTING.md, Old attacks.
#[tokio::test]
async fn host_and_forwarded_headers_change_nothing() {
    let house = House::start().await;
    let paths: Vec<String> = single_pages()
        .into_iter()
        .map(|(path, _)| path)
        .chain([
            "/.well-known/openid-configuration".to_owned(),
            "/jwks".to_owned(),
            format!("/authorize?{}", Ask::new().and("prompt", "none").query()),
        ])
        .collect();
    for path in paths {
        let plain = http().get(house.url(&path)).send().await.unwrap();
        let (status, location) = (plain.status(), plain.headers().get("location").cloned());
        let head = plain.headers()["x-request-id"].clone();
        let body = plain
            .text()
            .await
            .unwrap()
            .replace(head.to_str().unwrap(), "ID");
        for (name, value) in SPOOFS {
            let spoofed = http()
                .get(house.url(&path))
                .header(name, value)
                .send()
                .await
                .unwrap();
            assert_eq!(spoofed.status(), status, "{path} {name}");
            assert_eq!(spoofed.headers().get("location").cloned(), location);
            let shown = format!("{:?}", spoofed.headers());
            assert!(!shown.contains("evil.example"), "{path} {name}: {shown}");
            let id = spoofed.headers()["x-request-id"].clone();
            let text = spoofed.text().await.unwrap();
            let text = text.replace(id.to_str().unwrap(), "ID");
            assert_eq!(text, body, "{path} {name}");
        }
    }
}

/// Nor the address that DingTalk sends people back to, nor the one that a POST is sent to.
#[tokio::test]
async fn redirects_are_built_from_the_issuer() {
    let house = House::start().await;
    let expected = url::form_urlencoded::byte_serialize(house.url("/callback/acme").as_bytes())
        .collect::<String>();
    for (name, value) in SPOOFS {
        let answer = http()
            .get(Ask::new().url(&house))
            .header(name, value)
            .send()
            .await
            .unwrap();
        let location = answer.headers()["location"].to_str().unwrap();
        assert!(location.starts_with(&house.sim.url), "{name}: {location}");
        assert!(location.contains(&format!("redirect_uri={expected}")));
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(!cookie.contains("Secure"), "{name}: {cookie}");
        let answer = http()
            .post(house.url("/authorize"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header(name, value)
            .body(Ask::new().query())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.headers()["location"], Ask::new().url(&house));
    }
}

/// `iss` of an answer and the issuer of a house behind a proxy are the configured one.
#[tokio::test]
async fn behind_a_proxy_the_configured_issuer_is_named_everywhere() {
    let issuer = "https://login.acme.example";
    let house = House::plan().issuer(issuer).start().await;
    let answer = http()
        .get(Ask::new().and("prompt", "none").url(&house))
        .send()
        .await
        .unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(location.starts_with(REDIRECT));
    assert!(
        location.ends_with("&iss=https%3A%2F%2Flogin.acme.example"),
        "{location}"
    );
    let answer = http()
        .post(house.url("/authorize"))
        .form(&Ask::new().form())
        .send()
        .await
        .unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(location.starts_with(&format!("{issuer}/authorize?")));
}

/// RFC 9112 section 3.2: an absolute target or an odd path reaches no other route.
#[tokio::test]
async fn odd_paths_reach_no_other_route() {
    let house = House::start().await;
    for path in [
        "//authorize",
        "/authorize/",
        "/Authorize",
        "/authorize;a=b",
        "/authorize%2F",
        "/%61uthorize%00",
        "/x/..%2fauthorize",
        "/callback",
        "/callback/",
        "/callback/acme/",
        "/callback/acme/x",
        "/callback//acme",
    ] {
        let answer = http().get(house.url(path)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 404, "{path}");
        assert!(answer.headers().get("location").is_none(), "{path}");
    }
}
