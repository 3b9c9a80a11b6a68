//! OIDC Front-Channel Logout 1.0: the page with the frames. What a browser makes of it is in
//! `tests/browser/logout.test.mjs`.

use super::wire::{AFTER, plan, url};
use crate::support::{CLIENT, House, Page, RelyingParty, SECRET};

const DEMO: &str = "http://127.0.0.1:8080/front?tenant=1";

fn client(id: &str, uri: &str) -> String {
    format!(
        "[[clients]]\nclient_id = \"{id}\"\nclient_secret = \"{SECRET}\"\nredirect_uris = [\"http://127.0.0.1:8080/{id}\"]\nfrontchannel_logout_uri = \"{uri}\""
    )
}

async fn house(more: &str) -> House {
    plan()
        .client(&format!("frontchannel_logout_uri = \"{DEMO}\""))
        .more(more)
        .start()
        .await
}

fn frames(page: &Page) -> Vec<String> {
    page.body
        .split("<iframe ")
        .skip(1)
        .map(|tag| tag.split("src=\"").nth(1).unwrap())
        .map(|rest| rest.split('"').next().unwrap())
        .map(|url| url.replace("&amp;", "&").replace("&#38;", "&"))
        .collect()
}

fn directive(page: &Page, name: &str) -> Option<String> {
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    policy
        .split("; ")
        .find_map(|it| it.strip_prefix(name))
        .map(|rest| rest.trim().to_owned())
}

/// Section 3 (oidcc-frontchannel-rp-initiated-logout): `iss` and `sid` go along, then back
/// with the state.
#[tokio::test]
async fn each_application_is_opened_in_a_frame_with_iss_and_sid() {
    let house = house(&client("wiki", "https://wiki.example/out")).await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    let redirect = "http://127.0.0.1:8080/wiki";
    RelyingParty::discover(&house.issuer, "wiki", Some(SECRET), redirect)
        .await
        .sign_in(&mut browser, &[])
        .await;
    let parameters = [
        ("id_token_hint", signed_in.id_token.as_str()),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
    ];
    let page = browser.get(&url(&house, &parameters)).await;
    assert_eq!(page.status, 200);
    let iss = house
        .issuer
        .replace(':', "%3A")
        .replace('/', "%2F")
        .replace('.', "%2E");
    let sid = signed_in.payload()["sid"].as_str().unwrap().to_owned();
    let sid = sid.replace('-', "%2D").replace('_', "%5F");
    let mut found = frames(&page);
    found.sort();
    assert_eq!(
        found,
        [
            format!("{DEMO}&iss={iss}&sid={sid}"),
            format!("https://wiki.example/out?iss={iss}&sid={sid}"),
        ]
    );
    assert_eq!(
        directive(&page, "frame-src").as_deref(),
        Some("http://127.0.0.1:8080 https://wiki.example")
    );
    // On by itself: by the script when all have answered, without it after five seconds.
    assert_eq!(page.href("back"), Some(format!("{AFTER}?state=s")));
    let refresh = format!(
        "<noscript><meta http-equiv=\"refresh\" content=\"5;url={AFTER}?state=s\"></noscript>"
    );
    assert!(page.body.contains(&refresh), "{}", page.body);
    let script = page.body.split("<script>").nth(1).unwrap();
    let script = script.split("</script>").next().unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, script.as_bytes());
    let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
    assert_eq!(
        directive(&page, "script-src"),
        Some(format!("'sha256-{hash}'"))
    );
    // A frame moves neither this page nor opens others.
    assert_eq!(
        page.body
            .matches("sandbox=\"allow-scripts allow-same-origin\"")
            .count(),
        2
    );
}

/// Without an address to go to, the page stays, and needs no script.
#[tokio::test]
async fn without_an_address_the_page_with_the_frames_stays() {
    let house = house("").await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    let hint = [("id_token_hint", signed_in.id_token.as_str())];
    let page = browser.get(&url(&house, &hint)).await;
    assert_eq!(frames(&page).len(), 1);
    assert!(page.body.contains("You are signed out"));
    assert!(!page.body.contains("<script") && !page.body.contains("refresh"));
    assert_eq!(directive(&page, "script-src"), None);
}

/// Whoever did not take part is not opened; neither is anybody when there was no session.
#[tokio::test]
async fn only_who_took_part_is_opened() {
    let house = house(&client("wiki", "https://wiki.example/out")).await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    let parameters = [
        ("id_token_hint", signed_in.id_token.as_str()),
        ("post_logout_redirect_uri", AFTER),
    ];
    let page = browser.get(&url(&house, &parameters)).await;
    assert_eq!(frames(&page).len(), 1);
    let again = browser.get(&url(&house, &parameters)).await;
    assert_eq!(again.location(), Some(AFTER), "a reload goes on at once");
}

/// A page has a bounded number of frames.
#[tokio::test]
async fn there_are_at_most_twenty_frames() {
    use std::fmt::Write as _;
    let mut more = String::new();
    for number in 0..25 {
        let id = format!("app{number}");
        let _ = writeln!(
            more,
            "{}",
            client(&id, &format!("https://{id}.example/out"))
        );
    }
    let house = plan().more(&more).start().await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    for number in 0..25 {
        let id = format!("app{number}");
        let redirect = format!("http://127.0.0.1:8080/{id}");
        RelyingParty::discover(&house.issuer, &id, Some(SECRET), &redirect)
            .await
            .sign_in(&mut browser, &[])
            .await;
    }
    let named = [
        ("id_token_hint", signed_in.id_token.as_str()),
        ("client_id", CLIENT),
    ];
    let page = browser.get(&url(&house, &named)).await;
    assert_eq!(frames(&page).len(), 20);
}
