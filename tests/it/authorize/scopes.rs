//! Scopes: asked for by the client, bounded by its registration.

use super::{Ask, error_of, redeem};
use crate::support::{Answer, House, REDIRECT, RelyingParty};

const NARROW: &str = r#"
[[clients]]
client_id = "narrow"
client_secret = "a-secret-of-at-least-32-characters-too"
redirect_uris = ["http://127.0.0.1:8080/narrow"]
scope = "openid email"
require_pkce = false

[[clients]]
client_id = "no-openid"
client_secret = "a-secret-of-at-least-32-characters-too"
redirect_uris = ["http://127.0.0.1:8080/no-openid"]
scope = "email"
require_pkce = false
"#;

/// OIDC Core section 3.1.2.1: openid is required; there is nothing here without it.
#[tokio::test]
async fn a_request_without_openid_is_invalid_scope() {
    let house = House::start().await;
    for ask in [
        Ask::new().without("scope"),
        Ask::new().with("scope", ""),
        Ask::new().with("scope", "email profile"),
        Ask::new().with("scope", "OpenID"),
        Ask::new().with("scope", "openid,email"),
        Ask::new().with("scope", "openidx"),
        Ask::new().with("scope", "openid\temail"),
    ] {
        let page = house.browser().get(&ask.url(&house)).await;
        assert_eq!(error_of(&house, &page), "invalid_scope", "{}", page.url);
    }
}

/// OIDC Core section 3.1.2.1: unknown scopes are ignored. oidcc-alternate-happy-flow: any
/// order will do.
#[tokio::test]
async fn order_repetition_and_unknown_scopes_do_not_matter() {
    let house = House::start().await;
    let mut browser = house.browser();
    for scopes in [
        "email openid",
        "openid  email",
        " email openid ",
        "email email openid openid",
        "api:read email openid https://scope.example/all",
    ] {
        let ask = Ask::new().with("scope", scopes);
        let page = browser.follow(&ask.url(&house), REDIRECT).await;
        let tokens = redeem(&house, Answer::of(&page).code()).await.unwrap();
        assert_eq!(tokens["scope"], "openid email", "{scopes}");
    }
}

/// RFC 7591 section 2: `scope` is what the client may ask for; more is left out.
#[tokio::test]
async fn a_client_gets_no_more_than_its_scope() {
    let house = House::plan().more(NARROW).start().await;
    let secret = Some("a-secret-of-at-least-32-characters-too");
    let redirect = "http://127.0.0.1:8080/narrow";
    let rp = RelyingParty::discover(&house.issuer, "narrow", secret, redirect).await;
    let signed_in = rp
        .sign_in(
            &mut house.browser(),
            &["email", "phone", "profile", "groups", "dingtalk"],
        )
        .await;
    assert!(signed_in.userinfo.contains_key("email"));
    for claim in ["name", "phone_number", "groups", "dingtalk_userid"] {
        assert!(!signed_in.userinfo.contains_key(claim), "{claim}");
        assert!(!signed_in.payload().contains_key(claim), "{claim}");
    }
}

/// A client without openid in its scope can't sign anyone in.
#[tokio::test]
async fn a_client_that_may_not_ask_for_openid_is_refused() {
    let house = House::plan().more(NARROW).start().await;
    let ask = Ask::of("no-openid", "http://127.0.0.1:8080/no-openid").with("scope", "openid email");
    let page = house.browser().get(&ask.url(&house)).await;
    assert_eq!(error_of(&house, &page), "invalid_scope");
}
