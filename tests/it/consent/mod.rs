//! Consent: asked once, remembered, taken back (OIDC Core sections 3.1.2.4 and 11).

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod asking;
mod deciding;
mod offline;
mod page;
mod withdrawing;

use http::{Method, StatusCode};
use serde_json::{Map, Value};

use crate::authorize::{Ask, fields};
use crate::support::{Answer, Browser, CLIENT, House, Page, REDIRECT, SECRET, http};

/// A house whose client asks people.
async fn asking_house() -> House {
    House::plan().client("consent = \"ask\"").start().await
}

/// The question of a page.
#[track_caller]
fn flow_of(page: &Page) -> String {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("id=\"allow\""), "{}", page.body);
    let (action, fields) = fields(page);
    assert_eq!(action, "/consent");
    fields["flow"].clone()
}

/// Answers the question.
async fn say(house: &House, browser: &mut Browser, flow: &str, decision: &str) -> Page {
    let form = [("flow", flow), ("decision", decision)];
    browser.post(&house.url("/consent"), &form).await
}

/// Sends a request that ends in a question, and allows it; the code.
async fn allow(house: &House, browser: &mut Browser, ask: &Ask) -> String {
    let page = browser.follow(&ask.url(house), REDIRECT).await;
    let flow = flow_of(&page);
    let page = say(house, browser, &flow, "allow").await;
    Answer::of(&page).code().to_owned()
}

/// The tokens for a code.
async fn tokens(house: &House, code: &str) -> Map<String, Value> {
    let answer = http()
        .post(house.url("/token"))
        .basic_auth(CLIENT, Some(SECRET))
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
        ])
        .send()
        .await
        .unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

/// How many events of that name there are.
async fn events(house: &House, name: &str) -> usize {
    let events = house.store.latest_events(1_000).await.unwrap();
    events.iter().filter(|it| it.kind.name() == name).count()
}

/// A POST with the browser's cookies and headers of our choice.
async fn forged(
    house: &House,
    browser: &Browser,
    path: &str,
    form: &[(&str, &str)],
    origin: &str,
) -> StatusCode {
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    http()
        .request(Method::POST, house.url(path))
        .header("cookie", cookies.join("; "))
        .header("origin", origin)
        .form(form)
        .send()
        .await
        .unwrap()
        .status()
}
