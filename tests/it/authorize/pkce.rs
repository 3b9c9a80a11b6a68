//! Proof Key for Code Exchange at the authorization endpoint.

use super::{Ask, error_of};
use crate::support::{Answer, House, REDIRECT};

/// The example of RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const CLIENTS: &str = r#"
[[clients]]
client_id = "page"
preset = "spa"
redirect_uris = ["http://127.0.0.1:8080/page"]

[[clients]]
client_id = "strict"
client_secret = "a-secret-of-at-least-32-characters-too"
redirect_uris = ["http://127.0.0.1:8080/strict"]
require_pkce = true

[[clients]]
client_id = "new"
client_secret = "a-secret-of-at-least-32-characters-too"
redirect_uris = ["http://127.0.0.1:8080/new"]

[[clients]]
client_id = "nocobase"
client_secret = "a-secret-of-at-least-32-characters-too"
redirect_uris = ["http://127.0.0.1:8080/api/oidc:redirect"]
preset = "nocobase"
"#;

/// RFC 9700 section 2.1.1: public clients must; new clients do unless told otherwise.
#[tokio::test]
async fn public_clients_and_require_pkce_demand_a_challenge() {
    let house = House::plan().more(CLIENTS).start().await;
    let mut browser = house.browser();
    for (client, redirect) in [
        ("page", "http://127.0.0.1:8080/page"),
        ("strict", "http://127.0.0.1:8080/strict"),
        ("new", "http://127.0.0.1:8080/new"),
    ] {
        let ask = Ask::of(client, redirect);
        for bare in [
            ask.clone(),
            ask.clone().and("code_challenge", ""),
            ask.clone().and("code_challenge_method", "S256"),
        ] {
            let page = browser.get(&bare.url(&house)).await;
            assert_eq!(error_of(&house, &page), "invalid_request", "{client}");
        }
        let whole = ask
            .and("code_challenge", CHALLENGE)
            .and("code_challenge_method", "S256");
        let page = browser.follow(&whole.url(&house), redirect).await;
        Answer::of(&page).code();
    }
}

/// A confidential client that can't (NocoBase) is let off; one that does is held to it.
#[tokio::test]
async fn a_client_without_the_demand_may_leave_it_out() {
    let house = House::plan().more(CLIENTS).start().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    Answer::of(&page).code();
    let redirect = "http://127.0.0.1:8080/api/oidc:redirect";
    let ask = Ask::of("nocobase", redirect).with("scope", "openid email profile");
    let page = browser.follow(&ask.url(&house), redirect).await;
    Answer::of(&page).code();
}

/// RFC 7636 section 4.2 with RFC 9700 section 2.1.1: S256 alone, so neither `plain` nor a
/// missing method, which means plain.
#[tokio::test]
async fn plain_and_unknown_methods_are_refused() {
    let house = House::start().await;
    for method in ["plain", "s256", "S512", "none", "S256 ", "S256 plain"] {
        let ask = Ask::new()
            .and("code_challenge", CHALLENGE)
            .and("code_challenge_method", method);
        let page = house.browser().get(&ask.url(&house)).await;
        assert_eq!(error_of(&house, &page), "invalid_request", "{method}");
    }
    let ask = Ask::new().and("code_challenge", CHALLENGE);
    let page = house.browser().get(&ask.url(&house)).await;
    assert_eq!(error_of(&house, &page), "invalid_request", "no method");
    let ask = Ask::new().and("code_challenge_method", "S256");
    let page = house.browser().get(&ask.url(&house)).await;
    assert_eq!(error_of(&house, &page), "invalid_request", "no challenge");
}

/// RFC 7636 section 4.2: base64url of 32 bytes, 43 characters without padding.
#[tokio::test]
async fn a_malformed_challenge_is_refused() {
    let house = House::start().await;
    let short = &CHALLENGE[..42];
    for challenge in [
        short.to_owned(),
        format!("{CHALLENGE}="),
        format!("{CHALLENGE}A"),
        format!("{short}+"),
        format!("{short}/"),
        format!("{short} "),
        format!("{short}é"),
        // Bits beyond the 32 bytes are set: no verifier gives that.
        format!("{short}N"),
        "x".repeat(2000),
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk.".to_owned(),
    ] {
        let ask = Ask::new()
            .and("code_challenge", &challenge)
            .and("code_challenge_method", "S256");
        let page = house.browser().get(&ask.url(&house)).await;
        assert_eq!(error_of(&house, &page), "invalid_request", "{challenge}");
    }
}

/// CONTRIBUTING.md, Old attacks: a challenge that went through DingTalk in the flow's cookie is demanded still.
#[tokio::test]
async fn a_challenge_survives_the_way_through_dingtalk() {
    let house = House::start().await;
    let ask = Ask::new()
        .and("code_challenge", CHALLENGE)
        .and("code_challenge_method", "S256");
    let page = house.browser().follow(&ask.url(&house), REDIRECT).await;
    let refused = super::redeem(&house, Answer::of(&page).code()).await;
    assert_eq!(refused.unwrap_err(), "invalid_grant");
}
