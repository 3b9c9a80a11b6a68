//! HEAD, which link checkers send.

use http::Method;

use crate::support::{House, http};

/// RFC 9110 section 9.3.2 lets GET's handler answer HEAD; where a GET moves a sign-in on,
/// that would use up what belongs to the person.
#[tokio::test]
async fn a_head_request_moves_no_sign_in_on() {
    let house = House::start().await;
    for path in [
        "/authorize?client_id=demo",
        "/sign-in?flow=x",
        "/sign-in/acme?flow=x",
        "/callback/acme?code=x&state=y",
    ] {
        let answer = http()
            .request(Method::HEAD, house.url(path))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 405, "{path}");
    }
    let answer = http().head(house.url("/jwks")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}
