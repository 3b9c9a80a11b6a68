//! What each act does, and when it is refused.

use dingpass::operator::keys::{KeyQuestion, KeyRequest, RefusalCause, StepName};

use super::{Bureau, ES256, RS256, SEAL, WAIT, kid_of, refused, rotate, rotate_now, word};

/// A new key is published and does not sign; everybody is told who made it.
#[tokio::test]
async fn a_generated_key_is_published_and_does_not_sign() {
    let bureau = Bureau::start().await;
    let signing = bureau.active(RS256).await;
    let kid = bureau.generate(RS256).await;
    assert_eq!(word(&bureau.key(&kid).await.state), "next");
    assert!(bureau.published().contains(&kid));
    let tokens = bureau
        .house
        .rp()
        .await
        .sign_in(&mut bureau.house.browser(), &[])
        .await;
    assert_eq!(kid_of(&tokens.id_token), signing);
    let told = bureau.told().await;
    let made = (kid.clone(), None, "next".to_owned(), "operator".to_owned());
    assert_eq!(told.last(), Some(&made));
    let events = bureau.events().await;
    let event = events.iter().find(|event| event["kid"] == kid).unwrap();
    assert_eq!(event["uid"], bureau.uid());
    assert_eq!(event["algorithm"], "RS256");
}

/// "only say what would happen": nothing of it does.
#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let bureau = Bureau::start().await;
    let next = bureau.generate(ES256).await;
    let active = bureau.active(ES256).await;
    let before = (bureau.list().await.keys, bureau.events().await.len());
    let file = std::fs::read(bureau.keys().join("keyring.toml")).unwrap();
    for ask in [
        KeyQuestion::Generate { algorithm: RS256 },
        rotate(ES256),
        rotate_now(ES256),
        rotate_now(RS256),
        KeyQuestion::Promote {
            kid: next.clone(),
            now: true,
        },
        KeyQuestion::Retire { kid: next.clone() },
        super::revoke(&next),
        super::revoke(&active),
        KeyQuestion::Pin {
            client: dingpass::domain::id::ClientId::new("wiki"),
            kid: active.clone(),
            until: i64::MAX / 2,
        },
    ] {
        let planned = bureau.planned(ask).await;
        assert_eq!(planned.generation, bureau.list().await.folder.generation);
    }
    let after = (bureau.list().await.keys, bureau.events().await.len());
    assert_eq!(before, after);
    assert_eq!(
        std::fs::read(bureau.keys().join("keyring.toml")).unwrap(),
        file
    );
}

/// A rotation without haste makes a key, publishes it for as long as it must be, and then it
/// signs; nothing breaks, and nobody is asked.
#[tokio::test]
async fn a_rotation_waits_until_the_next_key_was_published_for_long_enough() {
    let bureau = Bureau::start().await;
    let old = bureau.active(RS256).await;
    let planned = bureau.planned(rotate(RS256)).await;
    assert!(!planned.breaks && planned.consequences.is_empty());
    let names: Vec<StepName> = planned.timeline.iter().map(|step| step.what).collect();
    assert!(
        names.starts_with(&[StepName::Made, StepName::Published]),
        "{names:?}"
    );
    let signs = planned
        .timeline
        .iter()
        .find(|step| step.what == StepName::Signs)
        .unwrap();
    assert_eq!(signs.at - planned.now, i64::try_from(WAIT).unwrap() * 1000);
    let new = bureau.done(rotate(RS256)).await.kid.unwrap();
    // The first look begins to count.
    bureau.serve(WAIT - 1).await;
    assert_eq!(bureau.active(RS256).await, old);
    bureau.serve(2).await;
    assert_eq!(bureau.active(RS256).await, new);
    assert_eq!(word(&bureau.key(&old).await.state), "retired");
    assert!(bureau.published().contains(&old));
    let told = bureau.told().await;
    let by = |kid: &str, to: &str| {
        let found = told.iter().find(|it| it.0 == kid && it.2 == to).unwrap();
        found.3.clone()
    };
    assert_eq!(by(&new, "next"), "operator");
    assert_eq!(by(&new, "active"), "schedule");
    assert_eq!(by(&old, "retired"), "schedule");
}

/// A second wish for the same has nothing to do.
#[tokio::test]
async fn a_rotation_that_is_under_way_is_not_begun_again() {
    let bureau = Bureau::start().await;
    bureau.done(rotate(RS256)).await;
    assert_eq!(bureau.cause(rotate(RS256)).await, RefusalCause::NothingToDo);
    // Of all sets those are taken that have something to do.
    let all = KeyQuestion::Rotate {
        algorithm: None,
        now: false,
    };
    let done = bureau.done(all.clone()).await;
    let sets: Vec<&str> = done
        .changes
        .iter()
        .map(|it| it.algorithm.as_str())
        .collect();
    assert!(
        sets.contains(&"ES256") && sets.contains(&"A256GCM"),
        "{sets:?}"
    );
    assert!(!sets.contains(&"RS256"), "{sets:?}");
}

/// In an emergency a key signs at once, which is shown and asked first.
#[tokio::test]
async fn a_rotation_at_once_needs_to_have_been_shown() {
    let bureau = Bureau::start().await;
    let old = bureau.active(RS256).await;
    let mut browser = bureau.house.browser();
    bureau.house.rp().await.sign_in(&mut browser, &[]).await;
    assert_eq!(
        bureau.cause(rotate_now(RS256)).await,
        RefusalCause::NeedsConfirmation
    );
    assert_eq!(bureau.active(RS256).await, old);
    let (planned, done) = bureau.confirmed(rotate_now(RS256)).await;
    assert!(planned.breaks);
    let [loss] = planned.consequences.as_slice() else {
        panic!("{planned:?}");
    };
    assert_eq!((&loss.kid, &loss.successor), (&old, &None));
    assert!(!loss.disowned && !loss.ends);
    assert_eq!((loss.id_tokens, loss.grants, loss.sessions), (1, 1, 1));
    assert_eq!(loss.by_client[0].client.as_str(), "demo");
    let new = done.kid.unwrap();
    assert_eq!(bureau.active(RS256).await, new);
    assert!(bureau.published().contains(&old), "its tokens live");
    let rp = bureau.house.rp().await;
    let tokens = rp.sign_in(&mut bureau.house.browser(), &[]).await;
    assert_eq!(kid_of(&tokens.id_token), new);
}

/// A key that was published for long enough breaks nothing, also at once.
#[tokio::test]
async fn a_key_that_everybody_had_time_to_fetch_takes_over_without_a_question() {
    let bureau = Bureau::start().await;
    let next = bureau.generate(RS256).await;
    bureau.serve(WAIT + 1).await;
    let planned = bureau.planned(rotate_now(RS256)).await;
    assert!(!planned.breaks, "{planned:?}");
    bureau.done(rotate_now(RS256)).await;
    assert_eq!(bureau.active(RS256).await, next);
}

/// Keys that seal are known to nobody else and wait for nothing; what an older one sealed is
/// still opened.
#[tokio::test]
async fn sealing_keys_rotate_without_a_wait() {
    let bureau = Bureau::start().await;
    let rp = bureau.house.rp().await;
    let tokens = rp.sign_in(&mut bureau.house.browser(), &[]).await;
    let old = bureau.active(SEAL).await;
    bureau.done(rotate(SEAL)).await;
    bureau.house.app.look_after_keys().await;
    assert_ne!(bureau.active(SEAL).await, old);
    let userinfo = crate::support::http()
        .get(bureau.house.url("/userinfo"))
        .bearer_auth(&tokens.access_token)
        .send()
        .await
        .unwrap();
    assert_eq!(userinfo.status(), 200);
    bureau.serve(24).await;
    assert_eq!(word(&bureau.key(&old).await.state), "withdrawn");
}

/// Who would leave a set without a signing key is told so, and what to do.
#[tokio::test]
async fn acts_out_of_turn_are_refused_with_words() {
    let bureau = Bureau::start().await;
    let active = bureau.active(ES256).await;
    let retire = |kid: &str| KeyQuestion::Retire {
        kid: kid.to_owned(),
    };
    let refusal = bureau.refused(retire(&active)).await;
    assert_eq!(refusal.cause, RefusalCause::NeedsSuccessor);
    assert!(refusal.words.contains("generate"), "{}", refusal.words);
    let next = bureau.generate(ES256).await;
    assert_eq!(bureau.cause(retire(&active)).await, RefusalCause::NotReady);
    assert_eq!(
        bureau.cause(retire("no-such-key")).await,
        RefusalCause::UnknownKey
    );
    let promote = |kid: &str| KeyQuestion::Promote {
        kid: kid.to_owned(),
        now: false,
    };
    assert_eq!(
        bureau.cause(promote(&active)).await,
        RefusalCause::NothingToDo
    );
    let done = bureau.done(retire(&next)).await;
    assert_eq!(done.changes.len(), 1);
    assert_eq!(bureau.cause(promote(&next)).await, RefusalCause::WrongState);
    let other = KeyQuestion::Generate {
        algorithm: "EdDSA".parse().unwrap(),
    };
    assert_eq!(bureau.cause(other).await, RefusalCause::UnknownSet);
}

/// What was shown is what is done: a generation that is over is refused.
#[tokio::test]
async fn keys_that_changed_since_they_were_shown_are_left_alone() {
    let bureau = Bureau::start().await;
    let planned = bureau.planned(rotate_now(ES256)).await;
    bureau.generate(ES256).await;
    let active = bureau.active(ES256).await;
    let request = KeyRequest::new(rotate_now(ES256)).expecting(planned.generation);
    let refusal = refused(bureau.ask(request).await);
    assert_eq!(refusal.cause, RefusalCause::KeysChanged);
    assert_eq!(bureau.active(ES256).await, active);
}

/// The time that a server serves changes no generation: who thinks for a while is not refused.
#[tokio::test]
async fn time_alone_does_not_change_what_was_shown() {
    let bureau = Bureau::start().await;
    bureau.generate(ES256).await;
    let planned = bureau.planned(rotate_now(ES256)).await;
    bureau.serve(4).await;
    let request = KeyRequest::new(rotate_now(ES256)).expecting(planned.generation);
    super::done(bureau.ask(request).await);
}
