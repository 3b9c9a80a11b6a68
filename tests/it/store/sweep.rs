//! Sweeping: what is due goes, and nothing else, by the moment that is handed in.

use dingpass::domain::id::{GrantId, Sid};
use dingpass::domain::secret::Digest;
use dingpass::store::{CodeIssued, Redeemed, Store};

use super::acts::{
    CODE, GRANT, SESSION, at, granted, issue, redeem, sign_in, signed_in, stands, told,
};
use super::on_each_backend;

async fn has_code(store: &dyn Store, code: &str) -> bool {
    store.find_code(&Digest::of(code)).await.unwrap().is_some()
}

async fn has_grant(store: &dyn Store, grant: &str) -> bool {
    let found = store.find_grant(&GrantId::new(grant)).await.unwrap();
    found.is_some()
}

async fn has_session(store: &dyn Store, cookie: &str) -> bool {
    store
        .find_session(&Digest::of(cookie))
        .await
        .unwrap()
        .is_some()
}

/// Each kind of row stays to the last millisecond of its time and goes at its end.
#[tokio::test]
async fn a_sweep_removes_what_is_due_and_only_that() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        for (code, seconds) in [("one", 0), ("two", 100)] {
            let outcome = store
                .issue_code(issue(&session, code, seconds))
                .await
                .unwrap();
            assert_eq!(outcome, CodeIssued::Issued);
        }
        let _ = redeem(store, &session, "one", granted(&session, "g1", 1), 1).await;
        let just_before =
            |seconds| dingpass::clock::Timestamp::from_millis(at(seconds).as_millis() - 1);

        assert_eq!(store.sweep(just_before(CODE)).await.unwrap(), 0);
        assert!(has_code(store, "one").await);
        assert_eq!(store.sweep(at(CODE)).await.unwrap(), 1);
        assert!(!has_code(store, "one").await);
        assert!(has_code(store, "two").await);

        assert_eq!(store.sweep(at(100 + CODE)).await.unwrap(), 1);
        assert!(!has_code(store, "two").await);

        assert_eq!(store.sweep(just_before(1 + GRANT)).await.unwrap(), 0);
        assert!(stands(store, "g1").await);
        assert_eq!(store.sweep(at(1 + GRANT)).await.unwrap(), 1);
        assert!(!has_grant(store, "g1").await);

        assert_eq!(store.sweep(just_before(SESSION)).await.unwrap(), 0);
        assert!(has_session(store, "c1").await);
        // With the session goes the claim of the first code's flow, due at the same moment.
        assert_eq!(store.sweep(at(SESSION)).await.unwrap(), 2);
        assert!(!has_session(store, "c1").await);

        // People and the audit log have no end.
        let (_, subject) = signed_in(store, sign_in("zhang", "c2", 2 * SESSION)).await;
        assert_eq!(subject.id.as_str(), "subject-of-c1");
        assert_eq!(told(store).await, ["first", "redeemed", "again"]);
    })
    .await;
}

/// A second sweep at the same moment finds nothing, and a first one of an empty store too.
#[tokio::test]
async fn a_sweep_leaves_nothing_for_the_next_one() {
    on_each_backend(async |store| {
        assert_eq!(store.sweep(at(0)).await.unwrap(), 0);
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        for number in 0..20 {
            let act = issue(&session, &format!("code-{number}"), number);
            let _ = store.issue_code(act).await.unwrap();
        }
        // Twenty codes, twenty claims, one session.
        assert_eq!(store.sweep(at(10 * SESSION)).await.unwrap(), 41);
        assert_eq!(store.sweep(at(10 * SESSION)).await.unwrap(), 0);
    })
    .await;
}

/// A session that was gone on with is kept by its later time.
#[tokio::test]
async fn a_session_that_was_gone_on_with_outlives_its_first_end() {
    on_each_backend(async |store| {
        let store = &*store;
        signed_in(store, sign_in("zhang", "c1", 0)).await;
        let mut again = sign_in("zhang", "c2", 1_000);
        again.previous_cookie = Some(Digest::of("c1"));
        again.resume = Some(Sid::new("sid-of-c1"));
        signed_in(store, again).await;
        let _ = store.sweep(at(SESSION)).await.unwrap();
        assert!(has_session(store, "c2").await);
        let _ = store.sweep(at(SESSION + 1_000)).await.unwrap();
        assert!(!has_session(store, "c2").await);
    })
    .await;
}

/// A tombstone is as lasting as the session was to be: it has to outlive what hangs from it.
#[tokio::test]
async fn a_tombstone_stays_as_long_as_the_session_would_have() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        let _ = store.issue_code(issue(&session, "one", 0)).await.unwrap();
        let mut other = sign_in("li", "c2", 10);
        other.previous_cookie = Some(Digest::of("c1"));
        signed_in(store, other).await;
        let _ = store.sweep(at(30)).await.unwrap();
        let outcome = redeem(store, &session, "one", granted(&session, "g1", 31), 31).await;
        assert_eq!(outcome, Redeemed::Ended);
    })
    .await;
}

/// A claim of a flow is remembered until its time is over, then the name is free again.
#[tokio::test]
async fn a_claim_is_forgotten_at_its_time() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        let mut act = issue(&session, "one", 0);
        act.claim.as_mut().unwrap().until = at(100);
        let _ = store.issue_code(act.clone()).await.unwrap();
        let _ = store.sweep(at(99)).await.unwrap();
        assert_eq!(
            store.issue_code(act.clone()).await.unwrap(),
            CodeIssued::AlreadyClaimed
        );
        let _ = store.sweep(at(100)).await.unwrap();
        assert_eq!(store.issue_code(act).await.unwrap(), CodeIssued::Issued);
    })
    .await;
}

/// What can't be brought again is not remembered: the code's own entry is all that is due.
#[tokio::test]
async fn a_code_without_a_claim_leaves_nothing_but_itself_to_sweep() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        let mut act = issue(&session, "one", 0);
        act.claim = None;
        assert_eq!(
            store.issue_code(act.clone()).await.unwrap(),
            CodeIssued::Issued
        );
        assert_eq!(store.sweep(at(SESSION - 1)).await.unwrap(), 1);
        act.claim = issue(&session, "one", 0).claim;
        act.claim.as_mut().unwrap().until = at(100);
        let _ = store.issue_code(act).await.unwrap();
        assert_eq!(store.sweep(at(SESSION - 1)).await.unwrap(), 2);
    })
    .await;
}
