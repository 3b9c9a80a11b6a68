//! More than one way to sign in: the person chooses.

use super::{Ask, redeem, refused_on_a_page};
use crate::support::{Answer, House, Page, REDIRECT, upstream_beside};

async fn two_upstreams() -> House {
    let branch = upstream_beside("branch", Some("Branch <script>alert(1)</script>"));
    House::plan().more(&branch).start().await
}

fn way(page: &Page, upstream: &str) -> String {
    let start = format!("/sign-in/{upstream}?flow=");
    let (_, rest) = page
        .body
        .split_once(&start)
        .unwrap_or_else(|| panic!("no way to {upstream}: {}", page.body));
    format!("{start}{}", rest.split('"').next().unwrap())
}

/// Each link leads to its own upstream and completes the flow.
#[tokio::test]
async fn two_upstreams_are_offered_and_each_works() {
    let house = two_upstreams().await;
    for upstream in ["acme", "branch"] {
        let mut browser = house.browser();
        let page = browser.get(&Ask::new().url(&house)).await;
        assert_eq!(page.status.as_u16(), 200);
        assert_eq!(page.location(), None);
        assert!(page.body.contains("Choose how to sign in"));
        assert!(page.body.contains("Demo"), "for whom");
        let acme = page.body.find("/sign-in/acme").unwrap();
        assert!(acme < page.body.find("/sign-in/branch").unwrap(), "order");
        let out = browser.get(&house.url(&way(&page, upstream))).await;
        let location = out.location().unwrap();
        assert!(
            location.contains(&format!("%2Fcallback%2F{upstream}")),
            "{location}"
        );
        let page = browser.onward(out, REDIRECT).await;
        let answer = Answer::of(&page);
        assert_eq!(answer.get("state"), Some("the-state"));
        redeem(&house, answer.code()).await.unwrap();
    }
}

/// The choice can be shown again, and the mind be changed.
#[tokio::test]
async fn try_again_leads_back_to_the_choice() {
    let house = two_upstreams().await;
    let mut browser = house.browser();
    let page = browser.get(&Ask::new().url(&house)).await;
    let stop = house.url("/callback/");
    let page = browser.follow(&house.url(&way(&page, "acme")), &stop).await;
    let state = page.location().unwrap().split("state=").nth(1).unwrap();
    let denied = house.url(&format!("/callback/acme?error=access_denied&state={state}"));
    let page = browser.get(&denied).await;
    let again = browser.get(&house.url(&page.href("retry").unwrap())).await;
    assert!(again.body.contains("Choose how to sign in"));
    let page = browser
        .follow(&house.url(&way(&again, "branch")), REDIRECT)
        .await;
    Answer::of(&page).code();
}

/// Nothing is remembered or begun for a way that does not exist, or a flow that is not ours.
#[tokio::test]
async fn unknown_ways_and_flows_lead_nowhere() {
    let house = two_upstreams().await;
    let mut browser = house.browser();
    let page = browser.get(&Ask::new().url(&house)).await;
    let known = way(&page, "acme");
    let unknown = browser
        .get(&house.url(&known.replace("acme", "nobody")))
        .await;
    assert_eq!(unknown.status.as_u16(), 404);
    assert_eq!(unknown.location(), None);
    for path in [
        "/sign-in",
        "/sign-in?flow=",
        "/sign-in?flow=x",
        "/sign-in/acme",
        "/sign-in/acme?flow=x",
        "/sign-in/nobody?flow=x",
        "/sign-in/%FF?flow=x",
    ] {
        let page = browser.get(&house.url(path)).await;
        assert_eq!(page.location(), None, "{path}");
        assert!(page.status.is_client_error(), "{path}");
    }
    let page = house.browser().get(&house.url(&known)).await;
    refused_on_a_page(&page);
}

/// prompt=none shows no choice; a session needs none.
#[tokio::test]
async fn no_choice_is_shown_when_nothing_may_or_need_be_asked() {
    let house = two_upstreams().await;
    let mut browser = house.browser();
    let silent = Ask::new().and("prompt", "none");
    let page = browser.get(&silent.url(&house)).await;
    assert_eq!(super::error_of(&house, &page), "login_required");
    let page = browser.get(&Ask::new().url(&house)).await;
    let way = house.url(&way(&page, "branch"));
    browser.follow(&way, REDIRECT).await;
    Answer::of(&browser.get(&Ask::new().url(&house)).await).code();
}

/// A provider's name is text, whatever the operator writes.
#[tokio::test]
async fn names_of_upstreams_are_escaped() {
    let house = two_upstreams().await;
    let page = house.browser().get(&Ask::new().url(&house)).await;
    assert!(page.body.contains("Branch "));
    assert!(!page.body.contains("<script"), "{}", page.body);
}
