//! How long the documents may be kept, and how little is sent to who has them.

use super::{OAUTH, OPENID, fetch};
use crate::support::{House, http};

const PATHS: [&str; 3] = [OPENID, OAUTH, "/jwks"];

/// RFC 9111 section 5.2.2, RFC 9110 section 8.8.3: public, for a while, with a strong tag.
#[tokio::test]
async fn documents_may_be_cached_and_have_a_tag() {
    let house = House::plan()
        .more("[keys]\njwks_max_age = \"7m\"")
        .start()
        .await;
    for path in PATHS {
        let document = fetch(&house, path, &[]).await;
        document.json();
        let etag = document.header("etag");
        assert!(
            etag.starts_with('"') && etag.ends_with('"') && etag.len() > 10,
            "{etag}"
        );
        let expected = if path == "/jwks" { 420 } else { 3600 };
        assert_eq!(
            document.header("cache-control"),
            format!("public, max-age={expected}"),
            "{path}"
        );
        assert!(!document.headers.contains_key("set-cookie"), "{path}");
    }
}

/// RFC 9110 section 13.1.2: lists, weak tags and `*` match; another tag does not.
#[tokio::test]
async fn who_has_the_document_gets_304_and_nothing_else() {
    let house = House::start().await;
    for path in PATHS {
        let whole = fetch(&house, path, &[]).await;
        let etag = whole.header("etag");
        for known in [
            etag.to_owned(),
            format!("W/{etag}"),
            format!("\"other\", {etag}"),
            format!("\"other\",{etag} , \"another\""),
            "*".to_owned(),
        ] {
            let answer = fetch(&house, path, &[("if-none-match", &known)]).await;
            assert_eq!(answer.status, 304, "{path} {known}");
            assert_eq!(answer.body, "");
            // RFC 9110 section 15.4.5: what a 200 would have said of caching.
            assert_eq!(answer.header("etag"), etag);
            assert_eq!(
                answer.header("cache-control"),
                whole.header("cache-control")
            );
        }
        let several = fetch(
            &house,
            path,
            &[("if-none-match", "\"other\""), ("if-none-match", etag)],
        )
        .await;
        assert_eq!(several.status, 304);
        for unknown in ["\"other\"", "", "other", &etag.replace('"', ""), "\"*\""] {
            let answer = fetch(&house, path, &[("if-none-match", unknown)]).await;
            assert_eq!(answer.status, 200, "{path} {unknown}");
            assert_eq!(answer.body, whole.body);
        }
    }
}

/// A tag belongs to what is in the document: another broker's differs, the same one's not.
#[tokio::test]
async fn the_tag_follows_the_content() {
    let custody = crate::support::test_custody();
    let plan = || House::plan().custody(std::sync::Arc::clone(&custody));
    let one = plan().issuer("https://id.example").start().await;
    let same = plan().issuer("https://id.example").start().await;
    let other = plan().issuer("https://other.example").start().await;
    let tag =
        async |house: &House, path: &str| fetch(house, path, &[]).await.header("etag").to_owned();
    assert_eq!(tag(&one, OPENID).await, tag(&same, OPENID).await);
    assert_ne!(tag(&one, OPENID).await, tag(&other, OPENID).await);
    assert_eq!(tag(&one, "/jwks").await, tag(&other, "/jwks").await);
    assert_ne!(tag(&one, "/jwks").await, tag(&one, OPENID).await);
}

/// RFC 9110 section 9.3.2: HEAD is GET without the content; other methods are refused.
#[tokio::test]
async fn documents_are_read_by_get_and_head_alone() {
    let house = House::start().await;
    for path in PATHS {
        let whole = fetch(&house, path, &[]).await;
        let head = http().head(house.url(path)).send().await.unwrap();
        assert_eq!(head.status(), 200);
        assert_eq!(head.headers()["etag"], whole.header("etag"));
        let length = head.headers()["content-length"].to_str().unwrap();
        assert_eq!(length, whole.body.len().to_string());
        for method in [http::Method::POST, http::Method::PUT, http::Method::DELETE] {
            let answer = http()
                .request(method, house.url(path))
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 405, "{path}");
        }
    }
}
