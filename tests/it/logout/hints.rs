//! RP-Initiated Logout section 2 and 4: hints, right and wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::wire::{AFTER, asks, confirm, is_signed_in, signed_in, url};
use crate::support::{Browser, CLIENT, House, Page, SECRET, SignedIn};

async fn with_hint(house: &House, browser: &mut Browser, hint: &str) -> Page {
    let parameters = [
        ("id_token_hint", hint),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
    ];
    browser.get(&url(house, &parameters)).await
}

/// Asked, not ended, and after the person's yes not sent anywhere: what failed is not used.
async fn is_not_believed(house: &House, browser: &mut Browser, hint: &str) {
    let page = with_hint(house, browser, hint).await;
    assert_eq!(page.status, 400);
    assert!(asks(&page), "{page:?}");
    assert!(!page.body.contains(AFTER));
    assert!(is_signed_in(house, browser).await);
    let stranger = with_hint(house, &mut house.browser(), hint).await;
    assert_eq!((stranger.status.as_u16(), stranger.location()), (400, None));
    let mut copy = house.browser();
    copy.cookies = browser.cookies.clone();
    let page = with_hint(house, &mut copy, hint).await;
    assert!(asks(&page));
}

/// Section 2: an ID Token whose time is over is accepted.
#[tokio::test]
async fn an_expired_hint_is_accepted() {
    let (house, mut browser, signed_in) = signed_in().await;
    house.clock.advance_seconds(2 * 3_600);
    let page = with_hint(&house, &mut browser, &signed_in.id_token).await;
    assert_eq!(page.location(), Some(format!("{AFTER}?state=s").as_str()));
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn payload(signed_in: &SignedIn) -> Value {
    Value::Object(signed_in.payload())
}

/// oidcc-rp-initiated-logout-modified-id-token-hint (alg none), -bad-id-token-hint (signed
/// with the client's secret), and their kin.
#[tokio::test]
async fn a_hint_with_another_signature_is_not_believed() {
    let (house, mut browser, signed_in) = signed_in().await;
    let kid = house.keyring.signer().unwrap().kid().to_owned();
    let claims = part(&payload(&signed_in));
    let honest: Vec<&str> = signed_in.id_token.split('.').collect();
    let mut forged = vec![
        format!("{}.{claims}.", part(&json!({"alg": "none"}))),
        format!("{}.{claims}.", part(&json!({"alg": "none", "kid": kid}))),
        format!("{}.{}.", honest[0], honest[1]),
        format!("{}.{claims}.{}", part(&json!({"alg": "RS256"})), honest[2]),
        signed_in.id_token.replacen('.', "..", 1),
        "not-a-token".to_owned(),
        "..".to_owned(),
    ];
    for key in [SECRET.as_bytes(), kid.as_bytes()] {
        for header in [
            json!({"alg": "HS256", "typ": "JWT"}),
            json!({"alg": "HS256", "kid": kid}),
        ] {
            let input = format!("{}.{claims}", part(&header));
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
            let tag = aws_lc_rs::hmac::sign(&key, input.as_bytes());
            forged.push(format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag)));
        }
    }
    for hint in forged {
        is_not_believed(&house, &mut browser, &hint).await;
    }
}

/// Somebody else's issuer, or one of ours that was altered and signed elsewhere.
#[tokio::test]
async fn a_hint_of_another_issuer_is_not_believed() {
    let (house, mut browser, signed_in) = signed_in().await;
    let mut claims = signed_in.payload();
    claims.insert("iss".to_owned(), "https://other.example".into());
    let foreign = house.keyring.sign(&claims).unwrap();
    is_not_believed(&house, &mut browser, &foreign).await;
}

/// OIDC Back-Channel Logout section 2.4: a logout token is no ID Token, though it is signed
/// by the same key.
#[tokio::test]
async fn a_logout_token_is_no_hint() {
    let (house, mut browser, signed_in) = signed_in().await;
    let claims = signed_in.payload();
    let honest = house.keyring.sign(&claims).unwrap();
    // The header of a logout token, under the same key.
    let token = super::receiver::as_logout_token(&house, &claims);
    is_not_believed(&house, &mut browser, &token).await;
    let page = with_hint(&house, &mut browser, &honest).await;
    assert_eq!(page.status, 303);
}

/// Section 2: where both are there, they must agree.
#[tokio::test]
async fn client_id_and_hint_must_agree() {
    let (house, mut browser, signed_in) = signed_in().await;
    for other in ["another", "Demo", "demo "] {
        let parameters = [
            ("id_token_hint", signed_in.id_token.as_str()),
            ("client_id", other),
            ("post_logout_redirect_uri", AFTER),
        ];
        let page = browser.get(&url(&house, &parameters)).await;
        assert_eq!(page.status, 400, "{other}");
        assert!(asks(&page));
        assert!(is_signed_in(&house, &mut browser).await);
    }
    let parameters = [
        ("id_token_hint", signed_in.id_token.as_str()),
        ("client_id", CLIENT),
        ("post_logout_redirect_uri", AFTER),
    ];
    let page = browser.get(&url(&house, &parameters)).await;
    assert_eq!(page.location(), Some(AFTER));
}

/// Section 2: the End-User of the hint is not the one of this browser: asked, not ended.
#[tokio::test]
async fn a_hint_of_another_person_asks_first() {
    let (house, mut first, of_first) = signed_in().await;
    let mut second = house.browser();
    house.sim.sign_in_as("lisi").await;
    house.rp().await.sign_in(&mut second, &["profile"]).await;
    let page = with_hint(&house, &mut second, &of_first.id_token).await;
    assert!(asks(&page));
    assert_eq!(page.status, 200);
    assert!(is_signed_in(&house, &mut second).await);
    // The person may say yes: it is this session that ends, and no other.
    let page = confirm(&house, &mut second, &page).await;
    assert_eq!(page.location(), Some(format!("{AFTER}?state=s").as_str()));
    assert!(!is_signed_in(&house, &mut second).await);
    assert!(is_signed_in(&house, &mut first).await);
}

/// The same person with a session of another name here: the application keeps the ID Token of
/// its own sign-in.
#[tokio::test]
async fn a_hint_of_an_earlier_session_of_the_same_person_needs_no_question() {
    let (house, mut browser, before) = signed_in().await;
    house.clock.advance_seconds(8 * 24 * 3_600);
    let rp = house.rp().await;
    let after = rp.sign_in(&mut browser, &[]).await;
    assert_ne!(after.payload()["sid"], before.payload()["sid"]);
    let page = with_hint(&house, &mut browser, &before.id_token).await;
    assert_eq!(page.location(), Some(format!("{AFTER}?state=s").as_str()));
    assert!(!is_signed_in(&house, &mut browser).await);
}

/// A hint in a stranger's hands (they end in logs) ends nobody's session.
#[tokio::test]
async fn a_hint_without_the_session_s_cookie_ends_nothing() {
    let (house, mut browser, signed_in) = signed_in().await;
    with_hint(&house, &mut house.browser(), &signed_in.id_token).await;
    assert!(is_signed_in(&house, &mut browser).await);
}

/// A client that was removed is nobody: its hint leads nowhere.
#[tokio::test]
async fn a_hint_of_a_client_that_is_not_registered_leads_nowhere() {
    let (house, mut browser, signed_in) = signed_in().await;
    let mut claims = signed_in.payload();
    claims.insert("aud".to_owned(), "removed".into());
    let hint = house.keyring.sign(&claims).unwrap();
    is_not_believed(&house, &mut browser, &hint).await;
}
