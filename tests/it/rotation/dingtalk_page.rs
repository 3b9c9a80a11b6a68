//! A person at DingTalk's page: the one place where the tests say who signs in, so that many
//! can at once.

use crate::support::{Browser, Page};

/// Chooses a person on the page that a request has led to, and goes on until an address that
/// begins with `stop`.
pub(super) async fn choose(browser: &mut Browser, page: &Page, userid: &str, stop: &str) -> Page {
    assert_eq!(page.status, 200, "DingTalk's page: {}", page.body);
    let address = url::Url::parse(&page.url).unwrap();
    let carried: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let mut form: Vec<(&str, &str)> = carried
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    form.push(("userid", userid));
    form.push(("decision", "confirm"));
    let mut to = address.clone();
    to.set_query(None);
    let page = browser.post(to.as_str(), &form).await;
    browser.onward(page, stop).await
}
