//! What every page bears: headers that keep it from being framed, cached or scripted.

use http::Method;

use super::{Ask, single_pages};
use crate::support::{Answer, House, Page, REDIRECT, http};

const HOSTILE: &str = r#"
[[clients]]
client_id = "hostile"
client_name = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'"
client_secret = "a-secret-of-at-least-32-characters-too"
redirect_uris = ["http://127.0.0.1:8080/hostile?a='&b=%22"]
client_uri = "http://127.0.0.1:8080/?a='&b=1"
require_pkce = false
"#;

/// The bytes of an answer's header lines, as they are on the wire.
fn header_size(page: &Page) -> usize {
    page.headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum::<usize>()
        + "HTTP/1.1 303 See Other\r\n\r\n".len()
}

#[track_caller]
fn guarded(page: &Page) {
    let value = |name: &str| {
        let mut all = page.headers.get_all(name).iter();
        let first = all
            .next()
            .unwrap_or_else(|| panic!("{name} at {}", page.url));
        assert!(all.next().is_none(), "{name} twice at {}", page.url);
        first.to_str().unwrap().to_owned()
    };
    let policy = value("content-security-policy");
    let mut directives: Vec<&str> = policy.split(';').map(str::trim).collect();
    directives.sort_unstable();
    for directive in [
        "base-uri 'none'",
        "default-src 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(directives.contains(&directive), "{policy}");
    }
    assert!(policy.contains("form-action 'self'"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
    assert_eq!(value("cache-control"), "no-store");
    assert_eq!(value("x-content-type-options"), "nosniff");
    assert_eq!(value("referrer-policy"), "same-origin");
    assert_eq!(value("x-frame-options"), "DENY");
    for absent in ["cross-origin-opener-policy", "server", "x-powered-by"] {
        assert!(!page.headers.contains_key(absent), "{absent}");
    }
    assert!(header_size(page) < 4096, "{}", page.url);
    assert!(!page.body.contains("<script") && !page.body.contains(" style="));
}

/// CONTRIBUTING.md, Decisions; CONTRIBUTING.md, Old attacks.
#[tokio::test]
async fn every_page_is_guarded_by_its_headers() {
    let house = House::start().await;
    for (path, status) in single_pages() {
        let page = house.browser().get(&house.url(&path)).await;
        assert_eq!(page.status.as_u16(), status, "{path}");
        let kind = page.headers["content-type"].to_str().unwrap();
        assert!(kind.starts_with("text/html"), "{path}: {kind}");
        assert!(page.body.starts_with("<!doctype html>"), "{path}");
        guarded(&page);
    }
}

/// Redirects hold codes and states: they are as little to be kept.
#[tokio::test]
async fn redirects_bear_the_same_headers() {
    let house = House::start().await;
    let mut browser = house.browser();
    let out = browser.get(&Ask::new().url(&house)).await;
    guarded(&out);
    guarded(&browser.onward(out, REDIRECT).await);
    guarded(&browser.get(&Ask::new().url(&house)).await);
    let refused = Ask::new().with("scope", "x");
    guarded(&browser.get(&refused.url(&house)).await);
}

/// An error page has a reference that the log has too.
#[tokio::test]
async fn the_page_shows_the_id_of_its_request() {
    let house = House::start().await;
    for (path, status) in single_pages() {
        if status == 200 || path == "/nowhere" {
            continue;
        }
        let page = house.browser().get(&house.url(&path)).await;
        let id = page.headers["x-request-id"].to_str().unwrap();
        assert!(page.body.contains(id), "{path}");
    }
}

/// CONTRIBUTING.md, Decisions: 4 KB is nginx's buffer for an answer's headers. The longest flow that is
/// taken, with as many other flows as are kept, on every page of the way.
#[tokio::test]
async fn the_longest_flow_stays_below_four_kilobytes_of_headers() {
    let house = House::start().await;
    let mut browser = house.browser();
    let mut others = std::collections::BTreeMap::new();
    for _ in 0..40 {
        let mut other = house.browser();
        other.get(&Ask::new().url(&house)).await;
        others.append(&mut other.cookies);
        house.clock.advance_seconds(1);
    }
    let mut length = 3000;
    let mut fitting = None;
    while fitting.is_none() {
        length -= 1;
        let ask = Ask::new().and("nonce", &"x".repeat(length));
        browser.cookies.clone_from(&others);
        let page = browser.get(&ask.url(&house)).await;
        if page.location().unwrap().starts_with(&house.sim.url) {
            fitting = Some(page);
        }
    }
    let page = fitting.unwrap();
    assert!(length > 1000, "{length}");
    assert!(header_size(&page) < 4096, "{}", header_size(&page));
    let state = page.location().unwrap().split("state=").nth(1).unwrap();
    let state = state.split('&').next().unwrap();
    let denied = house.url(&format!("/callback/acme?error=access_denied&state={state}"));
    let page = browser.get(&denied).await;
    assert_eq!(page.status.as_u16(), 403);
    assert!(header_size(&page) < 4096, "{}", header_size(&page));
    let retry = house.url(&page.href("retry").unwrap());
    let mut page = browser.get(&retry).await;
    loop {
        assert!(header_size(&page) < 4096, "{}", header_size(&page));
        let location = page.location().unwrap().to_owned();
        if location.starts_with(REDIRECT) {
            break;
        }
        page = browser.get(&location).await;
    }
}

/// Cookies that others put there don't make our answer grow without end.
#[tokio::test]
async fn a_browser_full_of_strange_cookies_does_not_swell_the_answer() {
    let house = House::start().await;
    let mut browser = house.browser();
    let long = "x".repeat(1000);
    for number in 0..100 {
        let value = "x".to_owned();
        browser
            .cookies
            .insert(format!("flow-strange-{number}"), value.clone());
        if number < 4 {
            browser
                .cookies
                .insert(format!("flow-{long}{number}"), value);
        }
    }
    let page = browser.get(&Ask::new().url(&house)).await;
    assert!(header_size(&page) < 4096, "{}", header_size(&page));
    let page = browser.onward(page, REDIRECT).await;
    Answer::of(&page).code();
}

/// RFC 9110 section 15.5.6: 405 says which methods there are.
#[tokio::test]
async fn another_method_is_405_with_allow() {
    let house = House::start().await;
    for (method, path) in [
        (Method::PUT, "/authorize"),
        (Method::DELETE, "/authorize"),
        (Method::POST, "/callback/acme"),
        (Method::POST, "/sign-in/acme"),
        (Method::POST, "/"),
        (Method::GET, "/token"),
    ] {
        let answer = http()
            .request(method.clone(), house.url(path))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 405, "{method} {path}");
        let headers = answer.headers();
        let allow = headers["allow"].to_str().unwrap();
        assert!(!allow.contains(method.as_str()), "{method} {path} {allow}");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert_eq!(headers["cache-control"], "no-store");
    }
}

/// CONTRIBUTING.md, Old attacks: names of clients are text.
#[tokio::test]
async fn a_hostile_client_name_is_escaped_on_every_page_that_shows_it() {
    let house = House::plan().more(HOSTILE).start().await;
    let redirect = "http://127.0.0.1:8080/hostile?a='&b=%22";
    let ask = Ask::of("hostile", redirect).with("state", "'\"><script>alert(2)</script>");
    let mut browser = house.browser();
    let page = browser
        .follow(&ask.url(&house), &house.url("/callback/"))
        .await;
    let callback = page.location().unwrap().to_owned();
    let state = callback.split("state=").nth(1).unwrap().to_owned();
    let denied = house.url(&format!("/callback/acme?error=access_denied&state={state}"));
    let failed = browser.get(&denied).await;
    let retry = house.url(&failed.href("retry").unwrap());
    let stop = house.url("/callback/");
    let page = browser.follow(&retry, &stop).await;
    let callback = page.location().unwrap().to_owned();
    let answered = browser.get(&callback).await;
    assert!(answered.location().unwrap().starts_with(redirect));
    let done = browser.get(&callback).await;
    for page in [&failed, &done] {
        assert!(page.body.contains("Back to"), "{}", page.body);
        for raw in ["<script", "<img src=x", "\"><", "alert(2)<"] {
            assert!(!page.body.contains(raw), "{raw}: {}", page.body);
        }
        guarded(page);
    }
    assert_eq!(
        done.href("back").unwrap().replace("&#39;", "'"),
        "http://127.0.0.1:8080/?a='&b=1"
    );
}
