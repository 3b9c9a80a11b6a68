//! What the schedule does by itself, and what it does about clients.

use std::sync::Arc;
use std::time::Duration;

use dingpass::operator::keys::{
    KeyAnswer, KeyOffice, KeyQuestion, KeyRequest, LateCause, RefusalCause,
};

use super::{Bureau, ES256, WAIT, rotate, settings, word};
use crate::support::{House, until};

async fn with(on_unready: &str) -> Bureau {
    let keys = format!("[keys]\non_unready = \"{on_unready}\"\n");
    let plan = House::plan().more(super::WIKI).more(&keys);
    Bureau::of(plan, settings()).await
}

/// Issue: "wait": the schedule waits for stale clients, and says for whom.
#[tokio::test]
async fn a_schedule_that_waits_goes_on_when_the_client_has_fetched() {
    let bureau = with("wait").await;
    bureau.wiki_fetches().await;
    let old = bureau.active(ES256).await;
    let new = bureau.done(rotate(ES256)).await.kid.unwrap();
    bureau.serve(3 * WAIT).await;
    assert_eq!(bureau.active(ES256).await, old);
    let sets = bureau.status().await.sets;
    let set = sets.iter().find(|set| set.algorithm == ES256).unwrap();
    assert_eq!(set.late[0].cause, LateCause::Clients);
    assert_eq!(set.late[0].clients[0].as_str(), "wiki");
    bureau.wiki_fetches().await;
    bureau.serve(1).await;
    assert_eq!(bureau.active(ES256).await, new);
}

/// Who asks for a rotation that waits for clients is told so: the times alone would say that
/// the key signs at once.
#[tokio::test]
async fn who_asks_for_a_rotation_hears_for_whom_it_waits() {
    let bureau = with("wait").await;
    bureau.wiki_fetches().await;
    let next = bureau.generate(ES256).await;
    bureau.serve(3 * WAIT).await;
    let promote = || KeyQuestion::Promote {
        kid: next.clone(),
        now: false,
    };
    for ask in [rotate(ES256), promote()] {
        let notes = bureau.planned(ask).await.notes.join("\n");
        assert!(notes.contains("wait") && notes.contains("wiki"), "{notes}");
    }
    let notes = bureau.done(rotate(ES256)).await.notes.join("\n");
    assert!(notes.contains("wait") && notes.contains("wiki"), "{notes}");
    let again = bureau.refused(promote()).await;
    assert_eq!(again.cause, RefusalCause::NothingToDo);
    assert!(again.words.contains("what it waits for"), "{}", again.words);
    assert!(!again.words.contains("0s"), "{}", again.words);
}

/// "warn" and "go": it goes on.
#[tokio::test]
async fn a_schedule_that_does_not_wait_goes_on() {
    for policy in ["warn", "go"] {
        let bureau = with(policy).await;
        bureau.wiki_fetches().await;
        let new = bureau.done(rotate(ES256)).await.kid.unwrap();
        bureau.serve(WAIT + 1).await;
        assert_eq!(bureau.active(ES256).await, new, "{policy}");
    }
}

/// Anybody can ask at an alias. A client of which nothing else is known keeps nobody waiting,
/// whoever asked there before the next key came.
#[tokio::test]
async fn a_stranger_at_the_alias_of_an_unknown_client_holds_nothing_up() {
    let bureau = with("wait").await;
    bureau.fetches_as_wiki("a stranger").await;
    let new = bureau.done(rotate(ES256)).await.kid.unwrap();
    bureau.serve(WAIT + 1).await;
    assert_eq!(bureau.active(ES256).await, new);
}

/// One that is in use and known by its alias alone may be one that keeps what it fetched there;
/// or it was a stranger who asked. It is waited for, and not without an end.
#[tokio::test]
async fn who_is_known_by_the_alias_alone_is_waited_for_once_more_as_long() {
    let bureau = with("wait").await;
    bureau.fetches_as_wiki("a stranger").await;
    bureau.wiki_is_used().await;
    let old = bureau.active(ES256).await;
    let new = bureau.done(rotate(ES256)).await.kid.unwrap();
    bureau.serve(2 * WAIT - 1).await;
    assert_eq!(bureau.active(ES256).await, old);
    let sets = bureau.status().await.sets;
    let set = sets.iter().find(|set| set.algorithm == ES256).unwrap();
    assert_eq!(set.late[0].cause, LateCause::Clients);
    bureau.serve(3).await;
    assert_eq!(bureau.active(ES256).await, new);
}

/// A stranger makes nobody look ready of whom it is proven that it is not.
#[tokio::test]
async fn a_stranger_at_the_alias_does_not_end_the_wait_for_a_client_that_is_known_to_lack_the_key()
{
    let bureau = with("wait").await;
    bureau.wiki_fetches().await;
    let old = bureau.active(ES256).await;
    let new = bureau.done(rotate(ES256)).await.kid.unwrap();
    bureau.fetches_as_wiki("a stranger").await;
    bureau.serve(3 * WAIT).await;
    assert_eq!(bureau.active(ES256).await, old);
    bureau.fetches_as_wiki("wiki/1").await;
    bureau.serve(1).await;
    assert_eq!(bureau.active(ES256).await, new);
}

/// A client of which nothing is known keeps nobody waiting.
#[tokio::test]
async fn nobody_waits_for_an_unknown_client() {
    let bureau = with("wait").await;
    let new = bureau.done(rotate(ES256)).await.kid.unwrap();
    bureau.serve(WAIT + 1).await;
    assert_eq!(bureau.active(ES256).await, new);
}

/// By itself: a key is made ahead of need, published, signs, and the old one goes in its time.
#[tokio::test]
async fn keys_rotate_by_themselves() {
    let mut settings = settings();
    settings.policy.rotate_every = Some(Duration::from_secs(30));
    let bureau = Bureau::of(House::plan().more(super::WIKI), settings).await;
    let first = bureau.active(ES256).await;
    bureau.serve(31).await;
    let second = bureau.active(ES256).await;
    assert_ne!(first, second);
    assert!(bureau.published().contains(&first));
    bureau.serve(25).await;
    assert!(
        !bureau.published().contains(&first),
        "20 s of life, 2 s of margin"
    );
    assert_eq!(bureau.active(ES256).await, second);
    let told = bureau.told().await;
    let of_first: Vec<(&str, &str)> = told
        .iter()
        .filter(|it| it.0 == first)
        .map(|it| (it.2.as_str(), it.3.as_str()))
        .collect();
    assert_eq!(
        of_first,
        [
            ("next", "start"),
            ("active", "start"),
            ("retired", "schedule"),
            ("withdrawn", "schedule")
        ]
    );
}

/// The worker runs, is woken by acts, and ends when it is told to.
#[tokio::test]
async fn the_worker_is_woken_by_an_act() {
    // Keys in memory, which nobody else writes: by itself it looks again in half a minute, as
    // often as this is tried.
    const SOONER: Duration = Duration::from_secs(25);
    let house = House::start().await;
    let office = house.app.key_office();
    let stopped = tokio_util::sync::CancellationToken::new();
    let ends = stopped.clone();
    let worker = tokio::spawn({
        let office = Arc::clone(&office);
        async move { office.run(ends.cancelled()).await }
    });
    // The first may meet the look with which it begins.
    for _ in 0..2 {
        let old = active_seal(&office).await;
        house.clock.advance_seconds(10);
        super::done(office.ask(KeyRequest::new(rotate(super::SEAL)), None).await);
        tokio::select! {
            biased;
            () = until(async || (active_seal(&office).await != old).then_some(())) => {}
            () = tokio::time::sleep(SOONER) => panic!("it was not woken"),
        }
    }
    stopped.cancel();
    worker.await.unwrap();
}

async fn active_seal(office: &KeyOffice) -> String {
    let answer = office.ask(KeyRequest::new(KeyQuestion::List), None).await;
    let KeyAnswer::Keys(list) = answer else {
        panic!("{answer:?}");
    };
    let mut keys = list.keys.into_iter();
    let found = keys.find(|key| key.algorithm == super::SEAL && word(&key.state) == "active");
    found.unwrap().kid
}

/// A folder that can't be read: the old keys go on, the status says so, and acts are refused.
#[tokio::test]
async fn a_broken_folder_is_told_and_not_written() {
    let bureau = Bureau::start().await;
    let before = bureau.published();
    let list = bureau.keys().join("keyring.toml");
    let good = std::fs::read_to_string(&list).unwrap();
    std::fs::write(&list, "version = 2\n[[signing]]\nnonsense").unwrap();
    bureau.house.app.look_after_keys().await;
    bureau.house.app.look_after_keys().await;
    let folder = bureau.status().await.folder;
    assert!(folder.fault.is_some());
    assert_eq!(bureau.published(), before);
    let refusal = bureau.refused(rotate(ES256)).await;
    assert_eq!(super::word(&refusal.cause), "folder");
    std::fs::write(&list, good).unwrap();
    bureau.house.app.look_after_keys().await;
    bureau.house.app.look_after_keys().await;
    assert_eq!(bureau.status().await.folder.fault, None);
    bureau.done(rotate(ES256)).await;
}

/// Before it is known what an earlier process knew, "unknown" says nothing: "wait" waits.
#[tokio::test]
async fn a_schedule_that_waits_does_so_until_it_knows_what_was_known() {
    let bureau = with("wait").await;
    let office = bureau.house.app.key_office();
    let old = bureau.active(ES256).await;
    bureau.done(rotate(ES256)).await;
    for _ in 0..2 * WAIT {
        bureau.house.clock.advance_seconds(1);
        office.look_after().await;
    }
    assert_eq!(bureau.active(ES256).await, old);
    bureau.serve(1).await;
    assert_ne!(bureau.active(ES256).await, old);
}

/// When the last client that asked for an algorithm is gone, its keys go in their time, and
/// nobody is to look: that no key of it is active is as it should be.
#[tokio::test]
async fn a_set_that_nobody_asks_for_any_more_is_said_to_be_unused() {
    let Bureau { folder, house, .. } = Bureau::start().await;
    drop(house);
    let mut settings = settings();
    settings.policy.uses = vec![super::RS256.0, super::SEAL.0];
    let bureau = Bureau::at(folder, House::plan(), settings).await;
    bureau.serve(1).await;
    let sets = bureau.status().await.sets;
    let unused: Vec<_> = (sets.iter())
        .filter(|set| set.unused)
        .map(|set| (set.algorithm, set.active.is_none()))
        .collect();
    assert_eq!(unused, [(ES256, true)]);
}
