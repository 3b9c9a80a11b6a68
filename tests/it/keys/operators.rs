//! Several operators at once, and keys that are changed by hand meanwhile.

use dingpass::operator::keys::{KeyAnswer, KeyQuestion, KeyRequest, RefusalCause};

use super::{Bureau, ES256, refused, rotate_now};

/// Two that were shown the same: one wins, the other is told.
#[tokio::test]
async fn of_two_operators_who_rotate_at_once_one_wins() {
    let bureau = Bureau::start().await;
    let before = bureau.active(ES256).await;
    let shown = bureau.planned(rotate_now(ES256)).await.generation;
    let request = KeyRequest::new(rotate_now(ES256)).expecting(shown);
    let (one, two) = tokio::join!(bureau.ask(request.clone()), bureau.ask(request));
    let (winner, loser) = match (one, two) {
        (KeyAnswer::Done(done), other) | (other, KeyAnswer::Done(done)) => (done, other),
        other => panic!("{other:?}"),
    };
    let refusal = refused(loser);
    assert_eq!(refusal.cause, RefusalCause::KeysChanged);
    assert!(refusal.words.contains("look at them again"));
    assert_eq!(bureau.active(ES256).await, winner.kid.unwrap());
    let retired = bureau.list().await.keys;
    let retired: Vec<&str> = retired
        .iter()
        .filter(|key| key.algorithm == ES256 && super::word(&key.state) == "retired")
        .map(|key| key.kid.as_str())
        .collect();
    assert_eq!(retired, [before.as_str()], "rotated once");
}

/// What breaks nothing takes its turn and is done for both.
#[tokio::test]
async fn acts_that_break_nothing_are_done_one_after_the_other() {
    let bureau = Bureau::start().await;
    let generate = || KeyRequest::new(KeyQuestion::Generate { algorithm: ES256 });
    let (one, two, three) = tokio::join!(
        bureau.ask(generate()),
        bureau.ask(generate()),
        bureau.ask(generate())
    );
    let mut made: Vec<String> = [one, two, three]
        .into_iter()
        .map(|answer| super::done(answer).kid.unwrap())
        .collect();
    made.sort_unstable();
    made.dedup();
    assert_eq!(made.len(), 3);
    for kid in made {
        assert!(bureau.published().contains(&kid));
    }
}
