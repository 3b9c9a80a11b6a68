//! RP-Initiated Logout section 3: where a person may be sent afterwards.

use super::wire::{AFTER, asks, confirm, is_signed_in, plan, signed_in, url};
use crate::support::{CLIENT, House, Page};

/// oidcc-rp-initiated-logout-bad-post-logout-redirect-uri and -query-added-to-...: exact, to
/// the letter, or nowhere.
#[tokio::test]
async fn any_other_address_leads_nowhere_and_ends_nothing_unasked() {
    let (house, mut browser, signed_in) = signed_in().await;
    for address in [
        "http://127.0.0.1:8080/signed-out?foo=bar".to_owned(),
        "http://127.0.0.1:8080/signed-out?".to_owned(),
        "http://127.0.0.1:8080/signed-out/".to_owned(),
        "http://127.0.0.1:8080/signed-out#x".to_owned(),
        "http://127.0.0.1:8080/Signed-Out".to_owned(),
        "http://127.0.0.1:8080/x/../signed-out".to_owned(),
        "http://127.0.0.1:8081/signed-out".to_owned(),
        "http://127.0.0.1/signed-out".to_owned(),
        "https://127.0.0.1:8080/signed-out".to_owned(),
        "http://a@127.0.0.1:8080/signed-out".to_owned(),
        "http://127.0.0.1:8080\\@evil.example/signed-out".to_owned(),
        "//evil.example/".to_owned(),
        "https://evil.example/".to_owned(),
        "javascript:alert(1)".to_owned(),
        "data:text/html,x".to_owned(),
        // A redirect_uri is no post_logout_redirect_uri.
        crate::support::REDIRECT.to_owned(),
        format!("{AFTER}%20"),
        format!("{AFTER}\r\nx: y"),
    ] {
        for hinted in [true, false] {
            let mut parameters = vec![
                ("client_id", CLIENT),
                ("post_logout_redirect_uri", address.as_str()),
                ("state", "s"),
            ];
            if hinted {
                parameters.push(("id_token_hint", &signed_in.id_token));
            }
            let page = browser.get(&url(&house, &parameters)).await;
            assert_eq!(page.status, 400, "{address}");
            assert!(page.location().is_none() && asks(&page), "{address}");
            assert!(!page.body.contains("evil.example"));
            assert!(is_signed_in(&house, &mut browser).await);
            let stranger = house.browser().get(&url(&house, &parameters)).await;
            assert_eq!(stranger.status, 400);
            assert!(stranger.location().is_none());
        }
    }
    // Whoever wants to sign out nevertheless can, and stays here.
    let parameters = [
        ("id_token_hint", signed_in.id_token.as_str()),
        ("post_logout_redirect_uri", "https://evil.example/"),
    ];
    let page = browser.get(&url(&house, &parameters)).await;
    let page = confirm(&house, &mut browser, &page).await;
    assert_eq!((page.status.as_u16(), page.location()), (200, None));
    assert_eq!(page.href("back"), None);
    assert!(!is_signed_in(&house, &mut browser).await);
}

/// oidcc-rp-initiated-logout-no-id-token-hint: the person is asked first.
#[tokio::test]
async fn without_a_hint_nobody_is_sent_anywhere_straight_away() {
    let (house, mut browser, _) = signed_in().await;
    // Whose address it is nobody can tell without a client.
    let alone = [("post_logout_redirect_uri", AFTER), ("state", "s")];
    let page = browser.get(&url(&house, &alone)).await;
    assert!(asks(&page));
    assert!(!page.body.contains(AFTER));
    let named = [
        ("client_id", CLIENT),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
    ];
    let page = browser.get(&url(&house, &named)).await;
    assert!(asks(&page));
    assert!(page.body.contains("“Demo” asks to sign you out"));
    assert!(is_signed_in(&house, &mut browser).await);
    let page = confirm(&house, &mut browser, &page).await;
    assert_eq!(page.location(), Some(format!("{AFTER}?state=s").as_str()));
    assert!(!is_signed_in(&house, &mut browser).await);
}

/// A client without registered addresses has none.
#[tokio::test]
async fn a_client_without_addresses_sends_nobody_anywhere() {
    let house = House::start().await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    let parameters = [
        ("id_token_hint", signed_in.id_token.as_str()),
        ("post_logout_redirect_uri", AFTER),
    ];
    let page = browser.get(&url(&house, &parameters)).await;
    assert_eq!(page.status, 400);
    assert!(asks(&page));
}

/// An unknown client has none either.
#[tokio::test]
async fn an_unknown_client_sends_nobody_anywhere() {
    let (house, mut browser, _) = signed_in().await;
    let parameters = [("client_id", "nobody"), ("post_logout_redirect_uri", AFTER)];
    let page = browser.get(&url(&house, &parameters)).await;
    assert_eq!(page.status, 400);
    assert!(asks(&page));
}

/// The query of a registered address stays, and the state is appended behind it.
#[tokio::test]
async fn a_registered_query_is_kept() {
    let house = House::plan()
        .client("post_logout_redirect_uris = [\"https://app.example/out?a=1\"]")
        .start()
        .await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    let parameters = [
        ("id_token_hint", signed_in.id_token.as_str()),
        ("post_logout_redirect_uri", "https://app.example/out?a=1"),
        ("state", "s"),
    ];
    let page = browser.get(&url(&house, &parameters)).await;
    assert_eq!(page.location(), Some("https://app.example/out?a=1&state=s"));
}

/// RFC 8252 section 7.3: a native application's loopback port is free here, too.
#[tokio::test]
async fn the_port_of_a_native_application_is_free() {
    let native = "[[clients]]\nclient_id = \"native\"\npreset = \"native\"\nredirect_uris = [\"http://127.0.0.1/callback\"]\npost_logout_redirect_uris = [\"http://127.0.0.1/out\", \"com.example.app:/out\"]";
    let house = House::plan().more(native).start().await;
    for (address, good) in [
        ("http://127.0.0.1:5555/out", true),
        ("http://127.0.0.1:5555/out?x", false),
        ("http://localhost:5555/out", false),
        ("com.example.app:/out", true),
    ] {
        let parameters = [
            ("client_id", "native"),
            ("post_logout_redirect_uri", address),
        ];
        let page = house.browser().get(&url(&house, &parameters)).await;
        assert_eq!(
            page.href("back").as_deref() == Some(address),
            good,
            "{page:?}"
        );
    }
}

/// A house with the client `nb`, in the way that NocoBase is set up.
async fn nocobase() -> House {
    let client = "[[clients]]\nclient_id = \"nb\"\npreset = \"nocobase\"\nclient_secret = \"a-secret-of-at-least-32-characters!!\"\nscope = \"openid profile email phone\"\nredirect_uris = [\"https://nb.example/api/oidc:redirect\"]\npost_logout_redirect_uris = [\"https://nb.example/signin\"]";
    plan().more(client).start().await
}

async fn ask(house: &House, browser: &mut crate::support::Browser, address: &str) -> Page {
    let parameters = [("client_id", "nb"), ("post_logout_redirect_uri", address)];
    browser.get(&url(house, &parameters)).await
}

/// NocoBase sends its address bar: another query than the registered one is good for it alone,
/// and only after the person has confirmed.
#[tokio::test]
async fn nocobase_may_send_another_query_after_the_confirm_page() {
    let house = nocobase().await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    let address = "https://nb.example/signin?redirect=%2Fadmin%2Fx&a=b";
    let page = ask(&house, &mut browser, address).await;
    assert!(asks(&page) && page.status == 200, "{page:?}");
    assert!(is_signed_in(&house, &mut browser).await);
    let page = confirm(&house, &mut browser, &page).await;
    assert_eq!(page.location(), Some(address));
    // With a hint, too.
    house.rp().await.sign_in(&mut browser, &[]).await;
    let mut claims = signed_in.payload();
    claims.insert("aud".to_owned(), "nb".into());
    let hint = house.keyring.sign(&claims).unwrap();
    let hinted = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", address),
    ];
    let page = browser.get(&url(&house, &hinted)).await;
    assert!(asks(&page));
    let exact = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", "https://nb.example/signin"),
    ];
    let page = browser.get(&url(&house, &exact)).await;
    assert_eq!(page.location(), Some("https://nb.example/signin"));
}

/// The tolerance is for the query and nothing else.
#[tokio::test]
async fn nocobase_may_send_no_other_place_and_no_fragment() {
    let house = nocobase().await;
    let mut browser = house.browser();
    house.rp().await.sign_in(&mut browser, &[]).await;
    for address in [
        "https://nb.example/signin#x",
        "https://nb.example/signin?a=b#x",
        "https://nb.example/signin/?a=b",
        "https://nb.example/signinx?a=b",
        "https://nb.example/x/../signin?a=b",
        "https://nb.example:444/signin?a=b",
        "https://nb.example.evil.example/signin?a=b",
        "https://nb.example@evil.example/signin?a=b",
        "http://nb.example/signin?a=b",
        "https://nb.example/signin?a=\"b",
        "https://nb.example/signin?a=b c",
        "https://nb.example/signin?a=ü",
        "https://evil.example/?https://nb.example/signin?a=b",
    ] {
        let page = ask(&house, &mut browser, address).await;
        assert_eq!(page.status, 400, "{address}");
        assert!(page.location().is_none());
        let page = confirm(&house, &mut house.browser(), &page).await;
        assert!(page.location().is_none(), "{address}");
    }
}
