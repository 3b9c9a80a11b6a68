//! Bodies that are no form: an OAuth endpoint answers them in its own words (RFC 6749
//! section 5.2), and reads no more of them than a form can have.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Ask, Redeem, Reply};
use crate::support::House;

async fn post(house: &House, content_type: Option<&str>, body: Vec<u8>) -> Reply {
    let mut request = Redeem::of("x");
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type.as_bytes());
    }
    request.send_body(house.url("/token"), body).await
}

const FORM: &str = "application/x-www-form-urlencoded";

/// RFC 6749 section 3.2: a form and nothing else.
#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let right = Redeem::of(&code);
    let json = serde_json::to_vec(
        &right
            .form
            .iter()
            .cloned()
            .collect::<std::collections::BTreeMap<_, _>>(),
    )
    .unwrap();
    for (content_type, body) in [
        (Some("application/json"), json),
        (None, right.body()),
        (Some("text/plain"), right.body()),
        (Some("multipart/form-data; boundary=x"), right.body()),
        (Some(""), right.body()),
    ] {
        let reply = post(&house, content_type, body).await;
        assert_eq!(reply.status, 400, "{content_type:?}: {reply:?}");
        reply.refused(400, "invalid_request");
    }
    right.send(&house).await.tokens();
}

/// RFC 9110 section 8.3.1: types are compared without case, and may have parameters.
#[tokio::test]
async fn a_forms_type_may_have_a_charset_and_any_case() {
    let house = House::start().await;
    let mut browser = house.browser();
    for content_type in [
        "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-Urlencoded",
        "application/x-www-form-urlencoded ;charset=utf-8",
    ] {
        let code = Ask::new().code(&house, &mut browser).await;
        let right = Redeem::of(&code);
        let body = right.body();
        let right = right.header("content-type", content_type.as_bytes());
        right.send_body(house.url("/token"), body).await.tokens();
    }
}

/// Bytes that are no text, encoded or not.
#[tokio::test]
async fn a_form_that_is_not_utf_8_is_refused() {
    let house = House::start().await;
    for body in [
        b"grant_type=authorization_code&code=\xff\xfe".to_vec(),
        b"grant_type=authorization_code&code=%ff%fe".to_vec(),
        b"grant_type=authorization_code&code=a%00b".to_vec(),
        b"\xff=x".to_vec(),
    ] {
        let reply = post(&house, Some(FORM), body).await;
        reply.refused(400, "invalid_request");
    }
}

/// A flood of parameters is not sorted through.
#[tokio::test]
async fn a_form_with_very_many_parameters_is_refused() {
    let house = House::start().await;
    let many: Vec<String> = (0..1000).map(|number| format!("p{number}=x")).collect();
    let reply = post(&house, Some(FORM), many.join("&").into_bytes()).await;
    reply.refused(400, "invalid_request");
}

/// The answer of a connection on which `request` was written.
async fn raw(house: &House, request: &[u8]) -> (String, String) {
    let address = house.issuer.strip_prefix("http://").unwrap();
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    connection.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // The broker may close while we would still be sending; what it said is what counts.
    let _ = connection.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

fn is_an_oauth_error(head: &str, body: &str) {
    assert!(
        head.starts_with("http/1.1 400 ") || head.starts_with("http/1.1 413 "),
        "{head}"
    );
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    assert!(body.contains("\"error\":\"invalid_request\""), "{body}");
}

/// Ten megabytes: refused by their announcement, in the endpoint's own words.
#[tokio::test]
async fn a_body_announced_as_ten_megabytes_is_refused_without_reading_it() {
    let house = House::start().await;
    let request = format!(
        "POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: {FORM}\r\nconnection: close\r\ncontent-length: 10000000\r\n\r\ngrant_type="
    );
    let (head, body) = raw(&house, request.as_bytes()).await;
    is_an_oauth_error(&head, &body);
}

/// The same without an announcement: chunks that do not end.
#[tokio::test]
async fn a_body_in_chunks_is_refused_when_it_gets_too_long() {
    let house = House::start().await;
    let mut request = format!(
        "POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: {FORM}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for _ in 0..20 {
        request.extend_from_slice(b"1000\r\n");
        request.extend_from_slice(&[b'a'; 4096]);
        request.extend_from_slice(b"\r\n");
    }
    let (head, body) = raw(&house, &request).await;
    is_an_oauth_error(&head, &body);
}

/// A great form that is read whole is judged like any other.
#[tokio::test]
async fn a_form_of_sixty_kilobytes_is_read() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let padded = Redeem::of(&code).and("padding", &"a".repeat(60 * 1024));
    padded.send(&house).await.tokens();
}
