//! `[audit]`: what the configuration says is what the background does.

use dingpass::domain::event::{AuditEvent, EventKind, OperatorAct};

use super::{Operator, names};
use crate::authorize::Ask;
use crate::support::{Answer, House, REDIRECT};

const DAY: u64 = 86_400;

async fn sign_in(house: &House) {
    let page = house
        .browser()
        .follow(&Ask::new().url(house), REDIRECT)
        .await;
    Answer::of(&page).code();
}

/// `keep`, by the clock.
#[tokio::test]
async fn events_are_kept_as_long_as_the_configuration_says() {
    let house = House::plan().more("[audit]\nkeep = \"30d\"").start().await;
    let operator = Operator::of(&house);
    sign_in(&house).await;
    house.clock.advance_seconds(30 * DAY);
    house.app.forget_events().await;
    assert_eq!(names(&operator.all().await), ["signed_in"]);
    house.clock.advance_seconds(1);
    house.app.forget_events().await;
    assert!(operator.all().await.is_empty());
}

/// 180 days where nothing is said.
#[tokio::test]
async fn events_are_kept_for_180_days_by_default() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    sign_in(&house).await;
    house.clock.advance_seconds(180 * DAY);
    house.app.forget_events().await;
    assert_eq!(operator.all().await.len(), 1);
    house.clock.advance_seconds(1);
    house.app.forget_events().await;
    assert!(operator.all().await.is_empty());
}

/// `most_rows`: a tenth of them is for counted failures.
#[tokio::test]
async fn no_more_events_are_kept_than_the_configuration_says() {
    use dingpass::clock::Clock as _;
    let house = House::plan()
        .more("[audit]\nmost_rows = 1000")
        .start()
        .await;
    let operator = Operator::of(&house);
    let events = (0..1_500).map(|number| AuditEvent {
        at: house.clock.now().as_millis(),
        correlation: String::new(),
        kind: EventKind::OperatorActed {
            uid: Some(0),
            act: OperatorAct::KeyExported {
                kid: number.to_string(),
            },
        },
    });
    house.store.append_events(events.collect()).await.unwrap();
    house.app.forget_events().await;
    let left = operator.all().await;
    assert_eq!(left.len(), 900);
    assert_eq!(left[0]["kid"], "600");
}
