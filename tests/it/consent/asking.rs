//! Who is asked, and when.

use super::{allow, asking_house, events, flow_of, say, tokens};
use crate::authorize::{Ask, error_of};
use crate::support::{Answer, House, REDIRECT};

/// OIDC Core section 3.1.2.4: the operator's consent is enough for a first-party client.
#[tokio::test]
async fn a_client_of_the_house_is_not_asked_for() {
    let house = House::start().await;
    let page = house
        .browser()
        .follow(&Ask::new().url(&house), REDIRECT)
        .await;
    Answer::of(&page).code();
    assert_eq!(events(&house, "consent_given").await, 0);
}

/// The first time, after the sign-in; then it is remembered, in another browser too.
#[tokio::test]
async fn a_person_is_asked_once() {
    let house = asking_house().await;
    let ask = Ask::new().with("scope", "openid profile");
    let code = allow(&house, &mut house.browser(), &ask).await;
    assert_eq!(tokens(&house, &code).await["scope"], "openid profile");
    let page = house.browser().follow(&ask.url(&house), REDIRECT).await;
    Answer::of(&page).code();
    assert_eq!(events(&house, "consent_given").await, 1);
}

/// OIDC Core section 3.1.2.1: prompt=consent asks, whatever was agreed to before, by the
/// person or by the operator.
#[tokio::test]
async fn prompt_consent_always_asks() {
    for member in ["", "consent = \"ask\""] {
        let house = House::plan().client(member).start().await;
        let mut browser = house.browser();
        let ask = Ask::new().and("prompt", "consent");
        for _ in 0..2 {
            allow(&house, &mut browser, &ask).await;
        }
        assert_eq!(events(&house, "consent_given").await, 1, "nothing was new");
    }
}

/// OIDC Core section 3.1.2.1: combinations ask for both. The sign-in comes first, once.
#[tokio::test]
async fn prompt_login_consent_signs_in_and_asks() {
    let house = asking_house().await;
    let mut browser = house.browser();
    allow(&house, &mut browser, &Ask::new()).await;
    for prompt in [
        "login consent",
        "consent select_account",
        "login consent select_account",
    ] {
        let visits = house.sim.count("/v1.0/oauth2/userAccessToken").await;
        let ask = Ask::new().and("prompt", prompt);
        allow(&house, &mut browser, &ask).await;
        let after = house.sim.count("/v1.0/oauth2/userAccessToken").await;
        assert_eq!(after, visits + 1, "{prompt}");
    }
}

/// OIDC Core section 3.1.2.6: prompt=none forbids asking; and who isn't signed in is told
/// that first.
#[tokio::test]
async fn prompt_none_without_consent_is_consent_required() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let silent = Ask::new().and("prompt", "none");
    let page = browser.get(&silent.url(&house)).await;
    assert_eq!(error_of(&house, &page), "login_required");
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let flow = flow_of(&page);
    let page = browser.get(&silent.url(&house)).await;
    assert_eq!(error_of(&house, &page), "consent_required");
    say(&house, &mut browser, &flow, "allow").await;
    let page = browser.get(&silent.url(&house)).await;
    Answer::of(&page).code();
    let more = silent.with("scope", "openid email");
    let page = browser.get(&more.url(&house)).await;
    assert_eq!(error_of(&house, &page), "consent_required");
}

/// Asked is for what is new; shown is everything.
#[tokio::test]
async fn more_than_before_is_asked_for_and_less_is_not() {
    let house = asking_house().await;
    let mut browser = house.browser();
    allow(
        &house,
        &mut browser,
        &Ask::new().with("scope", "openid profile"),
    )
    .await;
    let more = Ask::new().with("scope", "openid profile email");
    let page = browser.follow(&more.url(&house), REDIRECT).await;
    assert_eq!(
        page.body.matches("class=\"badge\"").count(),
        1,
        "{}",
        page.body
    );
    assert!(page.body.contains("张三") && page.body.contains("zhangsan@xinghe.example"));
    let flow = flow_of(&page);
    say(&house, &mut browser, &flow, "allow").await;
    for scope in ["openid", "openid email", "openid profile email"] {
        let ask = Ask::new().with("scope", scope);
        let page = browser.get(&ask.url(&house)).await;
        Answer::of(&page).code();
    }
}

/// OIDC Core section 5.5: a claim that was asked for by name needs consent as its scope does.
#[tokio::test]
async fn single_claims_are_asked_for_and_remembered() {
    let house = asking_house().await;
    let mut browser = house.browser();
    let by_name = Ask::new().and("claims", r#"{"userinfo":{"phone_number":null}}"#);
    allow(&house, &mut browser, &Ask::new()).await;
    let page = browser.get(&by_name.url(&house)).await;
    let flow = flow_of(&page);
    assert!(page.body.contains("phone number"), "{}", page.body);
    say(&house, &mut browser, &flow, "allow").await;
    Answer::of(&browser.get(&by_name.url(&house)).await).code();
    let scope = Ask::new().with("scope", "openid phone");
    flow_of(&browser.get(&scope.url(&house)).await);
    let other = Ask::new().and("claims", r#"{"id_token":{"email":null}}"#);
    flow_of(&browser.get(&other.url(&house)).await);
}

/// Consents belong to people, not to browsers.
#[tokio::test]
async fn one_persons_consent_is_not_anothers() {
    let house = asking_house().await;
    let mut browser = house.browser();
    allow(&house, &mut browser, &Ask::new()).await;
    house.sim.sign_in_as("lisi").await;
    let again = Ask::new().and("prompt", "login");
    flow_of(&browser.follow(&again.url(&house), REDIRECT).await);
}
