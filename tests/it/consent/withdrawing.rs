//! Taking a consent back: at `/applications`, by the person alone.

use http::StatusCode;

use super::{allow, asking_house, events, flow_of, forged, tokens};
use crate::authorize::{Ask, fields, userinfo_status};
use crate::refresh::refresh;
use crate::support::{Browser, House, Page, REDIRECT};

async fn list(house: &House, browser: &mut Browser) -> Page {
    let page = browser.get(&house.url("/applications")).await;
    assert_eq!(page.status, StatusCode::OK);
    page
}

async fn withdraw(house: &House, browser: &mut Browser, page: &Page) -> Page {
    let (action, fields) = fields(page);
    let form: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post(&house.url(&action), &form).await
}

/// Nobody is signed in: it says so, and no more.
#[tokio::test]
async fn without_a_session_it_says_so() {
    let house = asking_house().await;
    let page = list(&house, &mut house.browser()).await;
    assert!(page.body.contains("You are not signed in"));
    assert!(!page.body.contains("<form"));
}

/// What was agreed to, by which application, since when; and of nobody else.
#[tokio::test]
async fn it_lists_what_the_person_agreed_to() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let ask = Ask::new().with("scope", "openid email");
    allow(&house, &mut browser, &ask).await;
    let page = list(&house, &mut browser).await;
    for words in ["Demo", "E-mail", "张三", "datetime=\"20"] {
        assert!(page.body.contains(words), "{words} {}", page.body);
    }
    house.sim.sign_in_as("lisi").await;
    let mut other = house.browser();
    other.follow(&ask.url(&house), REDIRECT).await;
    let page = list(&house, &mut other).await;
    assert!(page.body.contains("李四") && !page.body.contains("<form"));
}

/// Everything that hangs from it ends in the same act: codes and tokens. Then the person is
/// asked again, and what is agreed to from then on is good.
#[tokio::test]
async fn what_hangs_from_it_ends_and_the_next_request_asks_again() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let code = allow(&house, &mut browser, &Ask::new()).await;
    let first = tokens(&house, &code).await;
    let first = first["access_token"].as_str().unwrap();
    assert_eq!(userinfo_status(&house, first).await, 200);
    let page = browser.get(&Ask::new().url(&house)).await;
    let unspent = crate::support::Answer::of(&page).code().to_owned();

    let page = list(&house, &mut browser).await;
    let page = withdraw(&house, &mut browser, &page).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location(), Some(house.url("/applications").as_str()));
    assert_eq!(events(&house, "consent_withdrawn").await, 1);
    assert_eq!(userinfo_status(&house, first).await, 401);
    assert_eq!(tokens(&house, &unspent).await["error"], "invalid_grant");
    assert!(!list(&house, &mut browser).await.body.contains("<form"));

    let silent = Ask::new().and("prompt", "none");
    let page = browser.get(&silent.url(&house)).await;
    assert!(page.location().unwrap().contains("error=consent_required"));
    house.clock.advance_seconds(1);
    let code = allow(&house, &mut browser, &Ask::new()).await;
    let second = tokens(&house, &code).await;
    let second = second["access_token"].as_str().unwrap();
    assert_eq!(userinfo_status(&house, second).await, 200);
    assert_eq!(userinfo_status(&house, first).await, 401);
}

/// What is agreed to in the very millisecond of a withdrawal is good.
#[tokio::test]
async fn a_consent_given_again_at_once_is_good() {
    let house = asking_house().await;
    let mut browser = house.browser();
    allow(&house, &mut browser, &Ask::new()).await;
    let page = list(&house, &mut browser).await;
    withdraw(&house, &mut browser, &page).await;
    let code = allow(&house, &mut browser, &Ask::new()).await;
    let tokens = tokens(&house, &code).await;
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(userinfo_status(&house, token).await, 200);
}

/// RFC 9700 section 4.14: refresh tokens live for months. Those of before stay ended when the
/// person agrees again, also by a clock that stood still or went back meanwhile.
#[tokio::test]
async fn refresh_tokens_of_before_stay_ended_when_it_is_agreed_to_again() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let code = allow(&house, &mut browser, &Ask::new()).await;
    let before = tokens(&house, &code).await;
    let page = list(&house, &mut browser).await;
    withdraw(&house, &mut browser, &page).await;
    let code = allow(&house, &mut browser, &Ask::new()).await;
    let after = tokens(&house, &code).await;
    let token = before["refresh_token"].as_str().unwrap();
    refresh(&house, token).await.invalid_grant();
    let token = after["refresh_token"].as_str().unwrap();
    refresh(&house, token).await.tokens();
}

/// It ends one application's access, not the person's session or another application's.
#[tokio::test]
async fn other_applications_and_the_session_go_on() {
    let more = "[[clients]]\nclient_id = \"other\"\nclient_secret = \"a-secret-of-at-least-32-characters!!\"\nredirect_uris = [\"http://127.0.0.1:8080/callback\"]\nscope = \"openid\"\nrequire_pkce = false";
    let house = House::plan()
        .client("consent = \"ask\"")
        .more(more)
        .start()
        .await;
    let mut browser = house.browser();
    allow(&house, &mut browser, &Ask::new()).await;
    let page = list(&house, &mut browser).await;
    withdraw(&house, &mut browser, &page).await;
    let silent = Ask::of("other", REDIRECT).and("prompt", "none");
    let page = browser.get(&silent.url(&house)).await;
    crate::support::Answer::of(&page).code();
}

/// A second submit, an application that got nothing, another session: nothing happens.
#[tokio::test]
async fn it_counts_once_and_in_the_session_that_it_was_shown_to() {
    let house = asking_house().await;
    let mut browser = house.browser();
    allow(&house, &mut browser, &Ask::new()).await;
    let page = list(&house, &mut browser).await;
    // Another person signs in with this browser; the first one's page is still there.
    house.sim.sign_in_as("lisi").await;
    let login = Ask::new().and("prompt", "login");
    allow(&house, &mut browser, &login).await;
    withdraw(&house, &mut browser, &page).await;
    assert_eq!(events(&house, "consent_withdrawn").await, 0);
    let page = list(&house, &mut browser).await;
    for _ in 0..2 {
        withdraw(&house, &mut browser, &page).await;
    }
    assert_eq!(events(&house, "consent_withdrawn").await, 1);
}

/// RFC 6749 section 10.12: a neighbouring host brings the cookies along.
#[tokio::test]
async fn a_form_of_another_origin_takes_nothing_back() {
    let house = asking_house().await;
    let mut browser = house.browser();
    allow(&house, &mut browser, &Ask::new()).await;
    let page = list(&house, &mut browser).await;
    let (action, fields) = fields(&page);
    let form: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let status = forged(&house, &browser, &action, &form, origin).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{origin}");
    }
    assert_eq!(events(&house, "consent_withdrawn").await, 0);
    flow_of(
        &browser
            .get(&Ask::new().and("prompt", "consent").url(&house))
            .await,
    );
}

/// CONTRIBUTING.md, Decisions: the operator's consent stands for a person until that person
/// withdraws; from then on it is theirs to give.
#[tokio::test]
async fn what_was_withdrawn_is_asked_again_though_the_operator_had_agreed() {
    let house = House::start().await;
    let mut browser = house.browser();
    allow(&house, &mut browser, &Ask::new().and("prompt", "consent")).await;
    let page = list(&house, &mut browser).await;
    withdraw(&house, &mut browser, &page).await;
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    flow_of(&page);
    let silent = Ask::new().and("prompt", "none");
    let page = browser.follow(&silent.url(&house), REDIRECT).await;
    assert!(page.location().unwrap().contains("error=consent_required"));
    allow(&house, &mut browser, &Ask::new()).await;
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    assert!(page.location().unwrap().contains("code="));
}
