//! redirect_uri: byte for byte the registered one, or a page.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{Ask, refused_on_a_page};
use crate::support::{Answer, House, REDIRECT};

const QUERIED: &str = "http://127.0.0.1:8080/other?tenant=1";

/// Variations on `http://127.0.0.1:8080/callback`, each of which some parser takes for it.
const LOOK_ALIKES: [&str; 54] = [
    "http://127.0.0.1:8080/callback/",
    "http://127.0.0.1:8080/callback//",
    "http://127.0.0.1:8080//callback",
    "http://127.0.0.1:8080/Callback",
    "http://127.0.0.1:8080/CALLBACK",
    "HTTP://127.0.0.1:8080/callback",
    "Http://127.0.0.1:8080/callback",
    "https://127.0.0.1:8080/callback",
    "//127.0.0.1:8080/callback",
    "/callback",
    "callback",
    "127.0.0.1:8080/callback",
    "http:127.0.0.1:8080/callback",
    "http:/127.0.0.1:8080/callback",
    "http:///127.0.0.1:8080/callback",
    "http:\\\\127.0.0.1:8080\\callback",
    "http://127.0.0.1:8080\\callback",
    "http://127.0.0.1:8080/callback\\",
    "http://evil.example\\@127.0.0.1:8080/callback",
    "http://127.0.0.1:8080\\@evil.example/callback",
    "http://127.0.0.1:8080@evil.example/callback",
    "http://evil.example@127.0.0.1:8080/callback",
    "http://user:word@127.0.0.1:8080/callback",
    "http://@127.0.0.1:8080/callback",
    "http://127.0.0.1:8080/x/../callback",
    "http://127.0.0.1:8080/./callback",
    "http://127.0.0.1:8080/callback/..",
    "http://127.0.0.1:8080/callback/../callback",
    "http://127.0.0.1:8080/callback/%2e%2e/callback",
    "http://127.0.0.1:8080/%2e/callback",
    "http://127.0.0.1:8080/callbac%6b",
    "http://127.0.0.1:8080/callbac%6B",
    "http://127.0.0.1:8080%2Fcallback",
    "http://127%2E0.0.1:8080/callback",
    "http%3A%2F%2F127.0.0.1%3A8080%2Fcallback",
    "http://127.0.0.1:8080/callback#",
    "http://127.0.0.1:8080/callback#fragment",
    "http://127.0.0.1:8080/callback?",
    "http://127.0.0.1:8080/callback?a=1",
    "http://127.0.0.1:8080/callback&a=1",
    "http://127.0.0.1:8080/callback;a=1",
    "http://127.0.0.1:8080/callback.evil.example",
    "http://127.0.0.1:8080.evil.example/callback",
    "http://127.0.0.1:08080/callback",
    "http://127.0.0.1:8081/callback",
    "http://127.0.0.1/callback",
    "http://localhost:8080/callback",
    "http://127.1:8080/callback",
    "http://2130706433:8080/callback",
    "http://[::ffff:127.0.0.1]:8080/callback",
    "http://127.0.0.1:8080/callback ",
    " http://127.0.0.1:8080/callback",
    "http://127.0.0.1:8080/call\tback",
    "http://127.0.0.1:8080/callback\r\nSet-Cookie: a=b",
];

/// The same on the address that is registered with a query.
const QUERY_LOOK_ALIKES: [&str; 10] = [
    "http://127.0.0.1:8080/other",
    "http://127.0.0.1:8080/other?",
    "http://127.0.0.1:8080/other?tenant=2",
    "http://127.0.0.1:8080/other?tenant=11",
    "http://127.0.0.1:8080/other?tenant=1&",
    "http://127.0.0.1:8080/other?tenant=1&tenant=2",
    "http://127.0.0.1:8080/other?a=b&tenant=1",
    "http://127.0.0.1:8080/other?Tenant=1",
    "http://127.0.0.1:8080/other?tenant=%31",
    "http://127.0.0.1:8080/other?tenant=1#",
];

const OUTLANDISH: [&str; 8] = [
    "https://evil.example/callback",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "http://127.0.0.1:8080/*",
    "http://127.0.0.1:8080",
    "http://[::1]:8080/callback",
    "\u{ff48}ttp://127.0.0.1:8080/callback",
    "http://127.0.0.1:8080/callback\u{200b}",
];

/// RFC 9700 section 2.1: exact string comparison; RFC 6749 section 4.1.2.1: no redirect.
#[tokio::test]
async fn an_address_that_differs_in_one_byte_gets_a_page_and_never_a_redirect() {
    let house = House::start().await;
    let others = LOOK_ALIKES
        .iter()
        .chain(&QUERY_LOOK_ALIKES)
        .chain(&OUTLANDISH);
    for address in others {
        for more in ["", "none"] {
            let ask = Ask::new().with("redirect_uri", address).and("prompt", more);
            let page = house.browser().get(&ask.url(&house)).await;
            refused_on_a_page(&page);
            assert!(!page.body.contains(address.trim()), "echoed: {address}");
        }
    }
}

/// The same holds for who is signed in already.
#[tokio::test]
async fn a_live_session_does_not_make_a_wrong_address_right() {
    let house = House::start().await;
    let mut browser = house.browser();
    browser.follow(&Ask::new().url(&house), REDIRECT).await;
    for address in LOOK_ALIKES {
        let ask = Ask::new().with("redirect_uri", address);
        refused_on_a_page(&browser.get(&ask.url(&house)).await);
    }
}

/// RFC 6749 section 3.1.2.4.
#[tokio::test]
async fn a_missing_or_empty_client_or_address_gets_a_page() {
    let house = House::start().await;
    for ask in [
        Ask::new().without("client_id"),
        Ask::new().with("client_id", ""),
        Ask::new().with("client_id", "nobody"),
        Ask::new().with("client_id", "Demo"),
        Ask::new().with("client_id", "demo "),
        Ask::new().with("client_id", "demo\u{301}"),
        Ask::new().without("redirect_uri"),
        Ask::new().with("redirect_uri", ""),
        Ask::new()
            .without("client_id")
            .with("client_secret", "x")
            .with("prompt", "none"),
    ] {
        refused_on_a_page(&house.browser().get(&ask.url(&house)).await);
    }
}

/// RFC 9700 section 4.1.3: an address belongs to its client alone.
#[tokio::test]
async fn the_address_of_another_client_gets_a_page() {
    let house = House::plan().more(NEIGHBOUR).start().await;
    let ask = Ask::of("neighbour", REDIRECT);
    refused_on_a_page(&house.browser().get(&ask.url(&house)).await);
    let ask = Ask::new().with("redirect_uri", "https://neighbour.example/callback");
    refused_on_a_page(&house.browser().get(&ask.url(&house)).await);
}

const NEIGHBOUR: &str = r#"
[[clients]]
client_id = "neighbour"
client_secret = "a-secret-of-at-least-32-characters-too"
redirect_uris = ["https://neighbour.example/callback"]
require_pkce = false
"#;

/// The input is shown nowhere (protocol 7: never an echo of unchecked input).
#[tokio::test]
async fn the_page_echoes_nothing_of_the_request() {
    let house = House::start().await;
    let ask = Ask::of("canary-client", "https://canary-address.example/")
        .with("state", "canary-state")
        .with("scope", "canary-scope")
        .and("login_hint", "canary-hint")
        .and("nonce", "canary-nonce")
        .and("canary-name", "1");
    for ask in [
        ask.clone(),
        ask.clone().with("client_id", "demo"),
        ask.clone().and("state", "canary-again"),
        ask.without("client_id"),
    ] {
        let page = house.browser().get(&ask.url(&house)).await;
        refused_on_a_page(&page);
        assert!(!page.body.contains("canary"), "{}", page.body);
        assert!(!format!("{:?}", page.headers).contains("canary"));
    }
}

/// RFC 6749 section 3.1.2: a registered query is kept, parameters are added to it.
#[tokio::test]
async fn a_registered_query_is_kept_and_parameters_are_appended() {
    let house = House::start().await;
    let ask = Ask::new().with("redirect_uri", QUERIED);
    let mut browser = house.browser();
    let page = browser.follow(&ask.url(&house), QUERIED).await;
    assert!(
        page.location()
            .unwrap()
            .starts_with(&format!("{QUERIED}&code=")),
        "{:?}",
        page.location()
    );
    assert_eq!(Answer::of(&page).get("tenant"), Some("1"));
    let page = browser.get(&ask.with("scope", "").url(&house)).await;
    assert!(
        page.location()
            .unwrap()
            .starts_with(&format!("{QUERIED}&error="))
    );
}

fn any_address() -> impl Strategy<Value = String> {
    let edited = |text: &'static str| {
        (0..text.len(), any::<char>(), 0..5_u8).prop_map(move |(at, other, how)| {
            let mut changed = text.to_owned();
            match how {
                0 => drop(changed.remove(at)),
                1 => changed.insert(at, other),
                2 if text.as_bytes()[at].is_ascii_alphabetic() => {
                    changed.replace_range(at..=at, &text[at..=at].to_ascii_uppercase());
                }
                3 => changed.replace_range(at..=at, &format!("%{:02X}", text.as_bytes()[at])),
                _ => changed.replace_range(at..=at, &other.to_string()),
            }
            changed
        })
    };
    prop_oneof![
        4 => edited(REDIRECT),
        2 => edited(QUERIED),
        2 => any::<String>().prop_map(|tail| format!("{REDIRECT}{tail}")),
        1 => any::<String>(),
        1 => "[a-z]{2,6}://[a-z0-9.@:\\\\%/]{1,30}",
    ]
    .prop_filter("registered", |text| text != REDIRECT && text != QUERIED)
}

/// RFC 9700 section 2.1, for whatever anyone writes.
#[test]
fn no_text_that_is_not_registered_ever_gets_a_redirect() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let house = runtime.block_on(House::start());
    let config = Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&any_address(), |address| {
            let ask = Ask::new().with("redirect_uri", &address);
            let page = runtime.block_on(async { house.browser().get(&ask.url(&house)).await });
            prop_assert_eq!(page.status.as_u16(), 400);
            prop_assert_eq!(page.location(), None);
            Ok(())
        })
        .unwrap();
}
