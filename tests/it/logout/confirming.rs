//! The confirm page: whose form ends what (RP-Initiated Logout section 6; Hydra and others had
//! logouts that anybody's page could send).

use super::wire::{AFTER, asks, confirm, form_of, is_signed_in, signed_in, url};
use crate::support::CLIENT;

/// Another site's form names its own origin.
#[tokio::test]
async fn a_form_from_another_origin_ends_nothing() {
    let (house, mut browser, _) = signed_in().await;
    let page = browser.get(&url(&house, &[])).await;
    let form = form_of(&page);
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        browser.origin = Some(origin.to_owned());
        let page = browser
            .post(&house.url("/logout/confirm"), &[("confirm", &form)])
            .await;
        assert_eq!(page.status, 400);
        assert!(asks(&page));
        browser.origin = None;
        assert!(is_signed_in(&house, &mut browser).await);
    }
}

/// Without the session's cookie (a form of another site does not bring it) nothing ends.
#[tokio::test]
async fn a_form_without_the_cookie_ends_nothing() {
    let (house, mut browser, _) = signed_in().await;
    let page = browser.get(&url(&house, &[])).await;
    let page = confirm(&house, &mut house.browser(), &page).await;
    assert_eq!(page.status, 200);
    assert!(is_signed_in(&house, &mut browser).await);
}

/// A form that was not made here, or for something else, is worth nothing.
#[tokio::test]
async fn a_form_that_was_not_sealed_here_ends_nothing() {
    let (house, mut browser, signed_in) = signed_in().await;
    let page = browser.get(&url(&house, &[])).await;
    let form = form_of(&page);
    let sid = signed_in.payload()["sid"].as_str().unwrap().to_owned();
    for forged in [
        String::new(),
        sid,
        form.trim_end_matches(|c: char| c.is_ascii_alphanumeric())
            .to_owned(),
        format!("{form}A"),
        signed_in.access_token.clone(),
    ] {
        let page = browser
            .post(&house.url("/logout/confirm"), &[("confirm", &forged)])
            .await;
        assert_eq!(page.status, 400, "{forged}");
        assert!(asks(&page));
        assert!(is_signed_in(&house, &mut browser).await);
    }
    let twice = [("confirm", form.as_str()), ("confirm", form.as_str())];
    let page = browser.post(&house.url("/logout/confirm"), &twice).await;
    assert_eq!(page.status, 400);
}

/// A tab that was left open does not end the session of whoever signed in since.
#[tokio::test]
async fn a_form_of_an_earlier_session_asks_again() {
    let (house, mut browser, _) = signed_in().await;
    let stale = browser.get(&url(&house, &[])).await;
    house.sim.sign_in_as("lisi").await;
    let rp = house.rp().await;
    rp.sign_in_with(&mut browser, &[], &[("prompt", "login")])
        .await;
    let page = confirm(&house, &mut browser, &stale).await;
    assert!(asks(&page), "{page:?}");
    assert!(is_signed_in(&house, &mut browser).await);
    let page = confirm(&house, &mut browser, &page).await;
    assert!(page.body.contains("You are signed out"));
    assert!(!is_signed_in(&house, &mut browser).await);
}

/// A form of somebody else's session does not end mine.
#[tokio::test]
async fn a_form_of_another_browser_asks_again() {
    let (house, mut victim, _) = signed_in().await;
    let mut attacker = house.browser();
    house.rp().await.sign_in(&mut attacker, &[]).await;
    let page = attacker.get(&url(&house, &[])).await;
    let page = confirm(&house, &mut victim, &page).await;
    assert!(asks(&page));
    assert!(is_signed_in(&house, &mut victim).await);
    assert!(is_signed_in(&house, &mut attacker).await);
}

/// A double click leads to the same place.
#[tokio::test]
async fn a_form_that_is_sent_twice_leads_to_the_same_place() {
    let (house, mut browser, _) = signed_in().await;
    let parameters = [
        ("client_id", CLIENT),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
    ];
    let page = browser.get(&url(&house, &parameters)).await;
    let mut copy = house.browser();
    copy.cookies = browser.cookies.clone();
    for browser in [&mut browser, &mut copy] {
        let answer = confirm(&house, browser, &page).await;
        assert_eq!(answer.location(), Some(format!("{AFTER}?state=s").as_str()));
    }
    let events = house.store.latest_events(100).await.unwrap();
    let ended = events
        .iter()
        .filter(|event| event.kind.name() == "session_ended");
    assert_eq!(ended.count(), 1);
}

/// Chromium applies `form-action` to the redirect after the form: the page's policy names
/// the proved address's origin and no other. Nothing may frame it.
#[tokio::test]
async fn the_policy_of_the_page_allows_the_way_back_and_nothing_else() {
    let (house, mut browser, _) = signed_in().await;
    let named = [("client_id", CLIENT), ("post_logout_redirect_uri", AFTER)];
    for (parameters, expected) in [
        (&named[..], "form-action 'self' http://127.0.0.1:8080"),
        (&[], "form-action 'self'"),
    ] {
        let page = browser.get(&url(&house, parameters)).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        let directives: Vec<&str> = policy.split("; ").collect();
        assert!(directives.contains(&expected), "{policy}");
        assert!(directives.contains(&"frame-ancestors 'none'"));
        assert!(directives.contains(&"default-src 'none'"));
        assert!(!policy.contains("script-src"));
        assert_eq!(page.headers["cache-control"], "no-store");
    }
}

/// CVE-2025-67495 (Zitadel, script in the logout page): nothing of the request stands on it.
#[tokio::test]
async fn the_page_shows_nothing_of_the_request() {
    let (house, mut browser, _) = signed_in().await;
    let marker = "zzz<script>\"'";
    let parameters = [
        ("client_id", CLIENT),
        ("post_logout_redirect_uri", AFTER),
        ("state", marker),
        ("logout_hint", marker),
        ("ui_locales", marker),
        ("foo", marker),
    ];
    let page = browser.get(&url(&house, &parameters)).await;
    assert!(asks(&page));
    assert!(!page.body.contains("zzz"), "{}", page.body);
    let page = house.browser().get(&url(&house, &parameters)).await;
    let link = page.href("back").unwrap();
    assert!(link.ends_with("state=zzz%3Cscript%3E%22%27"), "{link}");
}

/// The address bar's own way back to the form's address asks, like any other visit.
#[tokio::test]
async fn a_visit_to_the_form_s_address_asks() {
    let (house, mut browser, _) = signed_in().await;
    let page = browser.get(&house.url("/logout/confirm")).await;
    assert!(asks(&page) && page.status == 200);
    assert!(is_signed_in(&house, &mut browser).await);
}
