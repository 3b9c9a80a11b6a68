//! offline_access (OIDC Core section 11).

use super::{allow, flow_of, say, tokens};
use crate::authorize::Ask;
use crate::support::{Answer, Browser, House, REDIRECT};

async fn scope(house: &House, browser: &mut Browser, ask: &Ask) -> String {
    let page = browser.follow(&ask.url(house), REDIRECT).await;
    let tokens = tokens(house, Answer::of(&page).code()).await;
    tokens["scope"].as_str().unwrap().to_owned()
}

fn offline() -> Ask {
    Ask::new().with("scope", "openid offline_access")
}

/// The operator's consent covers it.
#[tokio::test]
async fn it_is_granted_where_the_operator_has_agreed_for_everybody() {
    let house = House::start().await;
    let granted = scope(&house, &mut house.browser(), &offline()).await;
    assert_eq!(granted, "openid offline_access");
}

/// A client that can't use a refresh token, or may not ask for the scope, is not given it.
#[tokio::test]
async fn it_is_left_out_for_a_client_that_can_not_refresh() {
    let house = House::plan()
        .client("grant_types = [\"authorization_code\"]")
        .start()
        .await;
    for ask in [offline(), offline().and("prompt", "login")] {
        assert_eq!(scope(&house, &mut house.browser(), &ask).await, "openid");
    }
    let code = allow(
        &house,
        &mut house.browser(),
        &offline().and("prompt", "consent"),
    )
    .await;
    assert_eq!(tokens(&house, &code).await["scope"], "openid");
}

/// Without prompt=consent and without the operator's consent it is ignored, silently: the
/// person is asked for the rest.
#[tokio::test]
async fn it_needs_prompt_consent_where_people_are_asked() {
    let house = House::plan().client("consent = \"ask\"").start().await;
    let mut browser = house.browser();
    let page = browser.follow(&offline().url(&house), REDIRECT).await;
    assert!(!page.body.contains("while you are away"));
    let flow = flow_of(&page);
    let page = say(&house, &mut browser, &flow, "allow").await;
    let granted = tokens(&house, Answer::of(&page).code()).await;
    assert_eq!(granted["scope"], "openid");
    assert_eq!(scope(&house, &mut browser, &offline()).await, "openid");

    let ask = offline().and("prompt", "consent");
    let page = browser.follow(&ask.url(&house), REDIRECT).await;
    assert!(page.body.contains("while you are away"));
    let flow = flow_of(&page);
    let page = say(&house, &mut browser, &flow, "allow").await;
    let granted = tokens(&house, Answer::of(&page).code()).await;
    assert_eq!(granted["scope"], "openid offline_access");
    // From then on the person has agreed to it.
    let granted = scope(&house, &mut browser, &offline()).await;
    assert_eq!(granted, "openid offline_access");
}
