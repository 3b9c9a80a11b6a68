//! Failure on the way: the flow stays open, and the client hears of it by the person's hand.

use std::collections::BTreeMap;

use super::{Ask, redeem};
use crate::support::{Answer, Browser, House, Page, REDIRECT};

/// The answer that a link leads to.
fn linked(page: &Page, id: &str) -> BTreeMap<String, String> {
    let url = url::Url::parse(&page.href(id).unwrap()).unwrap();
    assert_eq!(url.as_str().split('?').next(), Some(REDIRECT));
    url.query_pairs().into_owned().collect()
}

/// Presses a button of the simulated DingTalk's form.
async fn press(house: &House, browser: &mut Browser, form: &Page, decision: &str) -> Page {
    let mut fields: Vec<(String, String)> = form
        .body
        .split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|rest| {
            let (name, rest) = rest.split_once("\" value=\"").unwrap();
            let value = rest.split('"').next().unwrap();
            (name.to_owned(), value.replace("&#38;", "&"))
        })
        .collect();
    fields.push(("userid".to_owned(), "zhangsan".to_owned()));
    fields.push(("decision".to_owned(), decision.to_owned()));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser
        .post(&format!("{}/oauth2/auth", house.sim.url), &fields)
        .await
}

/// CONTRIBUTING.md, Decisions: refused at DingTalk, a page in between, from which both ways lead on.
#[tokio::test]
async fn a_refusal_at_dingtalk_shows_a_page_with_both_ways() {
    let house = House::plan().with_page().start().await;
    let mut browser = house.browser();
    let ask = Ask::new().with("state", "a&b=\"c\" <d>");
    let form = browser.follow(&ask.url(&house), REDIRECT).await;
    assert!(form.url.starts_with(&house.sim.url), "{}", form.url);
    let denied = press(&house, &mut browser, &form, "deny").await;
    let page = browser.onward(denied, REDIRECT).await;
    assert_eq!(page.status.as_u16(), 403);
    assert!(page.body.contains("You cancelled the sign-in"));
    assert!(page.body.contains("mailto:it@acme.example"));
    let answer = linked(&page, "back");
    assert_eq!(answer["error"], "access_denied");
    assert_eq!(answer["state"], "a&b=\"c\" <d>");
    assert_eq!(answer["iss"], house.issuer);
    assert!(!answer.contains_key("code"));

    let retry = house.url(&page.href("retry").unwrap());
    let form = browser.follow(&retry, REDIRECT).await;
    let agreed = press(&house, &mut browser, &form, "confirm").await;
    let page = browser.onward(agreed, REDIRECT).await;
    let answer = Answer::of(&page);
    assert_eq!(answer.get("state"), Some("a&b=\"c\" <d>"));
    redeem(&house, answer.code()).await.unwrap();
}

/// The client may go its own way: it is told by the link, and the flow stays usable.
#[tokio::test]
async fn an_error_at_the_callback_is_not_sent_to_the_client_by_itself() {
    let house = House::start().await;
    for error in ["access_denied", "server_error", "whatever", "%3Cscript%3E"] {
        let mut browser = house.browser();
        let page = browser.get(&Ask::new().url(&house)).await;
        let dingtalk = url::Url::parse(page.location().unwrap()).unwrap();
        let state = dingtalk
            .query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap()
            .1
            .into_owned();
        let url = house.url(&format!("/callback/acme?error={error}&state={state}"));
        let page = browser.get(&url).await;
        assert_eq!(page.location(), None);
        assert!(!page.body.contains("<script"), "{}", page.body);
        let answer = linked(&page, "back");
        assert_eq!(answer["error"], "access_denied");
        assert_eq!(answer["state"], "the-state");
        assert_eq!(answer["iss"], house.issuer);
    }
}

/// CONTRIBUTING.md, Decisions: a failed attempt leaves the flow open.
#[tokio::test]
async fn try_again_completes_the_same_flow() {
    let house = House::start().await;
    house
        .sim
        .fault("/v1.0/oauth2/userAccessToken", "busy", 0)
        .await;
    let mut browser = house.browser();
    let ask = Ask::new().and("nonce", "the-nonce");
    let page = browser.follow(&ask.url(&house), REDIRECT).await;
    assert_eq!(page.status.as_u16(), 503);
    assert_eq!(linked(&page, "back")["error"], "temporarily_unavailable");
    assert!(!browser.cookies.contains_key("dingpass-session"));
    house.sim.heal().await;
    let retry = house.url(&page.href("retry").unwrap());
    let page = browser.follow(&retry, REDIRECT).await;
    let answer = Answer::of(&page);
    assert_eq!(answer.get("state"), Some("the-state"));
    let tokens = redeem(&house, answer.code()).await.unwrap();
    let payload = super::payload(tokens["id_token"].as_str().unwrap());
    assert_eq!(payload["nonce"], "the-nonce");
}

/// A person who is no member is told so, and may use another account.
#[tokio::test]
async fn another_account_completes_the_same_flow() {
    let house = House::start().await;
    // He has left.
    house.sim.sign_in_as("zhaoliu").await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    assert_eq!(page.status.as_u16(), 403);
    assert_eq!(linked(&page, "back")["error"], "access_denied");
    assert!(!browser.cookies.contains_key("dingpass-session"));
    house.sim.sign_in_as("zhangsan").await;
    let retry = house.url(&page.href("retry").unwrap());
    let page = browser.follow(&retry, REDIRECT).await;
    Answer::of(&page).code();
}

/// CONTRIBUTING.md, Old attacks: who could not be signed in keeps nobody's session alive in their stead.
#[tokio::test]
async fn a_failed_attempt_answers_no_request_that_demanded_a_fresh_one() {
    let house = House::start().await;
    let mut browser = house.browser();
    browser.follow(&Ask::new().url(&house), REDIRECT).await;
    house.clock.advance_seconds(1);
    let ask = Ask::new().and("prompt", "login");
    let page = browser
        .follow(&ask.url(&house), &house.url("/callback/"))
        .await;
    let callback = page.location().unwrap().to_owned();
    let state = callback.split("state=").nth(1).unwrap();
    for query in [
        format!("error=access_denied&state={state}"),
        format!("code=never-issued&authCode=never-issued&state={state}"),
    ] {
        let mut copy = house.browser();
        copy.cookies.clone_from(&browser.cookies);
        let page = copy
            .get(&house.url(&format!("/callback/acme?{query}")))
            .await;
        assert_eq!(page.location(), None, "{query}");
        assert!(page.href("retry").is_some());
    }
}
