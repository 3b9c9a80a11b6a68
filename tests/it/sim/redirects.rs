//! Section 1.1: which redirect URLs are registered.

use reqwest::StatusCode;

use super::support::{Sim, authorisation, changed, page};

/// Section 1.1: the redirect URL has to be registered. Callbacks on the own machine are, so that
/// nothing has to be set up for development.
#[tokio::test]
async fn callbacks_on_any_loopback_host_and_port_are_registered() {
    let sim = Sim::with_auto_login("first").await;
    for target in [
        "http://127.0.0.1:1/callback/a",
        "http://127.0.0.1/callback/a",
        "http://localhost:3000/callback/a/b",
        "http://[::1]:65535/callback/a",
        "https://localhost:8443/callback/a",
        "https://[::1]/callback/a?x=1",
        "http://127.0.0.2/callback/a",
        "https://127.255.255.254:9/callback/a",
        "http://127.0.0.1/callback/",
    ] {
        let fields = changed(authorisation("openid"), "redirect_uri", Some(target));
        let answer = sim.get(&page(&fields)).await;
        let location = answer.location.unwrap_or_default();
        let joint = if target.contains('?') { '&' } else { '?' };
        assert!(
            location.starts_with(&format!("{target}{joint}code=")),
            "{target}: {location}"
        );
    }
}

/// What only looks like a loopback callback is not registered.
#[tokio::test]
async fn tricks_with_the_redirect_url_are_refused() {
    let sim = Sim::with_auto_login("first").await;
    for target in [
        "http://127.0.0.1@evil.example/callback/a",
        "http://127.0.0.1:80@evil.example/callback/a",
        "http://user@127.0.0.1/callback/a",
        "http://:secret@127.0.0.1/callback/a",
        "http://127.0.0.1.evil.example/callback/a",
        "http://localhost.evil.example/callback/a",
        "http://evil.example\\@127.0.0.1/callback/a",
        "http://evil.example/callback/a?x=http://127.0.0.1/callback/",
        "ftp://127.0.0.1/callback/a",
        "http://127.0.0.1/callback",
        "http://127.0.0.1/Callback/a",
        "http://127.0.0.1/callbacks/a",
        "http://127.0.0.1/x/callback/a",
        "http://127.0.0.1/callback/../admin",
        "http://127.0.0.1/callback/%2e%2e/admin",
        "http://127.0.0.1/callback/a#fragment",
        "http://128.0.0.1/callback/a",
        "http://[::2]/callback/a",
        "http://[::ffff:127.0.0.1]/callback/a",
        "http://@127.0.0.1/callback/a",
        "https://user:secret@localhost/callback/a",
        "http://127.0.0.1\\@evil.example/callback/a",
        "http://127.0.0.1\\callback\\a",
        "http://127.0.0.1/callback/a\\b",
        "http:127.0.0.1/callback/a",
        "http:\\\\127.0.0.1/callback/a",
        " http://127.0.0.1/callback/a",
        "http://127.0.0.1/call\tback/a",
        "http://127.0.0.1/callback/a\n",
        "http://127.0.0.1?/callback/a",
        "http://127.0.0.1/callback/a#",
        "https://127.0.0.1/",
        "ws://127.0.0.1/callback/a",
        "http://0.0.0.0/callback/a",
        "http://10.0.0.1/callback/a",
        "/callback/a",
        "javascript:alert(1)//callback/a",
    ] {
        let fields = changed(authorisation("openid"), "redirect_uri", Some(target));
        let answer = sim.get(&page(&fields)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{target}");
        assert_eq!(answer.location, None, "{target}");
    }
}

/// Further redirect URLs count as they are written, and their own query stays.
#[tokio::test]
async fn a_further_redirect_url_is_compared_exactly_and_keeps_its_query() {
    let registered = "https://app.example/in?tenant=a%20b";
    let sim = Sim::with(|settings| {
        settings.redirects = vec![registered.to_owned()];
        settings.auto_login = Some("first".parse().expect("infallible"));
    })
    .await;
    let ask = |target| {
        page(&changed(
            authorisation("openid"),
            "redirect_uri",
            Some(target),
        ))
    };
    let answer = sim.get(&ask(registered)).await;
    let location = answer.location.unwrap_or_default();
    assert!(
        location.starts_with(&format!("{registered}&code=")),
        "{location}"
    );
    for other in [
        "https://app.example/in",
        "https://app.example/in?tenant=a%20b&x=1",
        "https://app.example/in?tenant=a+b",
        "https://APP.example/in?tenant=a%20b",
    ] {
        let answer = sim.get(&ask(other)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{other}");
    }
}
