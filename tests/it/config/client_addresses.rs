//! The addresses of a client.

use super::clients::{client, public};
use super::{CLIENT, fault, loads, warnings, with};

#[test]
fn redirect_uris_are_absolute_and_written_once() {
    let uris = |list: &str| with(&CLIENT.replace("[\"https://app.example.com/callback\"]", list));
    assert_eq!(
        fault(&uris("[]")),
        "`redirect_uris` must name at least one address"
    );
    for (list, part) in [
        ("[\"/callback\"]", "not an absolute URL"),
        ("[\"https://a.example.com/#x\"]", "fragment"),
        ("[\"https://*.example.com/\"]", "wildcard"),
        ("[\"https://u@a.example.com/\"]", "user or password"),
        ("[\"javascript:alert(1)\"]", "run as script"),
        (
            "[\"https://a.example.com/\", \"https://a.example.com/\"]",
            "twice",
        ),
        ("\"https://a.example.com/\"", "must be an array of strings"),
        ("[\"com.example.app:/cb\"]", "application_type = \"native\""),
    ] {
        let message = fault(&uris(list));
        assert!(
            message.starts_with("`redirect_uris`") && message.contains(part),
            "{message}"
        );
    }
    let two = loads(&uris(
        "[\"https://a.example.com/\", \"https://a.example.com\"]",
    ));
    assert_eq!(two.clients[0].redirect_uris.len(), 2);
}

#[test]
fn plain_http_elsewhere_is_for_clients_with_a_secret() {
    let intranet = "http://nocobase.intranet/cb";
    let told = warnings(&with(
        &CLIENT.replace("https://app.example.com/callback", intranet),
    ));
    assert!(
        told[0].contains("plain http shows the authorization code"),
        "{told:?}"
    );
    let refused = fault(&public(&format!("redirect_uris = [\"{intranet}\"]")));
    assert!(refused.contains("a client without a secret can't use plain http"));
    assert_eq!(
        warnings(&public("redirect_uris = [\"http://127.0.0.1/cb\"]")),
        [""; 0]
    );
}

/// RFC 8252 sections 7.1, 8.3
#[test]
fn a_native_application_may_have_its_own_scheme() {
    let native = |uri: &str| {
        public(&format!(
            "application_type = \"native\"\nredirect_uris = [\"{uri}\"]"
        ))
    };
    assert_eq!(warnings(&native("com.example.app:/cb")), [""; 0]);
    assert!(warnings(&native("myapp:/cb"))[0].contains("any application can claim this scheme"));
    assert!(warnings(&native("http://localhost/cb"))[0].contains("rather than localhost"));
    assert_eq!(warnings(&native("http://127.0.0.1/cb")), [""; 0]);
}

#[test]
fn addresses_after_logout_are_checked_by_the_same_rules() {
    let message = fault(&client(
        "post_logout_redirect_uris = [\"https://a.example.com/#x\"]",
    ));
    assert_eq!(
        message,
        "`post_logout_redirect_uris`: this address must not have a fragment (#...)"
    );
}

#[test]
fn addresses_of_a_client_are_addresses() {
    for (key, value) in [
        ("client_uri", "\"app\""),
        ("logo_uri", "\"ftp://a.example.com/\""),
        ("jwks_uri", "\"http://a.example.com/jwks\""),
        ("initiate_login_uri", "\"http://a.example.com/\""),
        ("request_uris", "[\"http://a.example.com/\"]"),
        ("backchannel_logout_uri", "\"x:y\""),
        ("allowed_cors_origins", "[\"https://a.example.com/\"]"),
        ("allowed_cors_origins", "[\"*\"]"),
        ("client_uri#zh-CN", "\"app\""),
        ("client_name#", "\"x\""),
    ] {
        let message = fault(&client(&format!("\"{key}\" = {value}")));
        let bare = key.split('#').next().unwrap();
        assert!(message.starts_with(&format!("`{bare}")), "{key}: {message}");
    }
    let both = client("jwks_uri = \"https://a.example.com/\"\njwks = {}");
    assert_eq!(
        fault(&both),
        "`jwks` and `jwks_uri` are both given; keep one"
    );
}

/// CONTRIBUTING.md, Old attacks: what a browser would read in another way than it is written.
#[test]
fn redirect_uris_that_browsers_rewrite_are_refused() {
    for uri in [
        "https:evil.example/cb",
        "https:/evil.example/cb",
        "http:127.0.0.1/cb",
        "https://app.example.com/a/%2e%2e/cb",
        "https://app.example.com/a/%2E./cb",
        "https://app.example.com/a/%2e/cb",
    ] {
        let text = with(&CLIENT.replace("https://app.example.com/callback", uri));
        let message = fault(&text);
        assert!(
            message.contains("as a browser would send it"),
            "{uri}: {message}"
        );
    }
}
