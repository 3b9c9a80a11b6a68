//! The questions as they come over the socket.

use serde_json::{Value, json};

use super::{Bureau, RS256};
use crate::support::http;

/// What is not understood is refused without a word of it: a private key may be in it.
#[tokio::test]
async fn what_is_not_understood_is_refused_without_a_word_of_it() {
    let bureau = Bureau::start().await;
    for body in [
        String::new(),
        "sentinel".to_owned(),
        json!({ "ask": "sentinel" }).to_string(),
        json!({ "ask": { "import": { "text": "x", "sentinel": 1 } } }).to_string(),
        json!({ "ask": "list", "sentinel": true }).to_string(),
        json!({ "ask": { "generate": { "algorithm": "sentinel" } } }).to_string(),
        json!({ "ask": { "import": { "text": "sentinel".repeat(40_000) } } }).to_string(),
    ] {
        let answer = bureau.send(body).await;
        assert_eq!(answer.status(), 400);
        let said = answer.text().await.unwrap();
        assert!(!said.contains("sentinel"), "{said}");
        let said: Value = serde_json::from_str(&said).unwrap();
        assert!(said["error"].is_string());
    }
}

/// Who asks is what the kernel says, not what the request says.
#[tokio::test]
async fn the_request_can_not_say_who_asks() {
    let bureau = Bureau::start().await;
    let ask = json!({ "ask": { "generate": { "algorithm": "RS256" } }, "uid": 4711 });
    assert_eq!(bureau.send(ask.to_string()).await.status(), 400);
    let kid = bureau.generate(RS256).await;
    let events = bureau.events().await;
    let event = events.iter().find(|event| event["kid"] == kid).unwrap();
    assert_eq!(event["uid"], bureau.uid());
}

/// An answer is not kept by anybody on the way, and carries the version of who gives it.
#[tokio::test]
async fn an_answer_is_not_cached() {
    let bureau = Bureau::start().await;
    let answer = bureau.send(json!({ "ask": "list" }).to_string()).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(answer.headers().contains_key("dingpass-version"));
}

/// Nothing of it is reachable over TCP.
#[tokio::test]
async fn the_public_router_knows_nothing_of_it() {
    let bureau = Bureau::start().await;
    for path in ["/1/keys", "/keys", "/admin/keys"] {
        let request = http().post(bureau.house.url(path));
        let answer = request.body(r#"{"ask":"list"}"#).send().await.unwrap();
        assert_eq!(answer.status(), 404);
    }
}

/// A private key or a passphrase is in no `Debug` text.
#[test]
fn secrets_are_not_printed() {
    let request: dingpass::operator::keys::KeyRequest = serde_json::from_value(json!({
        "ask": { "import": { "text": "sentinel", "passphrase": "sentinel" } }
    }))
    .unwrap();
    assert!(!format!("{request:?}").contains("sentinel"));
}
