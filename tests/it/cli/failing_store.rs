//! What programs are told while the store fails: at each endpoint the same, and never anything
//! about their token or themselves.

use http::StatusCode;
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use openidconnect::TokenIntrospectionResponse as _;
use serde_json::Value;

use super::full_disk::serving;
use crate::support::{Browser, CLIENT, SECRET, http};

/// RFC 7009 section 2.2.1 names 503 with `Retry-After`; RFC 6749 section 5.2, OIDC Core section
/// 5.3 and RFC 7662 section 2.3 have no code for a failure of the server and leave it to HTTP.
/// A challenge (RFC 6750 section 3) would say that the token is to blame, and a client would
/// throw it away.
#[tokio::test]
async fn every_endpoint_of_programs_says_503_and_when_to_come_again_while_the_store_fails() {
    let (_sim, place, broker) = serving();
    let rp = place.rp().await;
    let before = rp.sign_in(&mut Browser::new(), &["offline_access"]).await;
    let refresh = before.refresh_token.clone().unwrap();
    // A write is lost, and until the next that is kept nothing can be read either.
    broker.limit_files("1");
    rp.refresh(&refresh).await.unwrap_err();

    let form = |path: &str, body: String| {
        http()
            .post(place.url(path))
            .basic_auth(CLIENT, Some(SECRET))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    };
    let token = &before.access_token;
    let requests = [
        http().get(place.url("/userinfo")).bearer_auth(token),
        form("/introspect", format!("token={token}")),
        form("/introspect", format!("token={refresh}")),
        form("/revoke", format!("token={token}")),
        form(
            "/token",
            format!("grant_type=refresh_token&refresh_token={refresh}"),
        ),
        form(
            "/token",
            "grant_type=authorization_code&code=x&redirect_uri=https%3A%2F%2Fapp.example.com%2F"
                .to_owned(),
        ),
    ];
    for request in requests {
        let reply = request.send().await.unwrap();
        let url = reply.url().clone();
        assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE, "{url}");
        let headers = reply.headers().clone();
        assert!(headers.contains_key(RETRY_AFTER), "{url}");
        assert_eq!(headers[CACHE_CONTROL], "no-store", "{url}");
        assert!(!headers.contains_key(WWW_AUTHENTICATE), "{url}");
        let body: Value = reply.json().await.unwrap();
        assert_eq!(body["error"], "server_error", "{url}");
    }

    broker.limit_files("unlimited");
    assert!(rp.introspect(token).await.active(), "nothing was spent");
    rp.refresh(&refresh).await.unwrap();
}
