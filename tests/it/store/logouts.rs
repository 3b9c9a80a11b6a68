//! `end_session`, the other ends of sessions, and the deliveries that they ask for.

use std::sync::Arc;

use dingpass::domain::event::{DeliveryOutcome, EventKind};
use dingpass::domain::id::{ClientId, Sid, UpstreamId};
use dingpass::domain::logout::{DeliveryState, LogoutDelivery};
use dingpass::domain::secret::Digest;
use dingpass::domain::session::Session;
use dingpass::store::{
    Attempt, AttemptMade, AttemptRecorded, CodeIssued, EndSession, Redeemed, SessionEnd,
    SignOutEverywhere, SignedOut, Store, open,
};

use super::acts::{at, client, granted, issue, redeem, sign_in, signed_in, stands, told};
use super::{on_each_backend, place};
use crate::support::soon;

/// A logout that tells the client of these acts.
pub(crate) fn end(session: &Session, seconds: u64) -> EndSession {
    EndSession {
        sid: session.sid.clone(),
        client: Some(client()),
        to_tell: [client()].into(),
        correlation: "a-logout".to_owned(),
        now: at(seconds),
    }
}

/// A session in which the client has redeemed a code.
pub(crate) async fn taken_part(store: &dyn Store, person: &str, cookie: &str) -> Session {
    let (session, _) = signed_in(store, sign_in(person, cookie, 0)).await;
    let code = format!("code-of-{cookie}");
    let issued = store.issue_code(issue(&session, &code, 1)).await.unwrap();
    assert_eq!(issued, CodeIssued::Issued);
    let grant = format!("grant-of-{cookie}");
    let redeemed = redeem(store, &session, &code, granted(&session, &grant, 2), 2).await;
    assert_eq!(redeemed, Redeemed::Fresh);
    session
}

async fn due(store: &dyn Store, seconds: u64) -> Vec<LogoutDelivery> {
    store.due_deliveries(at(seconds), 8).await.unwrap().due
}

fn attempted(delivery: &LogoutDelivery, attempt: Attempt, seconds: u64) -> AttemptMade {
    AttemptMade {
        delivery: delivery.clone(),
        attempt,
        answer: "http 500".to_owned(),
        now: at(seconds),
    }
}

/// OIDC Back-Channel Logout section 2.5: an end is a tombstone, and whoever took part is told.
#[tokio::test]
async fn an_end_is_a_tombstone_with_a_delivery_for_each_client_that_took_part() {
    on_each_backend(async |store| {
        let session = taken_part(&*store, "zhang", "c1").await;
        assert!(stands(&*store, "grant-of-c1").await);
        let ended = store.end_session(end(&session, 10)).await.unwrap();
        assert_eq!(ended, SessionEnd::Ended(vec![client()]));
        assert!(!stands(&*store, "grant-of-c1").await);
        let (found, _) = store
            .find_session(&Digest::of("c1"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.ended_at, Some(at(10).as_millis()));
        let due = due(&*store, 10).await;
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].sid, session.sid);
        assert_eq!(due[0].subject, session.subject);
        assert_eq!(due[0].attempts, 0);
        assert_eq!(told(&*store).await, ["first", "redeemed", "session_ended"]);
    })
    .await;
}

/// A second logout changes nothing and asks for nothing.
#[tokio::test]
async fn a_session_ends_once() {
    on_each_backend(async |store| {
        let session = taken_part(&*store, "zhang", "c1").await;
        let _ = store.end_session(end(&session, 10)).await.unwrap();
        let delivery = due(&*store, 10).await.remove(0);
        let made = attempted(&delivery, Attempt::Delivered, 11);
        let recorded = store.record_attempt(made).await.unwrap();
        assert_eq!(recorded, AttemptRecorded::Recorded);
        let again = store.end_session(end(&session, 20)).await.unwrap();
        assert_eq!(again, SessionEnd::AlreadyEnded);
        assert!(due(&*store, 100_000).await.is_empty());
        let mut unknown = end(&session, 20);
        unknown.sid = Sid::new("nobody-s");
        let unknown = store.end_session(unknown).await.unwrap();
        assert_eq!(unknown, SessionEnd::Unknown);
    })
    .await;
}

/// A client that did not redeem a code of the session has nothing to forget; one that has no
/// address is not asked for either.
#[tokio::test]
async fn only_who_took_part_and_wants_to_know_is_told() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let _ = store
            .issue_code(issue(&session, "unused", 1))
            .await
            .unwrap();
        let ended = store.end_session(end(&session, 10)).await.unwrap();
        assert_eq!(ended, SessionEnd::Ended(Vec::new()));
        let session = taken_part(&*store, "zhang", "c2").await;
        let mut silent = end(&session, 10);
        silent.to_tell = [ClientId::new("another")].into();
        let ended = store.end_session(silent).await.unwrap();
        assert_eq!(ended, SessionEnd::Ended(vec![client()]));
        assert!(due(&*store, 10).await.is_empty());
    })
    .await;
}

/// In Casdoor a concurrent write undid a logout: here no write that comes later takes an end back.
#[tokio::test]
async fn no_later_act_brings_an_ended_session_back() {
    on_each_backend(async |store| {
        let session = taken_part(&*store, "zhang", "c1").await;
        let _ = store.issue_code(issue(&session, "open", 3)).await.unwrap();
        let _ = store.end_session(end(&session, 10)).await.unwrap();
        // A code, with the touch of a use.
        let mut late = issue(&session, "late", 11);
        late.touch = true;
        let issued = store.issue_code(late).await.unwrap();
        assert_eq!(issued, CodeIssued::SessionGone);
        // A redemption.
        let act = granted(&session, "late", 11);
        let redeemed = redeem(&*store, &session, "open", act, 11).await;
        assert_eq!(redeemed, Redeemed::Ended);
        // A sign-in that had seen the session alive.
        let mut again = sign_in("zhang", "c2", 12);
        again.previous_cookie = Some(Digest::of("c1"));
        again.resume = Some(session.sid.clone());
        let (new, _) = signed_in(&*store, again).await;
        assert_ne!(new.sid, session.sid);
        let stale = store.end_session(end(&session, 13)).await.unwrap();
        assert_eq!(stale, SessionEnd::AlreadyEnded);
    })
    .await;
}

/// The same where all sessions of a person were ended between the look and the act.
#[tokio::test]
async fn a_sign_in_does_not_go_on_with_a_session_that_was_ended_with_all_others() {
    on_each_backend(async |store| {
        // Without a client that took part, the moment kept with the person alone ends it.
        let (session, subject) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let signed_out = store
            .sign_out_everywhere(leaver(&subject.link.person, 5))
            .await
            .unwrap();
        assert_eq!(signed_out, SignedOut::Everywhere);
        let mut again = sign_in("zhang", "c2", 6);
        again.previous_cookie = Some(Digest::of("c1"));
        again.resume = Some(session.sid.clone());
        let (new, _) = signed_in(&*store, again).await;
        assert_ne!(new.sid, session.sid);
    })
    .await;
}

fn leaver(person: &str, seconds: u64) -> SignOutEverywhere {
    SignOutEverywhere {
        link: sign_in(person, "x", 0).identity.link,
        upstream: UpstreamId::new("acme"),
        cause: "not_a_member",
        upstream_request: None,
        to_tell: [client()].into(),
        correlation: "a-request".to_owned(),
        now: at(seconds),
    }
}

/// A leaver: each application is told of each session in which it took part, and once.
#[tokio::test]
async fn who_is_signed_out_everywhere_has_a_delivery_for_each_session() {
    on_each_backend(async |store| {
        let one = taken_part(&*store, "zhang", "c1").await;
        let two = taken_part(&*store, "zhang", "c2").await;
        let gone = taken_part(&*store, "zhang", "c3").await;
        let other = taken_part(&*store, "zhang2", "c4").await;
        let _ = store.end_session(end(&gone, 5)).await.unwrap();
        let earlier = due(&*store, 5).await.remove(0);
        let done = attempted(&earlier, Attempt::Delivered, 5);
        let _ = store.record_attempt(done).await.unwrap();
        for second in [10, 11] {
            let _ = store
                .sign_out_everywhere(leaver("zhang", second))
                .await
                .unwrap();
        }
        let mut sids: Vec<Sid> = due(&*store, 20)
            .await
            .into_iter()
            .map(|it| it.sid)
            .collect();
        sids.sort();
        assert_eq!(sids, [one.sid, two.sid]);
        let ended = store.end_session(end(&other, 20)).await.unwrap();
        assert_eq!(ended, SessionEnd::Ended(vec![client()]), "somebody else");
    })
    .await;
}

/// Another person takes the browser over: the applications of the first are told.
#[tokio::test]
async fn a_session_that_is_replaced_has_its_deliveries() {
    on_each_backend(async |store| {
        let session = taken_part(&*store, "zhang", "c1").await;
        let mut other = sign_in("li", "c2", 10);
        other.previous_cookie = Some(Digest::of("c1"));
        other.to_tell = [client()].into();
        signed_in(&*store, other).await;
        let due = due(&*store, 10).await;
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].sid, session.sid);
    })
    .await;
}

/// An attempt that failed is due again at its time, and is told in the audit log.
#[tokio::test]
async fn a_failed_attempt_is_due_again_at_its_time() {
    on_each_backend(async |store| {
        let session = taken_part(&*store, "zhang", "c1").await;
        let _ = store.end_session(end(&session, 10)).await.unwrap();
        let delivery = due(&*store, 10).await.remove(0);
        let failed = attempted(&delivery, Attempt::Failed { next_at: at(20) }, 11);
        let recorded = store.record_attempt(failed.clone()).await.unwrap();
        assert_eq!(recorded, AttemptRecorded::Recorded);
        // The same record once more: an answer that was lost, or a second worker.
        let twice = store.record_attempt(failed).await.unwrap();
        assert_eq!(twice, AttemptRecorded::MovedOn);
        let waiting = store.due_deliveries(at(19), 8).await.unwrap();
        assert!(waiting.due.is_empty());
        assert_eq!(waiting.next_at, Some(at(20)));
        let again = due(&*store, 20).await.remove(0);
        assert_eq!(again.attempts, 1);
        let given_up = attempted(&again, Attempt::GivenUp, 21);
        let _ = store.record_attempt(given_up).await.unwrap();
        let nothing = store.due_deliveries(at(1_000_000), 8).await.unwrap();
        assert!(nothing.due.is_empty() && nothing.next_at.is_none());
        let events = store.latest_events(2).await.unwrap();
        let outcomes: Vec<(u32, DeliveryOutcome)> = events
            .iter()
            .filter_map(|event| match &event.kind {
                EventKind::LogoutDelivery {
                    attempt, outcome, ..
                } => Some((*attempt, *outcome)),
                _ => None,
            })
            .collect();
        assert_eq!(
            outcomes,
            [(2, DeliveryOutcome::GivenUp), (1, DeliveryOutcome::Failed)]
        );
        assert_eq!(events[0].correlation, "a-logout");
        let log = store.deliveries_of(&client(), 10).await.unwrap();
        let at = at(21).as_millis();
        assert_eq!(log[0].state, DeliveryState::GivenUp { at });
    })
    .await;
}

/// One client's queue hides nobody else's.
#[tokio::test]
async fn a_client_with_a_long_queue_hides_no_other() {
    on_each_backend(async |store| {
        let quiet = ClientId::new("zzz");
        for number in 0..30 {
            let session = taken_part(&*store, "zhang", &format!("c{number}")).await;
            let _ = store.end_session(end(&session, 10)).await.unwrap();
        }
        let (session, _) = signed_in(&*store, sign_in("zhang", "last", 0)).await;
        let mut code = issue(&session, "last", 1);
        code.code.client = quiet.clone();
        let _ = store.issue_code(code).await.unwrap();
        let redeemed = store
            .redeem_code(
                Digest::of("last"),
                quiet.clone(),
                granted(&session, "last", 2),
                super::acts::replayed(&session, 2),
                at(2),
            )
            .await
            .unwrap();
        assert_eq!(redeemed, Redeemed::Fresh);
        let mut act = end(&session, 11);
        act.to_tell = [client(), quiet.clone()].into();
        let _ = store.end_session(act).await.unwrap();
        let due = store.due_deliveries(at(11), 4).await.unwrap().due;
        let of = |id: &ClientId| due.iter().filter(|it| it.client == *id).count();
        assert_eq!((of(&client()), of(&quiet)), (4, 1));
    })
    .await;
}

/// A client that left the configuration leaves no row behind.
#[tokio::test]
async fn a_delivery_that_is_dropped_is_gone_without_an_event() {
    on_each_backend(async |store| {
        let session = taken_part(&*store, "zhang", "c1").await;
        let _ = store.end_session(end(&session, 10)).await.unwrap();
        let before = told(&*store).await;
        let sid = session.sid.clone();
        store.drop_delivery(client(), sid.clone()).await.unwrap();
        store.drop_delivery(client(), sid).await.unwrap();
        assert!(due(&*store, 100).await.is_empty());
        assert!(store.deliveries_of(&client(), 9).await.unwrap().is_empty());
        assert_eq!(told(&*store).await, before);
    })
    .await;
}

/// What is over is swept: participants with their session, deliveries after their time.
#[tokio::test]
async fn nothing_of_a_logout_stays_for_ever() {
    on_each_backend(async |store| {
        let session = taken_part(&*store, "zhang", "c1").await;
        let _ = store.end_session(end(&session, 10)).await.unwrap();
        let delivery = due(&*store, 10).await.remove(0);
        let _ = store
            .record_attempt(attempted(&delivery, Attempt::Delivered, 11))
            .await
            .unwrap();
        let week = 7 * 24 * 3_600;
        while store.sweep(at(week)).await.unwrap() > 0 {}
        assert_eq!(store.deliveries_of(&client(), 9).await.unwrap().len(), 1);
        while store.sweep(at(week + 11)).await.unwrap() > 0 {}
        assert!(store.deliveries_of(&client(), 9).await.unwrap().is_empty());
        // The session's row is gone, and who took part with it: nobody is told now.
        let _ = store
            .sign_out_everywhere(leaver("zhang", week + 20))
            .await
            .unwrap();
        assert!(due(&*store, week + 30).await.is_empty());
    })
    .await;
}

/// OIDC Back-Channel Logout section 2.5: a restart forgets no delivery.
#[tokio::test]
async fn deliveries_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    let session = taken_part(&*store, "zhang", "c1").await;
    let _ = store.end_session(end(&session, 10)).await.unwrap();
    drop(store);
    let store = open(&place(folder.path())).unwrap();
    assert_eq!(due(&*store, 10).await.len(), 1);
    assert!(!stands(&*store, "grant-of-c1").await);
}

/// Acts that ask for deliveries wake whoever waits for them.
#[tokio::test]
async fn an_end_wakes_the_one_who_delivers() {
    on_each_backend(async |store| {
        let session = taken_part(&*store, "zhang", "c1").await;
        let waiting = Arc::clone(&store);
        let woken = tokio::spawn(async move { waiting.deliveries_asked_for().await });
        let _ = store.end_session(end(&session, 10)).await.unwrap();
        soon(woken).await.unwrap();
    })
    .await;
}

/// An end against everything that could undo it, at one moment: the end stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_end_stands_against_every_act_of_the_same_moment() {
    on_each_backend(async |store| {
        for round in 0..20 {
            let cookie = format!("c{round}");
            let session = taken_part(&*store, "zhang", &cookie).await;
            let open = format!("open-{round}");
            let _ = store.issue_code(issue(&session, &open, 3)).await.unwrap();
            let ending = {
                let (store, act) = (Arc::clone(&store), end(&session, 10));
                tokio::spawn(async move { store.end_session(act).await.unwrap() })
            };
            let issuing = {
                let (store, mut act) = (Arc::clone(&store), issue(&session, &cookie, 10));
                act.touch = true;
                tokio::spawn(async move { store.issue_code(act).await.unwrap() })
            };
            let resuming = {
                let (store, mut act) = (
                    Arc::clone(&store),
                    sign_in("zhang", &format!("new-{round}"), 10),
                );
                act.previous_cookie = Some(Digest::of(&cookie));
                act.resume = Some(session.sid.clone());
                tokio::spawn(async move { signed_in(&*store, act).await.0 })
            };
            let grant = format!("late-{round}");
            let act = granted(&session, &grant, 10);
            let _ = redeem(&*store, &session, &open, act, 10).await;
            let ended = ending.await.unwrap();
            assert!(matches!(ended, SessionEnd::Ended(_)), "{ended:?}");
            let _ = issuing.await.unwrap();
            let after = resuming.await.unwrap();
            assert!(!stands(&*store, &grant).await);
            assert!(!stands(&*store, &format!("grant-of-{cookie}")).await);
            // Either it went on before the end and is ended, or it is a session of its own.
            let (found, _) = store
                .find_session(&Digest::of(&format!("new-{round}")))
                .await
                .unwrap()
                .unwrap();
            assert_eq!(after.sid == session.sid, found.ended_at.is_some());
            assert_eq!(
                store.end_session(end(&session, 11)).await.unwrap(),
                SessionEnd::AlreadyEnded
            );
        }
        let sids = store.deliveries_of(&client(), 100).await.unwrap();
        assert_eq!(sids.len(), 20, "one for each end, and no other");
    })
    .await;
}
