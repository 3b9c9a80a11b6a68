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

/// RFC 9112 section 9.6: who does not read a body to its end closes the connection and says
/// so; else the next request of a proxy that shares its connections would be lost.
#[tokio::test]
async fn a_connection_on_which_a_body_was_left_is_closed_and_the_answer_says_so() {
    let house = House::start().await;
    for path in ["/token", "/authorize", "/userinfo", "/logout", "/consent"] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {FORM}\r\ncontent-length: 70000\r\n\r\ngrant_type="
        );
        let (head, _) = raw(&house, request.as_bytes()).await;
        assert!(head.contains("\r\nconnection: close"), "{path}: {head}");
    }
}

/// A form that was read, a small one and none at all, leaves the connection open.
#[tokio::test]
async fn a_connection_stays_open_when_the_body_was_read() {
    let house = House::start().await;
    let request = format!(
        "POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: {FORM}\r\ncontent-length: 12\r\n\r\ngrant_type=x\
         GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n\
         GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    );
    let (first, rest) = raw(&house, request.as_bytes()).await;
    assert!(!first.contains("connection: close"), "{first}");
    assert_eq!(rest.matches("HTTP/1.1 200 OK").count(), 2, "{rest}");
}

/// Whatever takes a form: bytes that are none are refused or passed over, never a failure of
/// ours, and nothing of them is in the answer.
#[tokio::test]
async fn no_endpoint_fails_over_a_body_that_is_no_form_or_repeats_it() {
    const MARK: &str = "zebra-mark";
    let house = House::start().await;
    let levels = format!("{}1{}", "{\"zebra-mark\":".repeat(4000), "}".repeat(4000));
    let many = format!("{MARK}=x&").repeat(1000);
    let bodies = [
        (FORM, many.into_bytes()),
        (FORM, format!("{MARK}={}", "x".repeat(70_000)).into_bytes()),
        (FORM, [MARK.as_bytes(), b"=\xff\xfe"].concat()),
        (FORM, format!("{MARK}=%ff&{MARK}%00").into_bytes()),
        (FORM, format!("{MARK}=%").into_bytes()),
        ("application/json", levels.into_bytes()),
        ("text/plain", MARK.as_bytes().to_vec()),
    ];
    for path in [
        "/authorize",
        "/token",
        "/userinfo",
        "/introspect",
        "/revoke",
        "/logout",
        "/logout/confirm",
        "/consent",
        "/applications/withdraw",
    ] {
        for (content_type, body) in &bodies {
            let request = Redeem::anonymous("x").header("content-type", content_type.as_bytes());
            let reply = request.send_body(house.url(path), body.clone()).await;
            let told = format!("{path} {content_type}: {reply:?}");
            // A form without a session's cookie is asked again by GET, as it came.
            let again = reply.status == 303 && ["/authorize", "/logout"].contains(&path);
            assert!(again || !reply.status.is_server_error(), "{told}");
            assert!(again || !told.contains(MARK), "{told}");
        }
    }
}

/// A great form that is read whole is judged like any other.
#[tokio::test]
async fn a_form_of_sixty_kilobytes_is_read() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let padded = Redeem::of(&code).and("padding", &"a".repeat(60 * 1024));
    padded.send(&house).await.tokens();
}
