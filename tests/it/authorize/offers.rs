//! What is not offered is refused by its own code, never assumed and never ignored.

use super::{Ask, error_of};
use crate::support::House;

async fn error(house: &House, ask: &Ask) -> String {
    error_of(house, &house.browser().get(&ask.url(house)).await)
}

/// RFC 6749 section 3.1.1; oidcc-response-type-missing: code is never assumed.
#[tokio::test]
async fn a_missing_response_type_is_invalid_request() {
    let house = House::start().await;
    let missing = Ask::new().without("response_type");
    assert_eq!(error(&house, &missing).await, "invalid_request");
    let empty = Ask::new().with("response_type", "");
    assert_eq!(error(&house, &empty).await, "invalid_request");
}

/// RFC 9700 section 2.1.2: no token ever comes out of the authorization endpoint.
#[tokio::test]
async fn every_response_type_but_code_is_unsupported() {
    let house = House::start().await;
    for kind in [
        "token",
        "id_token",
        "id_token token",
        "code id_token",
        "code token",
        "code id_token token",
        "none",
        "CODE",
        "code code",
        " code",
        "code ",
        "codex",
    ] {
        let ask = Ask::new().with("response_type", kind);
        assert_eq!(
            error(&house, &ask).await,
            "unsupported_response_type",
            "{kind}"
        );
    }
}

/// OAuth 2.0 Multiple Response Types section 2.1: what is not offered is told in
/// the query, which every client reads.
#[tokio::test]
async fn every_response_mode_that_is_not_offered_is_refused_in_the_query() {
    let house = House::start().await;
    for mode in [
        "fragment",
        "form_post.jwt",
        "FORM_POST",
        "query form_post",
        "jwt",
        "query.jwt",
        "web_message",
        "Query",
    ] {
        let ask = Ask::new().with("response_mode", mode);
        assert_eq!(error(&house, &ask).await, "invalid_request", "{mode}");
    }
}

/// OIDC Core sections 3.1.2.6 and 6: silently ignoring a request object would let a client
/// believe that its signature was looked at.
#[tokio::test]
async fn request_objects_and_registration_have_their_own_errors() {
    let house = House::start().await;
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9.";
    for (name, value, expected) in [
        ("request", unsigned, "request_not_supported"),
        ("request", "x", "request_not_supported"),
        (
            "request_uri",
            "https://a.example/r",
            "request_uri_not_supported",
        ),
        (
            "request_uri",
            "urn:ietf:params:oauth:request_uri:x",
            "request_uri_not_supported",
        ),
        ("registration", "{}", "registration_not_supported"),
    ] {
        let ask = Ask::new().with(name, value);
        assert_eq!(error(&house, &ask).await, expected);
        let silent = ask.and("prompt", "none");
        assert_eq!(error(&house, &silent).await, expected);
    }
}

/// oidcc-ensure-request-object-with-redirect-uri: neither the inner nor the outer address of
/// a request object that is refused is used when the outer one is not registered.
#[tokio::test]
async fn a_request_object_does_not_prove_an_address() {
    let house = House::start().await;
    let ask = Ask::new()
        .with("redirect_uri", "https://evil.example/")
        .and("request", "eyJhbGciOiJub25lIn0.e30.");
    super::refused_on_a_page(&house.browser().get(&ask.url(&house)).await);
}
