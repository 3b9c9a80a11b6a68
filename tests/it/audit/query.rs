//! What can be asked of the log.

use serde_json::{Value, json};

use super::{Operator, ask, names};
use crate::authorize::Ask;
use crate::support::{Answer, CLIENT, House, REDIRECT};

async fn sign_in(house: &House, userid: &str) {
    house.sim.sign_in_as(userid).await;
    let page = house
        .browser()
        .follow(&Ask::new().url(house), REDIRECT)
        .await;
    Answer::of(&page).code();
}

/// A line: number, moment, request, name, and what the event holds.
#[tokio::test]
async fn an_event_is_one_line_with_all_that_it_holds() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    sign_in(&house, "zhangsan").await;
    let events = operator.all().await;
    let event = events[0].as_object().unwrap();
    let members: Vec<&str> = event.keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "at",
            "client",
            "correlation",
            "event",
            "first",
            "number",
            "sid",
            "subject",
            "upstream"
        ]
    );
    assert_eq!(
        (&event["number"], &event["first"]),
        (&json!(1), &json!(true))
    );
    let at: jiff::Timestamp = event["at"].as_str().unwrap().parse().unwrap();
    use dingpass::clock::Clock as _;
    assert_eq!(at.as_millisecond(), house.clock.now().as_millis());
    assert!(event["at"].as_str().unwrap().ends_with('Z'), "RFC 3339");
}

/// Each condition alone, and all of them together.
#[tokio::test]
async fn events_are_found_by_time_client_person_and_name() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    use dingpass::clock::Clock as _;
    let begin = house.clock.now().as_millis();
    sign_in(&house, "zhangsan").await;
    house.clock.advance_seconds(10);
    sign_in(&house, "lisi").await;
    house.clock.advance_seconds(10);
    sign_in(&house, "zhangsan").await;
    house
        .browser()
        .get(&Ask::new().with("client_id", "x").url(&house))
        .await;
    house.app.tell_failures().await;
    let all = operator.all().await;
    assert_eq!(all.len(), 4);
    let zhang = all[0]["subject"].as_str().unwrap();
    let numbers = async |question: Value| -> Vec<u64> {
        let events = operator.events(question).await;
        let numbers = events.iter().map(|event| event["number"].as_u64().unwrap());
        numbers.collect()
    };
    assert_eq!(numbers(json!({ "since": begin + 1 })).await, [2, 3, 4]);
    assert_eq!(numbers(json!({ "since": begin })).await, [1, 2, 3, 4]);
    assert_eq!(numbers(json!({ "until": begin + 10_000 })).await, [1]);
    assert_eq!(numbers(json!({ "client": CLIENT })).await, [1, 2, 3]);
    assert_eq!(numbers(json!({ "client": "other" })).await, [0; 0]);
    assert_eq!(numbers(json!({ "subject": zhang })).await, [1, 3]);
    let failed = json!({ "events": ["failures_counted", "code_spoiled"] });
    assert_eq!(numbers(failed).await, [4]);
    let together = json!({
        "since": begin + 1, "until": begin + 20_001, "client": CLIENT, "subject": zhang,
        "events": ["signed_in"], "limit": 5
    });
    assert_eq!(numbers(together).await, [3]);
}

/// The latest so many of those that are asked for, in order, and a word about the others.
#[tokio::test]
async fn a_limit_takes_the_latest_and_says_that_there_are_more() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    for userid in ["zhangsan", "lisi", "zhangsan"] {
        sign_in(&house, userid).await;
    }
    for (limit, first, left_out) in [(1, 3, true), (2, 2, true), (3, 1, false), (9, 1, false)] {
        let answer = operator.answer(&json!({ "limit": limit })).await;
        let said = answer.headers().contains_key("dingpass-left-out");
        assert_eq!(said, left_out, "{limit}");
        let events = super::parsed(&answer.text().await.unwrap());
        assert_eq!(events[0]["number"], first, "{limit}");
        assert_eq!(events.last().unwrap()["number"], 3);
    }
    let subject = operator.all().await[1]["subject"].clone();
    let answer = operator
        .events(json!({ "subject": subject, "limit": 1 }))
        .await;
    assert_eq!(answer[0]["number"], 2, "what is passed over does not count");
}

/// More than one page, and no event twice.
#[tokio::test]
async fn a_long_log_is_told_whole() {
    use dingpass::domain::event::{AuditEvent, EventKind, OperatorAct};
    let house = House::start().await;
    let operator = Operator::of(&house);
    let event = |number: usize| AuditEvent {
        at: 0,
        correlation: String::new(),
        kind: EventKind::OperatorActed {
            uid: Some(0),
            act: OperatorAct::KeyExported {
                kid: number.to_string(),
            },
        },
    };
    let events = (1..=2_345).map(event).collect();
    house.store.append_events(events).await.unwrap();
    let told = operator.all().await;
    assert_eq!(told.len(), 2_345);
    for (index, event) in told.iter().enumerate() {
        assert_eq!(event["kid"], (index + 1).to_string());
    }
    let latest = operator.events(json!({ "limit": 1_234 })).await;
    assert_eq!(latest.len(), 1_234);
    assert_eq!(latest[0]["kid"], "1112");
}

/// Reading is not told in the log that is read.
#[tokio::test]
async fn reading_the_log_leaves_nothing_in_it() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    sign_in(&house, "zhangsan").await;
    for _ in 0..3 {
        assert_eq!(names(&operator.all().await), ["signed_in"]);
    }
}

/// What is not understood is refused, in words, with the version of who refuses.
#[tokio::test]
async fn a_question_of_another_version_is_refused_with_our_version() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    for (path, body, status) in [
        ("/1/audit", "{\"later\":1}".to_owned(), 400),
        ("/1/audit", "no json".to_owned(), 400),
        ("/1/audit", "[".repeat(60_000), 400),
        ("/1/audit", " ".repeat(70_000), 400),
        ("/2/audit", "{}".to_owned(), 404),
        ("/", String::new(), 404),
    ] {
        let answer = ask(&operator.path(), path, body).await;
        assert_eq!(answer.status(), status);
        let version = answer.headers()["dingpass-version"].to_str().unwrap();
        assert_eq!(version, env!("CARGO_PKG_VERSION"));
        let refusal: Value = answer.json().await.unwrap();
        assert!(refusal["error"].as_str().unwrap().contains("version"));
    }
}
