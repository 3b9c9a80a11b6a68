//! What is not sent, not followed, not read and not waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use dingpass::outbound::{Settings, TransportError};

use super::{hosts, raw_server};

async fn outcome(url: &str) -> Result<(u16, usize), TransportError> {
    let hosts = hosts(&Settings::default());
    let answer = hosts.send(hosts.get(url)).await?;
    Ok((answer.status, answer.body.len()))
}

/// CONTRIBUTING.md, Decisions: https, plain http on loopback only.
#[tokio::test]
async fn plain_http_goes_to_loopback_and_nowhere_else() {
    for url in [
        "http://oapi.dingtalk.com/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://loopback@10.0.0.1/",
        "http://127.0.0.1@10.0.0.1/",
        "http://0.0.0.0:1/",
        "http://10.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::2]/",
        "ftp://127.0.0.1/",
        "file:///etc/hostname",
        "127.0.0.1",
        "",
    ] {
        assert_eq!(outcome(url).await, Err(TransportError::NotAllowed), "{url}");
    }
    let url = raw_server(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await;
    assert_eq!(outcome(&url).await, Ok((204, 0)));
}

/// A redirect would carry the secret and the token wherever the answer says.
#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    let router = Router::new()
        .route("/from", get(async || Redirect::temporary("/to")))
        .route(
            "/to",
            get(async move || {
                counted.fetch_add(1, Ordering::SeqCst);
                "here"
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/from", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    assert_eq!(outcome(&url).await, Ok((307, 0)));
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

const MEBIBYTE: usize = 1024 * 1024;

/// CONTRIBUTING.md, Old attacks: a body of 10 MB.
#[tokio::test]
async fn an_answer_of_more_than_a_mebibyte_is_not_read() {
    let answer = |length: usize| {
        let mut bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
        bytes.resize(bytes.len() + length, b' ');
        bytes
    };
    let url = raw_server(answer(MEBIBYTE)).await;
    assert_eq!(outcome(&url).await, Ok((200, MEBIBYTE)));
    let url = raw_server(answer(MEBIBYTE + 1)).await;
    assert_eq!(outcome(&url).await, Err(TransportError::TooLarge));
    // Without a length: read until the limit, not until memory ends.
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.resize(10 * MEBIBYTE, b' ');
    let url = raw_server(endless).await;
    assert_eq!(outcome(&url).await, Err(TransportError::TooLarge));
}

/// The limit is on what comes out, not on what came in: a small answer may unfold to a huge one.
#[tokio::test]
async fn a_small_compressed_answer_that_unfolds_beyond_the_limit_is_not_read() {
    let body = gzip_of_blanks(8 * MEBIBYTE);
    assert!(body.len() < MEBIBYTE / 4);
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend(body);
    let url = raw_server(answer).await;
    assert_eq!(outcome(&url).await, Err(TransportError::TooLarge));
}

/// A gzip stream (RFC 1952) of at least that many equal bytes, by RFC 1951's fixed codes: one
/// literal, then copies of 258 bytes from one byte back. Its checksum is left out.
fn gzip_of_blanks(length: usize) -> Vec<u8> {
    let mut bits = vec![true, true, false];
    let mut code = |value: u32, width: u32| {
        bits.extend((0..width).rev().map(|place| value >> place & 1 == 1));
    };
    code(0x30 + u32::from(b' '), 8);
    for _ in 0..=length / 258 {
        code(0b1100_0101, 8);
        code(0, 5);
    }
    code(0, 7);
    let mut stream = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    stream.extend(bits.chunks(8).map(|chunk| {
        let set = chunk.iter().enumerate().filter(|(_, bit)| **bit);
        set.fold(0, |byte: u8, (place, _)| byte | 1 << place)
    }));
    stream
}

/// A person waits: silence, a stalled answer and a name that leads nowhere all end.
#[tokio::test]
async fn an_answer_that_does_not_come_to_its_end_in_time_is_given_up() {
    let settings = Settings {
        timeout: Duration::from_millis(200),
        ..Settings::default()
    };
    let patient = hosts(&Settings::default());
    let hosts = hosts(&settings);
    let silent = raw_server(Vec::new()).await;
    let stalled = raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec()).await;
    for url in [silent, stalled] {
        let outcome = tokio::select! {
            biased;
            outcome = hosts.send(hosts.get(&url)) => outcome,
            _ = patient.send(patient.get(&url)) => panic!("the time that was set is not kept"),
        };
        assert_eq!(outcome.err(), Some(TransportError::TimedOut), "{url}");
    }
}

/// What an operator reads in the log has no address in it: the query holds a token.
#[tokio::test]
async fn failures_are_told_without_the_address() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}/topapi?access_token=sentinel");
    let error = outcome(&url).await.unwrap_err();
    assert_eq!(error, TransportError::Unreachable);
    let words = format!("{error} {error:?}");
    assert!(
        !words.contains("sentinel") && !words.contains("127.0.0.1"),
        "{words}"
    );
}
