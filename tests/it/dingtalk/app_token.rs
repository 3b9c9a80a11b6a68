//! The application's token: one for all, renewed in time, replaced when refused.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::mock::Mock;
use super::{APP_TOKEN, BY_UNION_ID, USER, arrived, attempt, detail, identify, provider, settings};
use crate::support::House;

/// DingTalk section 5: calls for tokens are throttled, too.
#[tokio::test]
async fn twenty_people_at_once_make_one_call_for_the_token() {
    let house = Arc::new(House::start().await);
    let rp = Arc::new(house.rp().await);
    let slow = json!({"path": APP_TOKEN, "kind": "latency", "millis": 200});
    house.sim.control(Method::POST, "faults", slow).await;
    let mut people = JoinSet::new();
    for _ in 0..20 {
        let (house, rp) = (Arc::clone(&house), Arc::clone(&rp));
        people.spawn(async move { arrived(&attempt(&rp, &mut house.browser()).await) });
    }
    while let Some(arrived) = people.join_next().await {
        assert!(arrived.unwrap());
    }
    assert_eq!(house.sim.count(APP_TOKEN).await, 1);
    assert_eq!(house.sim.count(BY_UNION_ID).await, 20);
}

/// DingTalk section 5: who waited while the token could not be had takes that failure, and
/// does not try again by themselves while a person waits.
#[tokio::test]
async fn twenty_people_at_once_share_the_failure_of_one_call_for_the_token() {
    let house = Arc::new(House::start().await);
    let rp = Arc::new(house.rp().await);
    house.sim.fault(APP_TOKEN, "busy", 0).await;
    let mut people = JoinSet::new();
    for _ in 0..20 {
        let (house, rp) = (Arc::clone(&house), Arc::clone(&rp));
        people.spawn(async move { attempt(&rp, &mut house.browser()).await });
    }
    while let Some(page) = people.join_next().await {
        let page = page.unwrap();
        assert!(page.body.contains("busy"), "{}", page.body);
    }
    // One fetch has three tries. Who comes after it ended begins another; each for themselves
    // would make sixty.
    let calls = house.sim.count(APP_TOKEN).await;
    assert!(calls <= 15, "{calls} calls");
}

/// DingTalk section 5: renewed about five minutes before its end.
#[tokio::test]
async fn the_token_is_kept_until_five_minutes_before_its_end() {
    let house = House::start().await;
    let rp = house.rp().await;
    for (seconds, fetched) in [(0, 1), (6_890, 1), (20, 2), (6_890, 2), (20, 3)] {
        house.clock.advance_seconds(seconds);
        assert!(arrived(&attempt(&rp, &mut house.browser()).await));
        assert_eq!(
            house.sim.count(APP_TOKEN).await,
            fetched,
            "after {seconds} more"
        );
    }
}

/// DingTalk section 5: 40014 (unknown) and 42001 (expired): drop and retry once.
#[tokio::test]
async fn a_token_that_dingtalk_has_forgotten_is_replaced_without_anybody_noticing() {
    for act in ["tokens/revoke", "tokens/expire"] {
        let house = House::start().await;
        let rp = house.rp().await;
        assert!(arrived(&attempt(&rp, &mut house.browser()).await));
        house.sim.control(Method::POST, act, Value::Null).await;
        assert!(arrived(&attempt(&rp, &mut house.browser()).await), "{act}");
        assert_eq!(house.sim.count(APP_TOKEN).await, 2, "{act}");
        assert_eq!(house.sim.count(BY_UNION_ID).await, 3, "{act}");
        assert_eq!(house.sim.count(USER).await, 2, "{act}");
    }
}

/// DingTalk section 5: whoever is refused first replaces the token for all the others.
#[tokio::test]
async fn a_forgotten_token_is_replaced_once_however_many_are_refused() {
    let house = Arc::new(House::start().await);
    let rp = Arc::new(house.rp().await);
    assert!(arrived(&attempt(&rp, &mut house.browser()).await));
    let revoke = "tokens/revoke";
    house.sim.control(Method::POST, revoke, Value::Null).await;
    let mut people = JoinSet::new();
    for _ in 0..20 {
        let (house, rp) = (Arc::clone(&house), Arc::clone(&rp));
        people.spawn(async move { arrived(&attempt(&rp, &mut house.browser()).await) });
    }
    while let Some(arrived) = people.join_next().await {
        assert!(arrived.unwrap());
    }
    assert_eq!(house.sim.count(APP_TOKEN).await, 2);
}

/// DingTalk section 5: once, not for ever.
#[tokio::test]
async fn a_fresh_token_that_is_refused_as_well_ends_the_attempt() {
    let house = House::start().await;
    house.sim.fault(BY_UNION_ID, "invalid_token", 0).await;
    let page = attempt(&house.rp().await, &mut house.browser()).await;
    assert_eq!(detail(&page, "Cause").as_deref(), Some("token_refused"));
    assert_eq!(house.sim.count(BY_UNION_ID).await, 2);
    assert_eq!(house.sim.count(APP_TOKEN).await, 2);
}

/// DingTalk section 11.6: both spellings, text or number; 7200 where it is missing.
#[tokio::test]
async fn the_lifetime_is_read_in_both_spellings_and_taken_for_two_hours_when_missing() {
    for answer in [
        json!({"accessToken": "t", "expireIn": 7200}),
        json!({"accessToken": "t", "expireIn": "7200"}),
        json!({"access_token": "t", "expires_in": 7200}),
        json!({"accessToken": "t"}),
        json!({"accessToken": "t", "expireIn": null}),
        json!({"accessToken": "t", "expireIn": i64::MAX}),
    ] {
        let mock = Mock::start().await;
        mock.json(APP_TOKEN, &answer);
        let provider = provider(settings(&mock.url));
        for _ in 0..2 {
            identify(&provider).await.unwrap();
        }
        assert_eq!(mock.seen(APP_TOKEN).len(), 1, "{answer}");
    }
}

/// DingTalk section 5: a token that ends within five minutes is not kept for later.
#[tokio::test]
async fn a_token_about_to_end_is_used_once_and_not_kept() {
    for seconds in [0, 1, 300] {
        let mock = Mock::start().await;
        mock.json(APP_TOKEN, &json!({"accessToken": "t", "expireIn": seconds}));
        let provider = provider(settings(&mock.url));
        identify(&provider).await.unwrap();
        let first = mock.seen(APP_TOKEN).len();
        identify(&provider).await.unwrap();
        assert!(mock.seen(APP_TOKEN).len() > first, "{seconds}");
    }
}

/// Who presses reload while DingTalk is slow must not make everybody behind begin again.
#[tokio::test]
async fn a_person_who_hangs_up_does_not_take_the_token_from_those_who_wait() {
    let house = Arc::new(House::start().await);
    let rp = Arc::new(house.rp().await);
    let slow = json!({"path": APP_TOKEN, "kind": "latency", "millis": 600});
    house.sim.control(Method::POST, "faults", slow).await;
    let patience = std::time::Duration::from_millis(300);
    let impatient = {
        let (house, rp) = (Arc::clone(&house), Arc::clone(&rp));
        tokio::time::timeout(
            patience,
            async move { attempt(&rp, &mut house.browser()).await },
        )
    };
    let patient = {
        let (house, rp) = (Arc::clone(&house), Arc::clone(&rp));
        async move { attempt(&rp, &mut house.browser()).await }
    };
    let (gone, page) = tokio::join!(impatient, patient);
    assert!(gone.is_err());
    assert!(arrived(&page), "{}", page.body);
    assert_eq!(house.sim.count(APP_TOKEN).await, 1);
}
