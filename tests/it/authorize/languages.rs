//! Pages speak Chinese and English.

use super::{Ask, single_pages};
use crate::support::{House, Page, REDIRECT};

fn language(page: &Page) -> &str {
    let rest = page.body.split("<html lang=\"").nth(1).unwrap();
    rest.split('"').next().unwrap()
}

/// RFC 9110 section 12.5.4.
#[tokio::test]
async fn accept_language_chooses() {
    let house = House::start().await;
    for (header, expected) in [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "en"),
        ("en;q=0.5, zh;q=0.6", "zh-CN"),
        ("zh;q=0, en;q=0.1", "en"),
        ("fr, de;q=0.9, en;q=0.1", "en"),
        ("zh-Hant-TW", "zh-CN"),
        ("EN-gb", "en"),
        ("fr", "zh-CN"),
        ("*", "zh-CN"),
        ("", "zh-CN"),
        (";;,,q=", "zh-CN"),
    ] {
        let mut browser = house.browser();
        browser.language = header.to_owned();
        for (path, _) in single_pages() {
            let page = browser.get(&house.url(&path)).await;
            assert_eq!(language(&page), expected, "{header:?} {path}");
            let chinese = page.body.contains("统一登录");
            assert_eq!(chinese, expected == "zh-CN", "{header:?} {path}");
        }
    }
}

/// OIDC Core section 3.1.2.1: ui_locales, in order of preference, before the browser's own;
/// on all pages of the flow.
#[tokio::test]
async fn ui_locales_comes_before_accept_language_on_the_pages_of_a_flow() {
    let house = House::start().await;
    for (locales, own, expected) in [
        ("zh-CN", "en", "zh-CN"),
        ("en", "zh-CN", "en"),
        ("fr zh en", "en", "zh-CN"),
        ("se", "en", "en"),
        ("se", "zh", "zh-CN"),
    ] {
        let mut browser = house.browser();
        browser.language = own.to_owned();
        let ask = Ask::new().and("ui_locales", locales);
        let page = browser
            .follow(&ask.url(&house), &house.url("/callback/"))
            .await;
        let state = page.location().unwrap().split("state=").nth(1).unwrap();
        let denied = house.url(&format!("/callback/acme?error=access_denied&state={state}"));
        let page = browser.get(&denied).await;
        assert_eq!(language(&page), expected, "{locales} {own}");
        let retry = house.url(&page.href("retry").unwrap());
        let page = browser.follow(&retry, &house.url("/callback/")).await;
        let callback = page.location().unwrap().to_owned();
        let page = browser.get(&callback).await;
        assert!(page.location().unwrap().starts_with(REDIRECT));
    }
}
