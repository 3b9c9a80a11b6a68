//! The one exception to "byte by byte": the port of a native client's loopback address.

use super::{Ask, refused_on_a_page};
use crate::support::{Answer, House};

const NATIVE: &str = r#"
[[clients]]
client_id = "tool"
preset = "native"
redirect_uris = [
  "http://127.0.0.1/callback",
  "http://[::1]/callback",
  "http://127.0.0.1:4000/other?a=1",
  "http://localhost/callback",
  "http://localhost:4000/callback",
  "https://127.0.0.1/secure",
  "com.example.tool:/callback",
]
"#;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn ask(address: &str) -> Ask {
    Ask::of("tool", address)
        .and("code_challenge", CHALLENGE)
        .and("code_challenge_method", "S256")
}

/// RFC 8252 section 7.3: any port, and the answer goes to the very port that was asked for.
#[tokio::test]
async fn a_native_client_takes_any_port_of_a_loopback_literal() {
    let house = House::plan().more(NATIVE).start().await;
    let mut browser = house.browser();
    for address in [
        "http://127.0.0.1/callback",
        "http://127.0.0.1:1/callback",
        "http://127.0.0.1:49152/callback",
        "http://127.0.0.1:65535/callback",
        "http://[::1]/callback",
        "http://[::1]:53124/callback",
        "http://127.0.0.1:4000/other?a=1",
        "http://127.0.0.1:4001/other?a=1",
        "http://localhost/callback",
        "http://localhost:4000/callback",
        "https://127.0.0.1/secure",
        "com.example.tool:/callback",
    ] {
        let page = browser.follow(&ask(address).url(&house), address).await;
        let location = page.location().unwrap_or_default();
        let next = location.strip_prefix(address).unwrap_or_default();
        assert!(
            next.starts_with("?code=") || next.starts_with("&code="),
            "{address} {location}"
        );
    }
}

/// RFC 8252 section 7.3 frees the port and nothing else; section 8.3 warns of localhost.
#[tokio::test]
async fn nothing_but_the_port_of_a_literal_is_free() {
    let house = House::plan().more(NATIVE).start().await;
    for address in [
        "http://127.0.0.1:/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:99999999999999999999/callback",
        "http://127.0.0.1:-1/callback",
        "http://127.0.0.1:+1/callback",
        "http://127.0.0.1:80 80/callback",
        "http://127.0.0.1:\u{661}\u{662}/callback",
        "http://127.0.0.1:80@evil.example/callback",
        "http://127.0.0.1:80\\@evil.example/callback",
        "http://127.0.0.1:80.evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://127.0.0.1.evil.example:80/callback",
        "http://127.0.0.12/callback",
        "http://127.0.0.1@evil.example/callback",
        "http://127.0.0.1:80/Callback",
        "http://127.0.0.1:80/callback/",
        "http://127.0.0.1:80/callback?a=1",
        "http://127.0.0.1:80/callback#a",
        "http://127.0.0.1:80//callback",
        "http://127.0.0.1:80/x/../callback",
        "http://127.0.0.1:4001/other",
        "http://127.0.0.1:4001/other?a=2",
        "http://127.0.0.1:4001/other?a=1&b=2",
        "http://127.0.0.2/callback",
        "http://127.0.0.2:80/callback",
        "http://[::2]:80/callback",
        "http://[::1]:80/other?a=1",
        "http://[::1]80/callback",
        "http://[0:0:0:0:0:0:0:1]:80/callback",
        "http://localhost:80/callback",
        "http://localhost:4001/callback",
        "HTTP://127.0.0.1:80/callback",
        "https://127.0.0.1:80/callback",
        "https://127.0.0.1:8443/secure",
        "com.example.tool:/callback/",
        "com.example.tool://callback",
        "com.example.tool:80/callback",
    ] {
        let page = house.browser().get(&ask(address).url(&house)).await;
        refused_on_a_page(&page);
    }
}

/// RFC 8252 section 7.3 is for native clients: a web client's port is as registered.
#[tokio::test]
async fn the_port_of_a_web_client_is_not_free() {
    let house = House::start().await;
    for address in [
        "http://127.0.0.1:8081/callback",
        "http://127.0.0.1/callback",
    ] {
        let ask = Ask::new().with("redirect_uri", address);
        refused_on_a_page(&house.browser().get(&ask.url(&house)).await);
    }
}

/// RFC 6749 section 4.1.3: the code is bound to the port that was asked for.
#[tokio::test]
async fn a_code_is_not_redeemed_with_another_port_of_the_same_client() {
    let house = House::plan().more(NATIVE).start().await;
    let address = "http://127.0.0.1:5001/callback";
    let page = house
        .browser()
        .follow(&ask(address).url(&house), address)
        .await;
    let answer = Answer::of(&page);
    let refused = house
        .browser()
        .post(
            &house.url("/token"),
            &[
                ("grant_type", "authorization_code"),
                ("client_id", "tool"),
                ("code", answer.code()),
                ("redirect_uri", "http://127.0.0.1:5002/callback"),
                (
                    "code_verifier",
                    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                ),
            ],
        )
        .await;
    assert_eq!(refused.status.as_u16(), 400);
    assert!(refused.body.contains("invalid_grant"), "{}", refused.body);
}
