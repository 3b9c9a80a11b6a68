//! `count_signed_by` and `end_signed_by`: what a key signed, by the rules in
//! `store/signed_by.rs`, and nothing else.

use std::collections::BTreeSet;

use dingpass::domain::event::EventKind;
use dingpass::domain::grant::Bond;
use dingpass::domain::id::{ClientId, GrantId};
use dingpass::store::{EndedBatch, SessionEnd, SignedCount, Store};

use super::acts::{GRANT, SESSION, at, sign_in, signed_in, told};
use super::logouts::end;
use super::on_each_backend;
use super::signed::{
    count, end_all, ending, is_ended, is_revoked, plan, refresh, session_of, to_be_told,
};

fn pair(client: &str, person: &str) -> (String, String) {
    (client.to_owned(), format!("sid-of-{person}"))
}

fn ended(grants: u64, sessions: u64) -> EndedBatch {
    EndedBatch {
        grants,
        sessions,
        next: None,
    }
}

async fn sweep(store: &dyn Store, seconds: u64) {
    while store.sweep(at(seconds)).await.unwrap() > 0 {}
}

/// OIDC Back-Channel Logout section 2.5: a revoked key takes with it what it signed, and each
/// client that took part is told; what another key signed stays.
#[tokio::test]
async fn what_a_key_signed_ends_with_it_and_nothing_else_does() {
    on_each_backend(async |store| {
        let store = &*store;
        let a = session_of(store, "a").await;
        let b = session_of(store, "b").await;
        let c = session_of(store, "c").await;
        plan("ga", "k1").make(store, &a).await;
        let gb = plan("gb", "k1").refreshed(Bond::Session);
        gb.make(store, &b).await;
        let gc = plan("gc", "k2").refreshed(Bond::Session);
        gc.make(store, &c).await;
        let counted = count(store, "k1").await;
        assert_eq!(
            counted,
            SignedCount {
                id_tokens: 2,
                grants: 2,
                families: 1,
                sessions: 2,
                clients: vec![(ClientId::new("demo"), 2)],
            }
        );
        let before = told(store).await.len();
        assert_eq!(
            end_all(store, ending("k1", &["demo"], 10)).await,
            ended(2, 2)
        );
        for (cookie, grant, is_over) in [("a", "ga", true), ("b", "gb", true), ("c", "gc", false)] {
            assert_eq!(is_ended(store, cookie).await, is_over, "{cookie}");
            assert_eq!(is_revoked(store, grant).await, Some(is_over), "{grant}");
        }
        assert_eq!(refresh(store, &b, &gb, "k2").await, "unknown");
        assert_eq!(refresh(store, &c, &gc, "k2").await, "fresh");
        assert_eq!(
            to_be_told(store).await,
            BTreeSet::from([pair("demo", "a"), pair("demo", "b")])
        );
        assert_eq!(
            told(store).await.split_off(before),
            [
                "signed_by_ended",
                "session_ended",
                "session_ended",
                "signed_by_ended"
            ]
        );
        let events = store.latest_events(4).await.unwrap();
        for event in &events {
            assert_eq!(event.correlation, "a-revocation");
            assert_eq!(event.at, at(10).as_millis());
        }
        let kinds: Vec<EventKind> = events.into_iter().map(|event| event.kind).collect();
        let by_key = |grants, sessions| EventKind::SignedByEnded {
            kid: "k1".to_owned(),
            grants,
            sessions,
        };
        assert!(kinds.contains(&by_key(2, 0)) && kinds.contains(&by_key(0, 2)));
        assert!(kinds.contains(&EventKind::SessionEnded {
            sid: a.sid,
            subject: a.subject,
            client: None,
            kid: Some("k1".to_owned()),
        }));
        assert_eq!(count(store, "k1").await, SignedCount::default());
    })
    .await;
}

/// What was ended is passed over: a second run ends nothing, tells nothing, asks for nothing.
#[tokio::test]
async fn a_second_run_changes_nothing() {
    on_each_backend(async |store| {
        let store = &*store;
        let a = session_of(store, "a").await;
        plan("ga", "k1")
            .refreshed(Bond::Offline)
            .make(store, &a)
            .await;
        assert_eq!(
            end_all(store, ending("k1", &["demo"], 10)).await,
            ended(1, 1)
        );
        let (events, deliveries) = (told(store).await, to_be_told(store).await);
        assert_eq!(
            end_all(store, ending("k1", &["demo"], 20)).await,
            ended(0, 0)
        );
        assert_eq!(told(store).await, events);
        assert_eq!(to_be_told(store).await, deliveries);
        assert_eq!(
            end_all(store, ending("unknown", &["demo"], 20)).await,
            ended(0, 0)
        );
    })
    .await;
}

/// A token that is made with a stolen key can name any session: every one in which the key
/// signed ends for all that took part, whichever keys signed since and for others.
#[tokio::test]
async fn a_session_ends_with_any_key_that_signed_in_it() {
    on_each_backend(async |store| {
        let store = &*store;
        let a = session_of(store, "a").await;
        let first = plan("first", "k1").refreshed(Bond::Session);
        first.make(store, &a).await;
        plan("other", "k2").of_client("other").make(store, &a).await;
        // Refreshed under another key since.
        assert_eq!(refresh(store, &a, &first, "k2").await, "fresh");
        let counted = count(store, "k1").await;
        assert_eq!((counted.grants, counted.sessions), (0, 1));
        let one_each = |id: &str| (ClientId::new(id), 1);
        assert_eq!(counted.clients, [one_each("demo"), one_each("other")]);
        let act = ending("k1", &["demo", "other"], 10);
        assert_eq!(end_all(store, act).await, ended(0, 1));
        assert!(is_ended(store, "a").await);
        assert_eq!(
            is_revoked(store, "first").await,
            Some(true),
            "it is bound to the session"
        );
        assert_eq!(
            to_be_told(store).await,
            BTreeSet::from([pair("demo", "a"), pair("other", "a")])
        );
    })
    .await;
}

/// The same by the key of a refresh, between others.
#[tokio::test]
async fn a_key_that_signed_at_a_refresh_signed_in_the_session_too() {
    on_each_backend(async |store| {
        let store = &*store;
        let a = session_of(store, "a").await;
        let first = plan("first", "k1").refreshed(Bond::Session);
        first.make(store, &a).await;
        assert_eq!(refresh(store, &a, &first, "k2").await, "fresh");
        let mut again = super::families::exchange(&a, "first", "first-1", "first-2", 4);
        again.id_token_kid = Some("k3".to_owned());
        assert_eq!(super::families::rotate(store, again).await, "fresh");
        assert_eq!(count(store, "k2").await.sessions, 1);
        assert_eq!(
            end_all(store, ending("k2", &["demo"], 10)).await,
            ended(0, 1)
        );
        assert!(is_ended(store, "a").await);
    })
    .await;
}

/// OIDC Back-Channel Logout section 2.7: what outlives a logout outlives this one, where the
/// key did not sign its last ID Token; and does not, where it did.
#[tokio::test]
async fn an_offline_grant_goes_by_its_own_last_id_token() {
    on_each_backend(async |store| {
        let store = &*store;
        let a = session_of(store, "a").await;
        let kept = plan("kept", "k1").refreshed(Bond::Offline);
        let lost = plan("lost", "k1").refreshed(Bond::Offline);
        kept.make(store, &a).await;
        lost.make(store, &a).await;
        assert_eq!(refresh(store, &a, &kept, "k2").await, "fresh");
        assert_eq!(
            end_all(store, ending("k1", &["demo"], 10)).await,
            ended(1, 1)
        );
        assert_eq!(is_revoked(store, "kept").await, Some(false));
        assert_eq!(is_revoked(store, "lost").await, Some(true));
        assert_eq!(to_be_told(store).await, BTreeSet::from([pair("demo", "a")]));
        let mut next = super::families::exchange(&a, "kept", "kept-1", "kept-2", 11);
        next.id_token_kid = Some("k2".to_owned());
        assert_eq!(super::families::rotate(store, next).await, "fresh");
    })
    .await;
}

/// An offline grant has outlived its session: its client is told by that session's name, and
/// the log tells whose it was.
#[tokio::test]
async fn a_grant_that_outlived_its_session_is_told_too() {
    on_each_backend(async |store| {
        let store = &*store;
        // The families of this suite live no longer than a session is kept.
        let mut short = sign_in("a", "a", 0);
        short.keep_until = at(100);
        let (a, _) = signed_in(store, short).await;
        plan("ga", "k1")
            .refreshed(Bond::Offline)
            .make(store, &a)
            .await;
        let quiet = plan("gq", "k1").of_client("quiet");
        quiet
            .refreshed(Bond::OfflineUntilLogout)
            .make(store, &a)
            .await;
        sweep(store, 101).await;
        let counted = count(store, "k1").await;
        assert_eq!(
            (counted.grants, counted.families, counted.sessions),
            (2, 2, 0)
        );
        let one_each = |id: &str| (ClientId::new(id), 1);
        assert_eq!(counted.clients, [one_each("demo"), one_each("quiet")]);
        let before = told(store).await.len();
        assert_eq!(
            end_all(store, ending("k1", &["demo"], 200)).await,
            ended(2, 0)
        );
        assert_eq!(to_be_told(store).await, BTreeSet::from([pair("demo", "a")]));
        assert_eq!(
            told(store).await.split_off(before),
            ["grant_ended", "grant_ended", "signed_by_ended"]
        );
        let events = store.latest_events(3).await.unwrap();
        assert!(events.iter().any(|event| event.kind
            == EventKind::GrantEnded {
                client: ClientId::new("demo"),
                subject: a.subject.clone(),
                grant: GrantId::new("ga"),
                kid: "k1".to_owned(),
            }));
    })
    .await;
}

/// A grant's row goes with its tokens after minutes; what an application made of its ID Token
/// goes on for hours, and is told.
#[tokio::test]
async fn a_session_whose_grants_are_gone_is_still_known_by_the_key() {
    on_each_backend(async |store| {
        let store = &*store;
        let a = session_of(store, "a").await;
        plan("ga", "k1").make(store, &a).await;
        sweep(store, GRANT + 100).await;
        assert_eq!(is_revoked(store, "ga").await, None);
        let counted = count(store, "k1").await;
        assert_eq!((counted.grants, counted.sessions), (0, 1));
        let act = ending("k1", &["demo"], GRANT + 200);
        assert_eq!(end_all(store, act).await, ended(0, 1));
        assert_eq!(to_be_told(store).await, BTreeSet::from([pair("demo", "a")]));
    })
    .await;
}

/// Nobody is told twice of one session, and what was over before does not count.
#[tokio::test]
async fn what_was_over_before_is_no_part_of_it() {
    on_each_backend(async |store| {
        let store = &*store;
        let a = session_of(store, "a").await;
        plan("ga", "k1")
            .refreshed(Bond::Session)
            .make(store, &a)
            .await;
        plan("gx", "k1").make(store, &a).await;
        let logout = store.end_session(end(&a, 5)).await.unwrap();
        assert_eq!(logout, SessionEnd::Ended(vec![ClientId::new("demo")]));
        let deliveries = to_be_told(store).await;
        let before = told(store).await;
        assert_eq!(count(store, "k1").await, SignedCount::default());
        assert_eq!(
            end_all(store, ending("k1", &["demo"], 10)).await,
            ended(0, 0)
        );
        assert_eq!(told(store).await, before);
        assert_eq!(to_be_told(store).await, deliveries);
        // It does not count, and is revoked all the same.
        assert_eq!(is_revoked(store, "gx").await, Some(true));
    })
    .await;
}

/// OIDC Core section 2 (`exp`): an ID Token whose time is over is none that breaks.
#[tokio::test]
async fn only_id_tokens_whose_time_is_not_over_are_counted() {
    on_each_backend(async |store| {
        let store = &*store;
        let a = session_of(store, "a").await;
        plan("old", "k1").at(10).make(store, &a).await;
        plan("new", "k1").at(20).make(store, &a).await;
        let of = async |seconds| {
            let counted = store.count_signed_by("k1", at(seconds)).await.unwrap();
            (counted.id_tokens, counted.grants)
        };
        assert_eq!(of(9).await, (2, 2));
        assert_eq!(of(10).await, (1, 2));
        assert_eq!(of(20).await, (0, 2));
    })
    .await;
}

/// A request that was under way when the key was revoked had it in its hands: a later run finds
/// what came of it.
#[tokio::test]
async fn what_is_born_late_is_ended_by_another_run() {
    on_each_backend(async |store| {
        let store = &*store;
        let a = session_of(store, "a").await;
        plan("early", "k1").make(store, &a).await;
        let b = session_of(store, "b").await;
        assert_eq!(
            end_all(store, ending("k1", &["demo"], 10)).await,
            ended(1, 1)
        );
        plan("late", "k1").make(store, &b).await;
        assert_eq!(
            end_all(store, ending("k1", &["demo"], 40)).await,
            ended(1, 1)
        );
        assert!(is_ended(store, "b").await);
    })
    .await;
}

/// An expired session signs nobody in, but what applications made of it goes on: it is ended.
#[tokio::test]
async fn an_expired_session_is_ended_as_long_as_it_is_kept() {
    on_each_backend(async |store| {
        let store = &*store;
        let a = session_of(store, "a").await;
        plan("ga", "k1").make(store, &a).await;
        sweep(store, SESSION - 1).await;
        let act = ending("k1", &["demo"], SESSION - 1);
        assert_eq!(end_all(store, act).await, ended(0, 1));
    })
    .await;
}
