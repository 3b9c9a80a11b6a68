//! Logout requests, made by hand.

use crate::support::{Browser, House, Page, SignedIn};

/// Where the client `demo` wants people afterwards; nobody listens there.
pub(super) const AFTER: &str = "http://127.0.0.1:8080/signed-out";

/// A house whose client has such an address.
pub(super) async fn house() -> House {
    plan().start().await
}

pub(super) fn plan() -> crate::support::Plan {
    House::plan().client(&format!("post_logout_redirect_uris = [\"{AFTER}\"]"))
}

/// A house in which somebody is signed in.
pub(super) async fn signed_in() -> (House, Browser, SignedIn) {
    let house = house().await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &["profile"]).await;
    (house, browser, signed_in)
}

/// The address of a logout request.
pub(super) fn url(house: &House, parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    house.url(&format!("/logout?{query}"))
}

/// Sends the form of a confirm page, as a browser does.
pub(super) async fn confirm(house: &House, browser: &mut Browser, page: &Page) -> Page {
    let form = form_of(page);
    browser.origin = Some(house.issuer.clone());
    let answer = browser
        .post(&house.url("/logout/confirm"), &[("confirm", &form)])
        .await;
    browser.origin = None;
    answer
}

/// What the form of a confirm page holds.
pub(super) fn form_of(page: &Page) -> String {
    let field = page.body.split("name=\"confirm\" value=\"").nth(1);
    let field = field.unwrap_or_else(|| panic!("no confirm page: {page:?}"));
    field.split('"').next().unwrap().to_owned()
}

/// Whether it asks the person.
pub(super) fn asks(page: &Page) -> bool {
    page.location().is_none() && page.body.contains("id=\"sign-out\"")
}

/// Whether the browser still has a session that signs in without a question.
pub(super) async fn is_signed_in(house: &House, browser: &mut Browser) -> bool {
    let rp = house.rp().await;
    let request = rp.request(&[], &[("prompt", "none")]);
    let answer = rp.authorize(browser, &request).await;
    match answer.get("error") {
        None => true,
        Some("login_required") => false,
        Some(other) => panic!("{other}"),
    }
}
