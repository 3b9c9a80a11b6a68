//! OAuth 2.0 Form Post Response Mode.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Ask, redeem};
use crate::support::{CLIENT, House, Page, REDIRECT};

/// The hidden fields of a page's form, each at most once, and where they are sent.
#[track_caller]
pub(crate) fn fields(page: &Page) -> (String, BTreeMap<String, String>) {
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
        Some(unescaped(rest.split('"').next()?))
    };
    let form = page
        .body
        .split("<form")
        .nth(1)
        .unwrap_or_else(|| panic!("no form in {} {}", page.status, page.body));
    let action = attribute(form, "action").unwrap();
    let mut fields = BTreeMap::new();
    for tag in form.split("<input").skip(1) {
        let name = attribute(tag, "name").unwrap();
        let value = attribute(tag, "value").unwrap();
        assert!(fields.insert(name, value).is_none(), "repeated: {tag}");
    }
    (action, fields)
}

fn unescaped(text: &str) -> String {
    [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn header<'a>(page: &'a Page, name: &str) -> &'a str {
    page.headers[name].to_str().unwrap()
}

fn posted() -> Ask {
    Ask::new().and("response_mode", "form_post")
}

/// Section 2: the parameters are posted, nothing of them stands in a URL; `iss` of RFC 9207
/// and `state` are among them. With and without a session.
#[tokio::test]
async fn code_state_and_issuer_are_posted_to_the_redirect_uri() {
    let house = House::start().await;
    let mut browser = house.browser();
    for _ in 0..2 {
        let page = browser.follow(&posted().url(&house), REDIRECT).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.location(), None);
        let (action, fields) = fields(&page);
        assert_eq!(action, REDIRECT);
        let names: Vec<&str> = fields.keys().map(String::as_str).collect();
        assert_eq!(names, ["code", "iss", "state"]);
        assert_eq!(fields["state"], "the-state");
        assert_eq!(fields["iss"], house.issuer);
        assert!(redeem(&house, &fields["code"]).await.is_ok());
    }
}

/// Section 2: no cache may keep it. Its policy lets one script run and one address be sent to.
#[tokio::test]
async fn the_page_may_run_its_own_script_and_lead_to_the_return_address_alone() {
    let house = House::start().await;
    let page = house
        .browser()
        .follow(&posted().url(&house), REDIRECT)
        .await;
    assert_eq!(header(&page, "cache-control"), "no-store");
    assert!(header(&page, "content-type").starts_with("text/html"));
    let script = page
        .body
        .split("<script>")
        .nth(1)
        .and_then(|rest| rest.split("</script>").next())
        .unwrap();
    let hash = STANDARD.encode(digest(&SHA256, script.as_bytes()));
    let policy = header(&page, "content-security-policy");
    let directives: Vec<&str> = policy.split("; ").collect();
    assert!(directives.contains(&format!("script-src 'sha256-{hash}'").as_str()));
    assert!(directives.contains(&"form-action http://127.0.0.1:8080"));
    assert!(directives.contains(&"default-src 'none'"));
    assert!(directives.contains(&"frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe"));
    assert_eq!(header(&page, "x-frame-options"), "DENY");
    assert!(page.body.contains("<button"), "without script, a button");
    assert_eq!(page.body.matches("<script").count(), 1);
}

/// Section 2: errors go the same way. A mode that is unknown can't be used for telling so.
#[tokio::test]
async fn errors_are_posted_too() {
    let house = House::start().await;
    for (name, value, error) in [
        ("prompt", "none", "login_required"),
        ("scope", "email", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
        ("request", "e30.e30.", "request_not_supported"),
        ("claims", "no json", "invalid_request"),
    ] {
        let page = house
            .browser()
            .get(&posted().with(name, value).url(&house))
            .await;
        let (action, fields) = fields(&page);
        assert_eq!(action, REDIRECT);
        assert_eq!(fields["error"], error);
        assert_eq!(fields["state"], "the-state");
        assert_eq!(fields["iss"], house.issuer);
        assert!(!fields.contains_key("code"));
    }
}

/// A repeated parameter is refused by whatever way is unambiguous.
#[tokio::test]
async fn a_repeated_parameter_is_refused_by_a_form_where_the_mode_is_clear() {
    let house = House::start().await;
    let page = house
        .browser()
        .get(&posted().and("nonce", "a").and("nonce", "b").url(&house))
        .await;
    assert_eq!(fields(&page).1["error"], "invalid_request");
}

/// HTML 13.1.2.4: what a client sends as `state` can't leave its attribute.
#[tokio::test]
async fn every_value_is_escaped() {
    let house = House::start().await;
    let state = "\"><script>alert(1)</script>'&amp;<b>";
    let page = house
        .browser()
        .follow(&posted().with("state", state).url(&house), REDIRECT)
        .await;
    assert!(!page.body.contains("<script>alert"));
    assert!(!page.body.contains("<b>"));
    assert_eq!(fields(&page).1["state"], state);
}

/// A registered query stays where it is (RFC 6749 section 3.1.2).
#[tokio::test]
async fn the_query_of_a_redirect_uri_is_kept() {
    let house = House::start().await;
    let other = "http://127.0.0.1:8080/other?tenant=1";
    let ask = Ask::of(CLIENT, other).and("response_mode", "form_post");
    let page = house.browser().follow(&ask.url(&house), other).await;
    assert_eq!(fields(&page).0, other);
}

/// The limit of a header is none of a form; that of the flow's cookie is.
#[tokio::test]
async fn a_state_may_be_longer_than_a_redirect_could_bear() {
    let house = House::start().await;
    let state = "%".repeat(1200);
    let short = Ask::new().with("state", &state);
    let page = house.browser().get(&short.url(&house)).await;
    assert!(page.location().unwrap().contains("error=invalid_request"));
    let page = house
        .browser()
        .follow(&posted().with("state", &state).url(&house), REDIRECT)
        .await;
    assert_eq!(fields(&page).1["state"], state);
    let long = posted().with("state", &"x".repeat(10 * 1024));
    let page = house.browser().get(&long.url(&house)).await;
    assert_eq!(fields(&page).1["error"], "invalid_request");
}

/// CONTRIBUTING.md, Decisions: an error that the person caused is shown first; the way back
/// is a form there.
#[tokio::test]
async fn the_way_back_from_a_page_is_a_form() {
    let house = House::plan().auto_login("malei").start().await;
    let page = house
        .browser()
        .follow(&posted().url(&house), REDIRECT)
        .await;
    assert_eq!(page.status, 403);
    assert_eq!(page.href("back"), None);
    let (action, fields) = fields(&page);
    assert_eq!(action, REDIRECT);
    assert_eq!(fields["error"], "access_denied");
    assert_eq!(fields["state"], "the-state");
    let policy = header(&page, "content-security-policy");
    assert!(
        policy.contains("form-action http://127.0.0.1:8080;"),
        "{policy}"
    );
    assert!(!policy.contains("script"), "{policy}");
}

/// CSP 3 section 2.3.1 has no form for an IPv6 literal or a private-use scheme's host: the
/// scheme stands there alone, since browsers drop a source that they can't read.
#[tokio::test]
async fn a_return_address_that_a_policy_can_not_name_is_named_by_its_scheme() {
    let more = "[[clients]]\nclient_id = \"native\"\napplication_type = \"native\"\n\
                token_endpoint_auth_method = \"none\"\nredirect_uris = \
                [\"http://[::1]/callback\", \"com.example.app:/callback\"]";
    let house = House::plan().more(more).start().await;
    for (redirect, source) in [
        ("http://[::1]:4711/callback", "http:"),
        ("com.example.app:/callback", "com.example.app:"),
    ] {
        let ask = Ask::of("native", redirect)
            .and("response_mode", "form_post")
            .and("prompt", "none")
            .and("code_challenge", &"a".repeat(43))
            .and("code_challenge_method", "S256");
        let page = house.browser().get(&ask.url(&house)).await;
        let policy = header(&page, "content-security-policy");
        assert!(
            policy.contains(&format!("form-action {source};")),
            "{policy}"
        );
    }
}
