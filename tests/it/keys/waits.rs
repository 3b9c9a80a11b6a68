//! What a takeover waits for, as an operator is told it.

use std::time::Duration;

use dingpass::operator::keys::{KeyQuestion, LateCause, StepName};

use super::{Bureau, ES256, WAIT, rotate, settings};
use crate::support::House;

/// RFC 9111 section 4.2: copies that were served with a longer max-age are fresh for as long,
/// whatever the configuration says now.
#[tokio::test]
async fn who_lowered_the_max_age_is_told_the_true_moment_and_the_reason() {
    let plan = || House::plan().more(super::WIKI);
    let mut long = settings();
    long.policy.jwks_max_age = Duration::from_secs(60);
    let Bureau { folder, house, .. } = Bureau::of(plan(), long).await;
    drop(house);
    let bureau = Bureau::at(folder, plan(), settings()).await;
    let planned = bureau.planned(rotate(ES256)).await;
    let signs = planned
        .timeline
        .iter()
        .find(|step| step.what == StepName::Signs)
        .unwrap();
    let after = signs.at - planned.now;
    assert!((50_000..=60_000).contains(&after), "{after}");
    assert!(planned.notes.join(" ").contains("jwks_max_age"));
    let new = bureau.done(rotate(ES256)).await.kid.unwrap();
    bureau.serve(2 * WAIT).await;
    assert_ne!(bureau.active(ES256).await, new);
    let needed = bureau.key(&new).await.needed.unwrap();
    assert!((50_000..=60_000).contains(&needed), "{needed}");
    let sets = bureau.status().await.sets;
    let set = sets.iter().find(|set| set.algorithm == ES256).unwrap();
    assert_eq!(set.late[0].cause, LateCause::Publication);
    let words = &set.late[0].words;
    assert!(words.contains("longer jwks_max_age"), "{words}");
    bureau.serve(50).await;
    assert_eq!(bureau.active(ES256).await, new);
}

/// An operator's explicit choice counts, and what it costs is said when it is made.
#[tokio::test]
async fn who_promotes_a_key_is_told_which_one_could_sign_before_it() {
    let bureau = Bureau::start().await;
    let other = bureau.generate(ES256).await;
    bureau.serve(WAIT / 2).await;
    let chosen = bureau.generate(ES256).await;
    let promote = || KeyQuestion::Promote {
        kid: chosen.clone(),
        now: false,
    };
    let notes = bureau.planned(promote()).await.notes.join(" ");
    assert!(
        notes.contains(&other) && notes.contains("earlier"),
        "{notes}"
    );
    bureau.done(promote()).await;
    let (planned, _) = bureau.confirmed(super::rotate_now(ES256)).await;
    assert_eq!(planned.consequences[0].successor, Some(chosen.clone()));
    assert_eq!(bureau.active(ES256).await, chosen);
}
