//! RP-Initiated Logout: the request as a whole, with a right hint.

use super::wire::{AFTER, asks, house, is_signed_in, signed_in, url};
use crate::support::{CLIENT, House};

/// Section 3 (oidcc-rp-initiated-logout): signed out, and back with the same state.
#[tokio::test]
async fn a_right_hint_signs_out_and_leads_back_with_the_state() {
    let (house, mut browser, signed_in) = signed_in().await;
    let page = browser
        .get(&url(
            &house,
            &[
                ("id_token_hint", &signed_in.id_token),
                ("post_logout_redirect_uri", AFTER),
                ("state", "a state & more=1#ü"),
            ],
        ))
        .await;
    assert_eq!(page.status, 303);
    let expected = format!("{AFTER}?state=a%20state%20%26%20more%3D1%23%C3%BC");
    assert_eq!(page.location(), Some(expected.as_str()));
    assert!(!browser.cookies.contains_key("dingpass-session"));
    assert!(!is_signed_in(&house, &mut browser).await);
}

/// oidcc-rp-initiated-logout-no-state: no state is invented.
#[tokio::test]
async fn without_a_state_none_comes_back() {
    let (house, mut browser, signed_in) = signed_in().await;
    let page = browser
        .get(&url(
            &house,
            &[
                ("id_token_hint", &signed_in.id_token),
                ("post_logout_redirect_uri", AFTER),
            ],
        ))
        .await;
    assert_eq!(page.location(), Some(AFTER));
}

/// The tombstone holds: the cookie that was taken along opens nothing any more, and neither
/// does the access token.
#[tokio::test]
async fn a_copy_of_the_cookie_and_the_access_token_are_worth_nothing_afterwards() {
    let (house, mut browser, signed_in) = signed_in().await;
    let mut thief = house.browser();
    thief.cookies = browser.cookies.clone();
    let hint = [("id_token_hint", signed_in.id_token.as_str())];
    browser.get(&url(&house, &hint)).await;
    assert!(!is_signed_in(&house, &mut thief).await);
    let userinfo = crate::userinfo::get(&house, &signed_in.access_token).await;
    assert_eq!(userinfo.status.as_u16(), 401);
}

/// Section 2: the OP must support GET and POST.
#[tokio::test]
async fn a_post_with_the_cookie_works_as_a_get_does() {
    let (house, mut browser, signed_in) = signed_in().await;
    let page = browser
        .post(
            &house.url("/logout"),
            &[
                ("id_token_hint", &signed_in.id_token),
                ("post_logout_redirect_uri", AFTER),
                ("state", "s"),
            ],
        )
        .await;
    assert_eq!(page.location(), Some(format!("{AFTER}?state=s").as_str()));
}

/// A POST from another site brings no `Lax` cookie: it is asked again by GET.
#[tokio::test]
async fn a_post_without_the_cookie_is_asked_again_by_get() {
    let (house, mut browser, signed_in) = signed_in().await;
    let form = [
        ("id_token_hint", signed_in.id_token.as_str()),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
    ];
    let page = house.browser().post(&house.url("/logout"), &form).await;
    assert_eq!(page.status, 303);
    let again = page.location().unwrap().to_owned();
    assert!(again.starts_with(&house.url("/logout?")), "{again}");
    let page = browser.get(&again).await;
    assert_eq!(page.location(), Some(format!("{AFTER}?state=s").as_str()));
}

/// A hint that is too long for a query is left out: the person is asked, not told that there
/// is no session.
#[tokio::test]
async fn a_post_with_a_hint_that_is_too_long_for_a_query_asks_the_person() {
    let (house, mut browser, signed_in) = signed_in().await;
    // Signed here, as the ID Token of somebody with hundreds of departments is.
    let mut claims = signed_in.payload();
    let groups: Vec<String> = (0..400).map(|it| format!("dept:{it}")).collect();
    claims.insert("groups".to_owned(), groups.into());
    let hint = house.keyring.sign(&claims).unwrap();
    assert!(hint.len() > 4_000);
    let form = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
    ];
    let page = house.browser().post(&house.url("/logout"), &form).await;
    let again = page.location().expect("a redirect").to_owned();
    assert!(!again.contains("id_token_hint") && again.len() < 1_000);
    let page = browser.get(&again).await;
    assert!(asks(&page));
    let page = super::wire::confirm(&house, &mut browser, &page).await;
    assert_eq!(page.location(), Some(format!("{AFTER}?state=s").as_str()));
}

/// oidcc-rp-initiated-logout-no-params, -only-state, -no-post-logout-redirect-uri: signed out
/// after a question, "signed out" shown, nobody sent anywhere.
#[tokio::test]
async fn without_an_address_the_person_stays_here() {
    for (parameters, hinted) in [
        (vec![], false),
        (vec![("state", "s")], false),
        (vec![("client_id", CLIENT)], false),
        (vec![], true),
    ] {
        let (house, mut browser, signed_in) = signed_in().await;
        let mut parameters = parameters;
        if hinted {
            parameters.push(("id_token_hint", &signed_in.id_token));
        }
        let mut page = browser.get(&url(&house, &parameters)).await;
        assert_eq!(asks(&page), !hinted, "{page:?}");
        if !hinted {
            assert!(is_signed_in(&house, &mut browser).await);
            page = super::wire::confirm(&house, &mut browser, &page).await;
        }
        assert_eq!(page.status, 200);
        assert!(page.location().is_none());
        assert!(page.body.contains("You are signed out"), "{page:?}");
        assert!(!is_signed_in(&house, &mut browser).await);
    }
}

/// Without a session there is nothing to ask.
#[tokio::test]
async fn without_a_session_a_right_hint_leads_back_at_once() {
    let (house, _, signed_in) = signed_in().await;
    let parameters = [
        ("id_token_hint", signed_in.id_token.as_str()),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
    ];
    let page = house.browser().get(&url(&house, &parameters)).await;
    assert_eq!(page.location(), Some(format!("{AFTER}?state=s").as_str()));
    let page = house.browser().get(&url(&house, &[])).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("You are signed out"));
}

/// Without a hint the way back is offered, and not taken by itself.
#[tokio::test]
async fn without_a_session_and_a_hint_the_way_back_is_a_link() {
    let house = house().await;
    let parameters = [
        ("client_id", CLIENT),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
    ];
    let page = house.browser().get(&url(&house, &parameters)).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.href("back"), Some(format!("{AFTER}?state=s")));
    assert!(!page.body.contains("refresh"));
}

/// RFC 6749 section 3.1, as everywhere: a repeated parameter is refused, and what can't be
/// read is.
#[tokio::test]
async fn what_can_t_be_read_is_refused_on_a_page() {
    let (house, mut browser, signed_in) = signed_in().await;
    let hint = format!("id_token_hint={}", signed_in.id_token);
    let many = "a=1&".repeat(100);
    for query in [
        format!("{hint}&{hint}"),
        format!("{hint}&state=1&state=2"),
        format!("{hint}&post_logout_redirect_uri={AFTER}&post_logout_redirect_uri={AFTER}"),
        format!("{hint}&client_id={CLIENT}&client_id={CLIENT}"),
        format!("{hint}&state=%FF"),
        format!("{hint}&state=%00"),
        format!("{hint}&{many}"),
    ] {
        let page = browser.get(&house.url(&format!("/logout?{query}"))).await;
        assert_eq!(page.status, 400, "{query}");
        assert!(asks(&page));
        assert!(page.body.contains("can&#39;t be read") || page.body.contains("can't be read"));
        assert!(is_signed_in(&house, &mut browser).await);
    }
}

/// A HEAD of a link checker ends nothing.
#[tokio::test]
async fn a_head_ends_nothing() {
    let (house, mut browser, signed_in) = signed_in().await;
    let address = url(&house, &[("id_token_hint", &signed_in.id_token)]);
    let cookie = format!("dingpass-session={}", browser.cookies["dingpass-session"]);
    let answer = crate::support::http()
        .head(address)
        .header("cookie", cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 405);
    assert!(is_signed_in(&house, &mut browser).await);
}

/// `ui_locales` chooses the language, before the browser's own.
#[tokio::test]
async fn the_pages_speak_the_language_that_is_asked_for() {
    let (house, mut browser, _) = signed_in().await;
    for (locale, words) in [("zh-CN", "要退出登录吗"), ("fr en", "Sign out?")] {
        let page = browser.get(&url(&house, &[("ui_locales", locale)])).await;
        assert!(page.body.contains(words), "{locale}: {page:?}");
    }
    browser.language = "zh-CN".to_owned();
    let page = browser.get(&url(&house, &[])).await;
    let page = super::wire::confirm(&house, &mut browser, &page).await;
    assert!(page.body.contains("您已退出登录"));
}

/// oidcc-...-logout-discovery-endpoint-verification.
#[tokio::test]
async fn the_metadata_promises_logout_in_all_its_forms() {
    let house = House::plan().issuer("https://id.example").start().await;
    let address = house.url("/.well-known/openid-configuration");
    let text = crate::support::http().get(address).send().await.unwrap();
    let metadata: serde_json::Value = text.json().await.unwrap();
    assert_eq!(
        metadata["end_session_endpoint"],
        "https://id.example/logout"
    );
    for member in [
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    ] {
        assert_eq!(metadata[member], true, "{member}");
    }
    // The session-management iframe is left out on purpose.
    assert!(metadata["check_session_iframe"].is_null());
}

/// What an answer costs in a proxy's header buffer is bounded: a long state goes by a page.
#[tokio::test]
async fn a_state_that_fits_no_header_goes_back_by_a_page() {
    let (house, mut browser, signed_in) = signed_in().await;
    let state = "x".repeat(5_000);
    let page = browser
        .get(&url(
            &house,
            &[
                ("id_token_hint", &signed_in.id_token),
                ("post_logout_redirect_uri", AFTER),
                ("state", &state),
            ],
        ))
        .await;
    assert_eq!(page.status, 200);
    assert_eq!(page.href("back"), Some(format!("{AFTER}?state={state}")));
    assert!(!is_signed_in(&house, &mut browser).await);
}

/// An expired session signs nobody in, and can still be ended: applications may be open that
/// began in it.
#[tokio::test]
async fn an_expired_session_can_be_ended() {
    let (house, mut browser, signed_in) = signed_in().await;
    house.clock.advance_seconds(13 * 3_600);
    let sid = signed_in.payload()["sid"].as_str().unwrap().to_owned();
    let hint = [("id_token_hint", signed_in.id_token.as_str())];
    browser.get(&url(&house, &hint)).await;
    let events = house.store.latest_events(1).await.unwrap();
    assert!(matches!(
        &events[0].kind,
        dingpass::domain::event::EventKind::SessionEnded { sid: ended, .. } if ended.as_str() == sid
    ));
}
