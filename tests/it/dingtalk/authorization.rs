//! The address of DingTalk's page.

use std::collections::BTreeMap;

use crate::support::{House, Page};

async fn way_out(house: &House) -> Page {
    let rp = house.rp().await;
    let request = rp.request(&["profile"], &[]);
    house.browser().follow(&request.url, &house.sim.url).await
}

fn parameters(page: &Page) -> BTreeMap<String, String> {
    let url = url::Url::parse(page.location().unwrap()).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let map: BTreeMap<String, String> = pairs.iter().cloned().collect();
    assert_eq!(map.len(), pairs.len(), "a parameter is repeated");
    map
}

/// DingTalk section 1.1: without `prompt=consent` DingTalk's page fails.
#[tokio::test]
async fn the_browser_is_sent_to_dingtalk_with_exactly_the_parameters_it_knows() {
    let house = House::start().await;
    let page = way_out(&house).await;
    let location = page.location().unwrap();
    assert!(location.starts_with(&format!("{}/oauth2/auth?", house.sim.url)));
    let mut parameters = parameters(&page);
    let state = parameters.remove("state").unwrap();
    assert!(state.len() >= 22, "{state}");
    let expected = [
        ("client_id", "dingsimapp".to_owned()),
        ("redirect_uri", house.url("/callback/acme")),
        ("response_type", "code".to_owned()),
        ("prompt", "consent".to_owned()),
        ("scope", "openid".to_owned()),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(parameters, expected.into_iter().collect());
}

/// DingTalk section 1.1: redirect_uri is the registered address, exactly: by the issuer, not
/// by the address that happens to be listened on.
#[tokio::test]
async fn the_redirect_uri_goes_by_the_issuer() {
    let house = House::plan()
        .issuer("https://login.acme.example")
        .start()
        .await;
    let request = house.url(
        "/authorize?client_id=demo&response_type=code&scope=openid\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcallback",
    );
    let page = house.browser().get(&request).await;
    assert_eq!(
        parameters(&page)["redirect_uri"],
        "https://login.acme.example/callback/acme"
    );
}

/// DingTalk section 1.1: the blank between the scopes is `%20`, a plus is not understood.
#[tokio::test]
async fn asking_for_the_organisation_adds_corpid_with_a_percent_encoded_blank() {
    let house = House::plan()
        .upstream("ask_organisation = true")
        .start()
        .await;
    let page = way_out(&house).await;
    let location = page.location().unwrap();
    assert!(location.contains("scope=openid%20corpid"), "{location}");
    assert!(!location.contains('+'), "{location}");
}

/// DingTalk section 1.1: no PKCE and no nonce there, so state is the only defence: new for
/// each attempt, and nothing of the client's request.
#[tokio::test]
async fn each_attempt_has_a_state_of_its_own_that_is_not_the_clients() {
    let house = House::start().await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    let mut states = Vec::new();
    for _ in 0..3 {
        let request = rp.request(&[], &[]);
        let page = browser.follow(&request.url, &house.sim.url).await;
        let state = parameters(&page).remove("state").unwrap();
        assert_ne!(state, request.state);
        assert!(!states.contains(&state));
        states.push(state);
    }
}
