//! The page of the question.

use super::{asking_house, flow_of};
use crate::authorize::Ask;
use crate::support::{House, REDIRECT};

const SHOWN: &str = "consent = \"ask\"\nlogo_uri = \"https://cdn.example/logo.png\"\n\
                     policy_uri = \"https://app.example/privacy\"\ntos_uri = \"https://app.example/terms\"";

/// OIDC Registration section 2: name, logo, policy and terms are shown to the person.
#[tokio::test]
async fn it_says_who_asks_and_for_what() {
    let house = House::plan().client(SHOWN).start().await;
    let ask = Ask::new().with("scope", "openid profile email phone groups dingtalk");
    let page = house.browser().follow(&ask.url(&house), REDIRECT).await;
    flow_of(&page);
    for words in [
        "Demo",
        "127.0.0.1",
        "https://cdn.example/logo.png",
        "zhangsan@xinghe.example",
        "张三",
        "Departments and roles",
    ] {
        assert!(page.body.contains(words), "{words} {}", page.body);
    }
    assert_eq!(page.href("policy").unwrap(), "https://app.example/privacy");
    assert_eq!(page.href("terms").unwrap(), "https://app.example/terms");
}

/// Somebody may look over the shoulder.
#[tokio::test]
async fn a_phone_number_is_shown_in_part() {
    let house = asking_house().await;
    let ask = Ask::new().with("scope", "openid phone");
    let page = house.browser().follow(&ask.url(&house), REDIRECT).await;
    flow_of(&page);
    let shown = page.body.split("class=\"value\">").nth(1).unwrap();
    let shown = shown.split('<').next().unwrap();
    assert!(shown.starts_with("+86"), "{shown}");
    assert_eq!(shown.matches('*').count(), 6, "{shown}");
}

/// CSP 3: Chromium holds redirects after a form against form-action, so that the client's
/// origin has to be in it; the logo's is the only one that a picture may come from, and only
/// on this page.
#[tokio::test]
async fn its_policy_names_the_return_address_and_the_logo() {
    let house = House::plan().client(SHOWN).start().await;
    let page = house
        .browser()
        .follow(&Ask::new().url(&house), REDIRECT)
        .await;
    flow_of(&page);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert_eq!(
        policy,
        "default-src 'none'; style-src 'self'; img-src 'self' https://cdn.example; \
         form-action 'self' http://127.0.0.1:8080; base-uri 'none'; frame-ancestors 'none'"
    );
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["x-frame-options"], "DENY");
    assert_eq!(page.headers["referrer-policy"], "same-origin");
    let plain = house.browser().get(&house.url("/")).await;
    let policy = plain.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("cdn.example"));
}

/// It speaks the language that was asked for, and runs nothing.
#[tokio::test]
async fn it_speaks_both_languages_and_has_no_script() {
    let house = asking_house().await;
    for (locale, words) in [("zh-CN", "同意"), ("en", "Allow")] {
        let ask = Ask::new().and("ui_locales", locale);
        let page = house.browser().follow(&ask.url(&house), REDIRECT).await;
        flow_of(&page);
        assert!(page.body.contains(words));
        assert!(!page.body.contains("<script") && !page.body.contains("style="));
    }
}

/// Names of applications and people are text.
#[tokio::test]
async fn names_are_escaped() {
    let house = House::plan()
        .more("[[clients]]\nclient_id = \"odd\"\nclient_name = \"<script>alert(1)</script>\"\nclient_secret = \"a-secret-of-at-least-32-characters!!\"\nredirect_uris = [\"https://odd.example/callback\"]\nscope = \"openid\"\nrequire_pkce = false\nconsent = \"ask\"")
        .start()
        .await;
    let ask = Ask::of("odd", "https://odd.example/callback");
    let page = house
        .browser()
        .follow(&ask.url(&house), "https://odd")
        .await;
    flow_of(&page);
    assert!(!page.body.contains("<script"));
}
