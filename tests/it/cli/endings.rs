//! How `serve` ends: gracefully on SIGTERM and SIGINT, and without losing what it answered
//! when it is killed.

use std::sync::Arc;

use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

use super::place::{Place, simulator};
use crate::support::{Answer, Browser, CLIENT, REDIRECT, SECRET, http};

/// A door before the simulated DingTalk: calls wait there until it is opened.
struct Door {
    address: String,
    knocked: Arc<Notify>,
    open: watch::Sender<bool>,
}

impl Door {
    async fn before(dingtalk: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let target = dingtalk.trim_start_matches("http://").to_owned();
        let knocked = Arc::new(Notify::new());
        let (open, opened) = watch::channel(false);
        let knock = Arc::clone(&knocked);
        tokio::spawn(async move {
            loop {
                let (mut caller, _) = listener.accept().await.unwrap();
                let (knock, mut opened, target) = (knock.clone(), opened.clone(), target.clone());
                tokio::spawn(async move {
                    knock.notify_one();
                    opened.wait_for(|open| *open).await.unwrap();
                    let mut server = TcpStream::connect(target).await.unwrap();
                    let _ = copy_bidirectional(&mut caller, &mut server).await;
                });
            }
        });
        Self {
            address,
            knocked,
            open,
        }
    }
}

/// Returns when nobody accepts connections there any more.
async fn until_refused(address: &str) {
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

/// A stop is no failure.
#[test]
fn sigterm_and_sigint_end_it_with_exit_code_0() {
    let place = Place::new();
    for signal in ["TERM", "INT"] {
        let mut process = place.serve();
        process.signal(signal);
        assert_eq!(process.wait().code(), Some(0), "{:?}", process.said);
        let last = process.said.last().unwrap();
        assert!(last.contains("dingpass has stopped"), "{last}");
    }
}

/// A sign-in that is on the way when a deployment begins comes to its end, while nobody
/// new is let in.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_is_finished_after_sigterm() {
    let (_sim, dingtalk) = simulator();
    let door = Door::before(&dingtalk).await;
    let place = Place::with_dingtalk(&dingtalk);
    let api = format!("api_base_url = \"{dingtalk}\"");
    place.edit(
        &format!("\n{api}"),
        &format!("\napi_base_url = \"{}\"", door.address),
    );
    let mut process = place.serve();
    let rp = place.rp().await;
    let mut browser = Browser::new();
    let request = rp.request(&["profile"], &[]);
    let callback = format!("{}/callback/", place.url(""));
    let page = browser.follow(&request.url, &callback).await;
    let callback = page.location().unwrap().to_owned();
    let coming_back = tokio::spawn(async move { browser.get(&callback).await });
    door.knocked.notified().await;

    process.signal("TERM");
    until_refused(&place.address()).await;
    door.open.send(true).unwrap();

    let page = coming_back.await.unwrap();
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert!(!Answer::of(&page).code().is_empty());
    let status = tokio::task::spawn_blocking(move || process.wait()).await;
    assert_eq!(status.unwrap().code(), Some(0));
}

/// A client that keeps its connection open and is silent does not hold up the end.
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let place = Place::new();
    let mut process = place.serve();
    let mut idle = TcpStream::connect(place.address()).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    assert!(idle.read(&mut [0; 1024]).await.unwrap() > 0);
    process.signal("TERM");
    let status = tokio::task::spawn_blocking(move || process.wait()).await;
    assert_eq!(status.unwrap().code(), Some(0));
}

/// RFC 6749 section 4.1.2: a code is good once, and a crash does not make it good again.
#[tokio::test]
async fn what_was_answered_before_a_crash_is_known_after_it() {
    let (_sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    let process = place.serve();
    let rp = place.rp().await;
    let mut browser = Browser::new();
    let url = format!(
        "{}?client_id={CLIENT}&response_type=code&scope=openid&state=s&redirect_uri={REDIRECT}",
        place.url("/authorize")
    );
    let page = browser.follow(&url, REDIRECT).await;
    let code = Answer::of(&page).code().to_owned();
    let redeem = || async {
        let answer = http()
            .post(place.url("/token"))
            .basic_auth(CLIENT, Some(SECRET))
            .form(&[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", REDIRECT),
            ])
            .send()
            .await
            .unwrap();
        (
            answer.status(),
            answer.json::<serde_json::Value>().await.unwrap(),
        )
    };
    let (status, tokens) = redeem().await;
    process.kill();
    assert_eq!(status, StatusCode::OK, "{tokens}");
    let token = tokens["access_token"].as_str().unwrap();
    let userinfo = || async {
        http()
            .get(place.url("/userinfo"))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .status()
    };

    let _second = place.serve();
    assert_eq!(userinfo().await, StatusCode::OK, "the token is good still");
    let (status, refusal) = redeem().await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refusal["error"], "invalid_grant");
    assert_eq!(
        userinfo().await,
        StatusCode::UNAUTHORIZED,
        "and the replay has ended what the code gave (RFC 9700 section 2.1.1)"
    );
    // The browser's session went through the crash too.
    let mut reconnected = Browser::new();
    reconnected.cookies = browser.cookies.clone();
    let silent = rp.request(&[], &[("prompt", "none")]);
    let answer = rp.authorize(&mut reconnected, &silent).await;
    assert!(!answer.code().is_empty());
}
