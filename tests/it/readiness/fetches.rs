//! What counts as a fetch.

use dingpass::protocol::key_adoption::Standing;
use http::Method;

use super::{BackEnd, house, is_unknown, known, standing};
use crate::support::{CLIENT, House};

async fn ask(house: &House, app: &BackEnd, method: Method, path: &str, tag: Option<&str>) -> u16 {
    let mut request = app.request(method, &house.url(path));
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    request.send().await.unwrap().status().as_u16()
}

async fn tag(house: &House) -> String {
    let (_, headers) = BackEnd::new("somebody").get(house, "/jwks").await;
    headers["etag"].to_str().unwrap().to_owned()
}

/// RFC 9110 section 13.1.2: who is told "not modified" has the document of this moment.
#[tokio::test]
async fn a_304_is_a_fetch() {
    for path in ["/jwks", "/jwks/demo"] {
        let house = house().await;
        let app = BackEnd::new("gitea/1.24");
        app.authenticates(&house).await;
        let tag = tag(&house).await;
        for tag in [
            tag.clone(),
            format!("\"other\", W/{tag}"),
            format!("*, {tag}"),
        ] {
            house.clock.advance_seconds(60);
            let before = known(&house, CLIENT).fetched_at;
            assert_eq!(ask(&house, &app, Method::GET, path, Some(&tag)).await, 304);
            assert_eq!(standing(&house, CLIENT), Standing::Ready);
            assert_ne!(known(&house, CLIENT).fetched_at, before);
        }
    }
}

/// Who has another document is given this one.
#[tokio::test]
async fn a_tag_of_another_document_brings_this_one() {
    let house = house().await;
    let app = BackEnd::new("gitea/1.24");
    app.authenticates(&house).await;
    assert_eq!(
        ask(&house, &app, Method::GET, "/jwks", Some("\"older\"")).await,
        200
    );
    assert_eq!(standing(&house, CLIENT), Standing::Ready);
}

/// RFC 9110 section 13.1.2: `*` says that something is there, not which; section 9.3.2: HEAD
/// brings no document; the Fetch standard, section 3.2.2: nor does a browser's question.
#[tokio::test]
async fn what_brings_no_document_is_no_fetch() {
    for path in ["/jwks", "/jwks/demo"] {
        let house = house().await;
        let app = BackEnd::new("gitea/1.24");
        app.authenticates(&house).await;
        let tag = tag(&house).await;
        assert_eq!(ask(&house, &app, Method::GET, path, Some("*")).await, 304);
        assert_eq!(ask(&house, &app, Method::HEAD, path, None).await, 200);
        assert_eq!(ask(&house, &app, Method::HEAD, path, Some(&tag)).await, 304);
        assert_eq!(ask(&house, &app, Method::POST, path, None).await, 405);
        let asks_first = app
            .request(Method::OPTIONS, &house.url(path))
            .header("origin", "https://spa.example")
            .header("access-control-request-method", "GET");
        assert_eq!(asks_first.send().await.unwrap().status(), 204);
        for other in ["/.well-known/openid-configuration", "/healthz"] {
            assert_eq!(ask(&house, &app, Method::GET, other, None).await, 200);
        }
        is_unknown(&house, CLIENT);
    }
}
