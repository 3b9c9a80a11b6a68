//! What an answer to the question is worth.

use http::StatusCode;

use super::{allow, asking_house, events, flow_of, forged, say};
use crate::authorize::{Ask, error_of, fields};
use crate::support::{Answer, House, REDIRECT};

/// OIDC Core section 3.1.2.6: a no is access_denied, and is not remembered as one.
#[tokio::test]
async fn refusing_is_access_denied_at_the_client() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let flow = flow_of(&page);
    let page = say(&house, &mut browser, &flow, "refuse").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(error_of(&house, &page), "access_denied");
    assert_eq!(events(&house, "consent_given").await, 0);
    // The flow is over: the other button of a page that was kept does nothing.
    let page = say(&house, &mut browser, &flow, "allow").await;
    assert_eq!(page.location(), None);
    flow_of(&browser.follow(&Ask::new().url(&house), REDIRECT).await);
}

/// OAuth 2.0 Form Post Response Mode section 2: the answers after a question go that way too.
#[tokio::test]
async fn both_answers_are_posted_where_the_client_wants_them_posted() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let ask = Ask::new()
        .and("response_mode", "form_post")
        .and("prompt", "consent");
    for (decision, member) in [("refuse", "error"), ("allow", "code")] {
        let page = browser.follow(&ask.url(&house), REDIRECT).await;
        let flow = flow_of(&page);
        let page = say(&house, &mut browser, &flow, decision).await;
        let (action, fields) = fields(&page);
        assert_eq!(action, REDIRECT);
        assert!(fields.contains_key(member), "{fields:?}");
        assert_eq!(fields["state"], "the-state");
    }
}

/// One flow makes one code, however often the button is pressed.
#[tokio::test]
async fn a_double_submit_is_harmless() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let flow = flow_of(&page);
    let before = browser.cookies.clone();
    let page = say(&house, &mut browser, &flow, "allow").await;
    Answer::of(&page).code();
    let page = say(&house, &mut browser, &flow, "allow").await;
    assert_eq!((page.status, page.location()), (StatusCode::OK, None));
    // The same with the cookies of before, as two requests at one moment have them.
    browser.cookies = before;
    let page = say(&house, &mut browser, &flow, "allow").await;
    assert_eq!((page.status, page.location()), (StatusCode::OK, None));
    assert_eq!(events(&house, "consent_given").await, 1);
}

/// RFC 6749 section 10.12: another site can't agree for a person. A neighbouring host brings
/// the cookies along, and is told by its Origin.
#[tokio::test]
async fn a_form_of_another_origin_is_refused() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let flow = flow_of(&page);
    let form = [("flow", flow.as_str()), ("decision", "allow")];
    for origin in ["http://127.0.0.1:8080", "https://evil.example", "null", ""] {
        let status = forged(&house, &browser, "/consent", &form, origin).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{origin}");
    }
    assert_eq!(events(&house, "consent_given").await, 0);
    let status = forged(&house, &browser, "/consent", &form, &house.issuer).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}

/// The decision belongs to the browser that holds the flow.
#[tokio::test]
async fn without_the_flows_cookie_nothing_is_decided() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let flow = flow_of(&page);
    for decision in ["allow", "refuse"] {
        let page = say(&house, &mut house.browser(), &flow, decision).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
    }
    for (flow, decision) in [
        ("", "allow"),
        ("x", "allow"),
        (flow.as_str(), "maybe"),
        (flow.as_str(), ""),
    ] {
        let page = say(&house, &mut browser, flow, decision).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{flow} {decision}");
    }
    assert_eq!(events(&house, "consent_given").await, 0);
}

/// A flow whose person was never asked can't be allowed.
#[tokio::test]
async fn an_answer_to_a_question_that_was_not_put_is_refused() {
    let house = House::plan()
        .client("consent = \"ask\"")
        .with_page()
        .start()
        .await;
    let mut browser = house.browser();
    browser.get(&Ask::new().url(&house)).await;
    let flow = browser
        .cookies
        .keys()
        .find_map(|name| name.strip_prefix("flow-"))
        .unwrap()
        .to_owned();
    let page = say(&house, &mut browser, &flow, "allow").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

/// Another person who signed in meanwhile is asked, and has not agreed for the first one.
#[tokio::test]
async fn another_person_can_not_consent_for_the_first() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let first = flow_of(&page);
    house.sim.sign_in_as("lisi").await;
    let other = Ask::new().and("prompt", "login");
    flow_of(&browser.follow(&other.url(&house), REDIRECT).await);
    let page = say(&house, &mut browser, &first, "allow").await;
    assert_eq!(flow_of(&page), first, "asked anew");
    assert!(page.body.contains("李四"));
    assert_eq!(events(&house, "consent_given").await, 0);
    let page = say(&house, &mut browser, &first, "allow").await;
    Answer::of(&page).code();
}

/// A question belongs to one sign-in: the same person who signed in anew meanwhile may have
/// another profile to agree to, and is asked again.
#[tokio::test]
async fn a_new_sign_in_of_the_same_person_is_asked_anew() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let first = flow_of(&page);
    house.clock.advance_seconds(1);
    let other = Ask::new().and("prompt", "login");
    flow_of(&browser.follow(&other.url(&house), REDIRECT).await);
    let page = say(&house, &mut browser, &first, "allow").await;
    assert_eq!(flow_of(&page), first, "asked anew");
    assert_eq!(events(&house, "consent_given").await, 0);
    let page = say(&house, &mut browser, &first, "allow").await;
    Answer::of(&page).code();
}

/// A session that is over answers nothing: first the sign-in again.
#[tokio::test]
async fn a_session_that_has_expired_meanwhile_signs_in_first() {
    let house = House::plan()
        .client("consent = \"ask\"")
        .more("[lifetimes]\nsession_idle = \"5m\"")
        .start()
        .await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let flow = flow_of(&page);
    house.clock.advance_seconds(600);
    let page = say(&house, &mut browser, &flow, "allow").await;
    assert!(page.location().unwrap().starts_with(&house.sim.url));
    assert_eq!(events(&house, "consent_given").await, 0);
    let page = browser.onward(page, REDIRECT).await;
    flow_of(&page);
}

/// "Use another account" leads through DingTalk, and whoever comes back is asked.
#[tokio::test]
async fn another_account_can_be_used_from_the_question() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    house.sim.sign_in_as("lisi").await;
    let link = house.url(&page.href("other").unwrap());
    let page = browser.follow(&link, REDIRECT).await;
    let flow = flow_of(&page);
    assert!(page.body.contains("李四"));
    Answer::of(&say(&house, &mut browser, &flow, "allow").await).code();
}

/// Nothing that came in comes out of the page but what the flow and the directory hold.
#[tokio::test]
async fn a_reload_of_the_callback_asks_again() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let first = flow_of(&page);
    let again = browser.get(&page.url).await;
    assert_eq!(flow_of(&again), first);
    Answer::of(&say(&house, &mut browser, &first, "allow").await).code();
    allow(
        &house,
        &mut browser,
        &Ask::new().with("scope", "openid email"),
    )
    .await;
}
