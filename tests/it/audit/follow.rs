//! Following the log.

use serde_json::{Value, json};

use super::Operator;
use crate::authorize::Ask;
use crate::support::{Answer, House, REDIRECT, soon};

/// Somebody who follows.
struct Follower {
    answer: reqwest::Response,
    rest: Vec<u8>,
}

impl Follower {
    async fn of(operator: &Operator, mut question: Value) -> Self {
        question["follow"] = json!(true);
        Self {
            answer: operator.answer(&question).await,
            rest: Vec::new(),
        }
    }

    /// The next event; none when the answer has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            let part = soon(self.answer.chunk()).await;
            self.rest.extend_from_slice(&part.unwrap()?);
        }
    }
}

async fn sign_in(house: &House) {
    let page = house
        .browser()
        .follow(&Ask::new().url(house), REDIRECT)
        .await;
    Answer::of(&page).code();
}

/// Those that were there and those that come: each once, in order, though many write at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_follower_sees_every_event_once() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    sign_in(&house).await;
    let mut follower = Follower::of(&operator, json!({})).await;
    assert_eq!(follower.next().await.unwrap()["number"], 1);
    let mut latecomer = Follower::of(&operator, json!({ "limit": 0 })).await;
    let writers = (0..8).map(|_| async {
        for _ in 0..5 {
            sign_in(&house).await;
        }
    });
    let mut writing: Vec<_> = writers.map(Box::pin).collect();
    for writer in &mut writing {
        writer.await;
    }
    for number in 2..=41 {
        assert_eq!(follower.next().await.unwrap()["number"], number);
        assert_eq!(latecomer.next().await.unwrap()["number"], number);
    }
}

/// Conditions hold for what comes, too.
#[tokio::test]
async fn a_follower_sees_what_was_asked_for_alone() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    let mut follower = Follower::of(&operator, json!({ "events": ["failures_counted"] })).await;
    sign_in(&house).await;
    let wrong = Ask::new().with("client_id", "x").url(&house);
    house.browser().get(&wrong).await;
    house.app.tell_failures().await;
    let event = follower.next().await.unwrap();
    assert_eq!(event["cause"], "authorization/unknown_client");
}

/// A clock that jumps back hides nothing from a follower.
#[tokio::test]
async fn a_follower_sees_what_happens_after_the_clock_went_back() {
    use dingpass::domain::event::{AuditEvent, EventKind, OperatorAct};
    let house = House::start().await;
    let operator = Operator::of(&house);
    let mut follower = Follower::of(&operator, json!({})).await;
    for at in [5_000, 1_000, 3_000] {
        let kind = EventKind::OperatorActed {
            uid: Some(0),
            act: OperatorAct::KeyExported {
                kid: at.to_string(),
            },
        };
        let event = AuditEvent {
            at,
            correlation: String::new(),
            kind,
        };
        house.store.append_events(vec![event]).await.unwrap();
    }
    for at in ["5000", "1000", "3000"] {
        assert_eq!(follower.next().await.unwrap()["kid"], at);
    }
}

/// The server's end is an end of the answer, as it should be, and not a broken connection.
#[tokio::test]
async fn the_answer_of_a_follower_ends_with_the_server() {
    let house = House::start().await;
    let mut operator = Operator::of(&house);
    sign_in(&house).await;
    let mut follower = Follower::of(&operator, json!({})).await;
    follower.next().await.unwrap();
    soon(operator.stop()).await;
    assert!(follower.next().await.is_none());
    assert!(!operator.path().exists(), "and the file is gone");
}
