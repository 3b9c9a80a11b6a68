//! The way through DingTalk is bound to one browser, one flow, one upstream and one answer.

use super::{Ask, refused_on_a_page};
use crate::support::{Answer, Browser, House, Page, REDIRECT, upstream_beside};

/// Sends a browser to DingTalk and back, up to the callback, which is not called yet.
async fn up_to_the_callback(house: &House, browser: &mut Browser) -> String {
    let stop = house.url("/callback/");
    let page = browser.follow(&Ask::new().url(house), &stop).await;
    page.location().unwrap().to_owned()
}

/// The page that says that this sign-in is over; the browser is signed in nowhere.
#[track_caller]
fn lost(browser: &Browser, page: &Page) {
    refused_on_a_page(page);
    assert!(page.body.contains("no longer valid"), "{}", page.body);
    assert!(!browser.cookies.contains_key("dingpass-session"));
}

async fn codes_asked_for(house: &House) -> usize {
    house.sim.count("/v1.0/oauth2/userAccessToken").await
}

/// Login CSRF (CONTRIBUTING.md, Old attacks): a state is worth nothing in another browser.
#[tokio::test]
async fn an_answer_in_another_browser_is_refused_and_its_code_not_used() {
    let house = House::start().await;
    let mut attacker = house.browser();
    let callback = up_to_the_callback(&house, &mut attacker).await;
    let mut victim = house.browser();
    let page = victim.get(&callback).await;
    lost(&victim, &page);
    // Also when the victim has a flow of its own under way.
    up_to_the_callback(&house, &mut victim).await;
    let page = victim.get(&callback).await;
    lost(&victim, &page);
    assert_eq!(codes_asked_for(&house).await, 0);
    // In its own browser it is good still.
    let page = attacker.get(&callback).await;
    Answer::of(&page).code();
}

/// A code of someone else put into one's own flow is refused by the state alone when the
/// state is not one's own, and a missing state is as wrong.
#[tokio::test]
async fn missing_altered_and_foreign_states_are_refused() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = up_to_the_callback(&house, &mut browser).await;
    let url = url::Url::parse(&callback).unwrap();
    let pairs: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    let (code, state) = (&pairs["code"], &pairs["state"]);
    let (flow, secret) = state.split_once('.').unwrap();
    let flipped = if secret.ends_with('A') { "B" } else { "A" };
    let altered = format!("{flow}.{}{flipped}", &secret[..secret.len() - 1]);
    let there = house.url("/callback/acme");
    for query in [
        String::new(),
        format!("code={code}"),
        format!("code={code}&state="),
        format!("code={code}&state={altered}"),
        format!("code={code}&state={flow}"),
        format!("code={code}&state={flow}."),
        format!("code={code}&state={secret}"),
        format!("code={code}&state=.{secret}"),
        format!("code={code}&state={flow}.{secret}.x"),
        format!("code={code}&state={}", state.to_ascii_uppercase()),
        format!("code={code}&state={state}&state={state}"),
        format!("code={code}&code=x&state={state}"),
        format!("code={code}&state={state}%00"),
        format!("code={code}&state={state}%FF"),
        format!("error=access_denied&state={altered}"),
        "error=access_denied".to_owned(),
    ] {
        let page = browser.get(&format!("{there}?{query}")).await;
        lost(&browser, &page);
    }
    assert_eq!(codes_asked_for(&house).await, 0);
    let page = browser.get(&callback).await;
    Answer::of(&page).code();
}

/// CONTRIBUTING.md, Old attacks: only our own outstanding request counts, at the upstream that it went to.
#[tokio::test]
async fn an_answer_at_another_upstream_is_refused() {
    let house = House::plan()
        .more(&upstream_beside("spare", Some("Spare")))
        .start()
        .await;
    let mut browser = house.browser();
    let choice = browser.get(&Ask::new().url(&house)).await;
    let way = house.url(&first_way(&choice, "acme"));
    let page = browser.follow(&way, &house.url("/callback/")).await;
    let callback = page.location().unwrap().to_owned();
    let elsewhere = callback.replace("/callback/acme", "/callback/spare");
    assert_ne!(callback, elsewhere);
    let page = browser.get(&elsewhere).await;
    lost(&browser, &page);
    let nowhere = callback.replace("/callback/acme", "/callback/nobody");
    let page = browser.get(&nowhere).await;
    assert_eq!(page.status.as_u16(), 404);
    assert_eq!(codes_asked_for(&house).await, 0);
    let page = browser.get(&callback).await;
    Answer::of(&page).code();
}

fn first_way(page: &Page, upstream: &str) -> String {
    let start = format!("/sign-in/{upstream}?flow=");
    let (_, rest) = page.body.split_once(&start).unwrap();
    format!("{start}{}", rest.split('"').next().unwrap())
}

/// CONTRIBUTING.md, Decisions: without the flow's cookie there is no flow.
#[tokio::test]
async fn without_its_cookie_a_flow_is_lost() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = up_to_the_callback(&house, &mut browser).await;
    browser.cookies.clear();
    let page = browser.get(&callback).await;
    lost(&browser, &page);
}

/// CONTRIBUTING.md, Decisions: a flow has an hour.
#[tokio::test]
async fn a_flow_is_over_after_an_hour() {
    let house = House::start().await;
    for (seconds, good) in [(3599, true), (3600, false)] {
        let mut browser = house.browser();
        let page = browser.get(&Ask::new().url(&house)).await;
        let dingtalk = page.location().unwrap().to_owned();
        house.clock.advance_seconds(seconds);
        let page = browser.follow(&dingtalk, REDIRECT).await;
        assert_eq!(page.location().is_some(), good, "after {seconds} s");
        if !good {
            lost(&browser, &page);
        }
    }
}

/// A state is good for one answer: used up, it starts nothing again.
#[tokio::test]
async fn an_answer_counts_once() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = up_to_the_callback(&house, &mut browser).await;
    let state = callback.split("state=").nth(1).unwrap().to_owned();
    let denied = house.url(&format!("/callback/acme?error=access_denied&state={state}"));
    let page = browser.get(&denied).await;
    assert_eq!(page.status.as_u16(), 403);
    for again in [&denied, &callback] {
        let page = browser.get(again).await;
        assert_eq!(page.status.as_u16(), 400);
        assert_eq!(page.location(), None);
        assert!(page.body.contains("attempt has expired"), "{}", page.body);
        assert!(!browser.cookies.contains_key("dingpass-session"));
    }
    assert_eq!(codes_asked_for(&house).await, 0);
}

/// A new attempt makes the state of the one before worthless.
#[tokio::test]
async fn only_the_latest_attempt_of_a_flow_counts() {
    let house = House::start().await;
    let mut browser = house.browser();
    let first = up_to_the_callback(&house, &mut browser).await;
    let flow = first
        .split("state=")
        .nth(1)
        .unwrap()
        .split('.')
        .next()
        .unwrap()
        .to_owned();
    let retry = house.url(&format!("/sign-in/acme?flow={flow}"));
    let page = browser.follow(&retry, &house.url("/callback/")).await;
    let second = page.location().unwrap().to_owned();
    let page = browser.get(&first).await;
    lost(&browser, &page);
    let page = browser.get(&second).await;
    Answer::of(&page).code();
}

/// The cookie is sealed: altered, cut, or put under another flow's name it is none.
#[tokio::test]
async fn an_altered_cookie_is_no_flow_and_a_sealed_one_tells_nothing() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = up_to_the_callback(&house, &mut browser).await;
    let (name, value) = browser.cookies.pop_first().unwrap();
    assert!(name.starts_with("flow-"), "{name}");
    for secret in ["the-state", "127.0.0.1", "demo"] {
        use base64::Engine as _;
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        assert!(!value.contains(secret));
        for piece in value.split('.') {
            let bytes = engine.decode(piece).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&bytes).contains(secret));
        }
    }
    let mut other = house.browser();
    up_to_the_callback(&house, &mut other).await;
    let (_, foreign) = other.cookies.pop_first().unwrap();
    let middle = value.len() / 2;
    let letter = if &value[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    let flipped = format!("{}{letter}{}", &value[..middle], &value[middle + 1..]);
    for wrong in [
        flipped,
        value[..value.len() - 1].to_owned(),
        value[..40].to_owned(),
        String::new(),
        "x".to_owned(),
        foreign,
    ] {
        browser.cookies.insert(name.clone(), wrong);
        let page = browser.get(&callback).await;
        lost(&browser, &page);
    }
    browser.cookies.insert(name, value);
    let page = browser.get(&callback).await;
    Answer::of(&page).code();
}

const PASSING: &str = r#"
[[clients]]
client_id = "passing"
client_secret = "a-secret-of-at-least-32-characters-too"
redirect_uris = ["http://127.0.0.1:8080/passing"]
require_pkce = false
"#;

/// CONTRIBUTING.md, Old attacks: a stored request is proved again; client, address and upstream may be gone.
#[tokio::test]
async fn a_flow_whose_client_or_upstream_was_removed_is_lost() {
    let before = House::plan()
        .more(PASSING)
        .more(&upstream_beside("spare", Some("Spare")))
        .start()
        .await;
    let after = House::plan()
        .custody(std::sync::Arc::clone(&before.custody))
        .store(std::sync::Arc::clone(&before.store))
        .start()
        .await;
    let mut browser = before.browser();
    let ask = Ask::of("passing", "http://127.0.0.1:8080/passing");
    let choice = browser.get(&ask.url(&before)).await;
    for (upstream, status) in [("acme", 400), ("spare", 404)] {
        let way = before.url(&first_way(&choice, upstream));
        let page = browser.follow(&way, &before.url("/callback/")).await;
        let callback = page.location().unwrap().to_owned();
        let page = browser
            .get(&callback.replace(&before.issuer, &after.issuer))
            .await;
        assert_eq!(page.status.as_u16(), status);
        assert_eq!(page.location(), None);
        let page = browser
            .get(&way.replace(&before.issuer, &after.issuer))
            .await;
        assert_eq!(page.location(), None, "no new attempt either");
    }
    assert_eq!(codes_asked_for(&after).await, 0);
    // The same keys and store, and a client that is there still: it goes on.
    let mut browser = before.browser();
    let choice = browser.get(&Ask::new().url(&before)).await;
    let way = before.url(&first_way(&choice, "acme"));
    let page = browser
        .follow(&way.replace(&before.issuer, &after.issuer), REDIRECT)
        .await;
    Answer::of(&page).code();
}

/// CONTRIBUTING.md, Decisions (one-time state): a cookie that was kept and sent again sends no
/// second code to DingTalk, which counts calls and then refuses those of others.
#[tokio::test]
async fn one_attempt_sends_one_code_to_dingtalk_however_often_its_cookie_comes_back() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = up_to_the_callback(&house, &mut browser).await;
    let state = callback.split("state=").nth(1).unwrap();
    let cookies = browser.cookies.clone();
    for number in 0..20 {
        browser.cookies.clone_from(&cookies);
        let made_up = house.url(&format!("/callback/acme?code=x{number}&state={state}"));
        assert_eq!(browser.get(&made_up).await.status.as_u16(), 400);
    }
    assert_eq!(house.sim.count("/v1.0/oauth2/userAccessToken").await, 1);
}

/// CONTRIBUTING.md, Decisions: an answer that is sent twice makes one code, and the loser's page
/// does not undo what the winner's set.
#[tokio::test]
async fn a_callback_that_is_sent_twice_leaves_the_flow_done_and_the_person_signed_in() {
    let house = House::start().await;
    let mut browser = house.browser();
    let callback = up_to_the_callback(&house, &mut browser).await;
    let mut other = house.browser();
    other.cookies.clone_from(&browser.cookies);
    let winner = browser.get(&callback).await;
    assert!(winner.location().is_some_and(|to| to.contains("code=")));
    // The second one was on its way with the cookies of before.
    let loser = other.get(&callback).await;
    assert_eq!(loser.status.as_u16(), 400, "{}", loser.body);
    assert!(loser.headers.get("set-cookie").is_none());
    assert!(
        browser
            .get(&callback)
            .await
            .body
            .contains("This sign-in is complete")
    );
}
