//! `issue_code`: Issued, AlreadyClaimed, SessionGone.

use dingpass::domain::code::CodeState;
use dingpass::domain::id::{Sid, SubjectId};
use dingpass::domain::secret::Digest;
use dingpass::store::CodeIssued;

use super::acts::{at, issue, sign_in, signed_in};
use super::on_each_backend;

/// What was written is found under the code's digest, unspent, and nothing else is.
#[tokio::test]
async fn a_code_that_was_issued_is_found_by_its_digest() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let outcome = store.issue_code(issue(&session, "one", 1)).await.unwrap();
        assert_eq!(outcome, CodeIssued::Issued);
        let code = store.find_code(&Digest::of("one")).await.unwrap().unwrap();
        assert_eq!(code.state, CodeState::Unspent);
        assert_eq!(code.sid, session.sid);
        assert!(store.find_code(&Digest::of("two")).await.unwrap().is_none());
    })
    .await;
}

/// CONTRIBUTING.md, Decisions: a form that is sent twice makes one code.
#[tokio::test]
async fn a_flow_makes_one_code() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let first = issue(&session, "one", 1);
        let mut second = issue(&session, "two", 1);
        second.claim = first.claim.clone();
        assert_eq!(store.issue_code(first).await.unwrap(), CodeIssued::Issued);
        let outcome = store.issue_code(second).await.unwrap();
        assert_eq!(outcome, CodeIssued::AlreadyClaimed);
        assert!(store.find_code(&Digest::of("two")).await.unwrap().is_none());
    })
    .await;
}

/// The condition that the read before the act relied on, each part of it.
#[tokio::test]
async fn without_the_session_that_was_read_no_code_is_made_and_the_flow_stays_free() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let right = issue(&session, "one", 1);
        let mut unknown_session = right.clone();
        unknown_session.code.sid = Sid::new("none");
        let mut another_person = right.clone();
        another_person.code.subject = SubjectId::new("somebody");
        let mut another_sign_in = right.clone();
        another_sign_in.code.auth_time -= 1;
        for wrong in [unknown_session, another_person, another_sign_in] {
            let outcome = store.issue_code(wrong).await.unwrap();
            assert_eq!(outcome, CodeIssued::SessionGone);
            assert!(store.find_code(&Digest::of("one")).await.unwrap().is_none());
        }
        assert_eq!(store.issue_code(right).await.unwrap(), CodeIssued::Issued);
    })
    .await;
}

/// Between reading the session and writing the code, another person signed in.
#[tokio::test]
async fn a_session_that_changed_hands_gives_no_code() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let mut other = sign_in("li", "c2", 1);
        other.previous_cookie = Some(Digest::of("c1"));
        let (theirs, _) = signed_in(&*store, other).await;
        let outcome = store.issue_code(issue(&session, "one", 2)).await.unwrap();
        assert_eq!(outcome, CodeIssued::SessionGone);
        let outcome = store.issue_code(issue(&theirs, "two", 2)).await.unwrap();
        assert_eq!(outcome, CodeIssued::Issued);
    })
    .await;
}

/// The session's time of use is written where the act says so.
#[tokio::test]
async fn a_session_is_touched_by_an_act_that_says_so_alone() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let used = async || {
            let found = store.find_session(&Digest::of("c1")).await.unwrap();
            found.unwrap().0.last_used
        };
        let untouched = issue(&session, "one", 10);
        assert_eq!(
            store.issue_code(untouched).await.unwrap(),
            CodeIssued::Issued
        );
        assert_eq!(used().await, at(0).as_millis());
        let mut touched = issue(&session, "two", 20);
        touched.touch = true;
        assert_eq!(store.issue_code(touched).await.unwrap(), CodeIssued::Issued);
        assert_eq!(used().await, at(20).as_millis());
        // What a touch writes is the time of use and nothing else.
        let (now, _) = store
            .find_session(&Digest::of("c1"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((now.sid, now.auth_time), (session.sid, session.auth_time));
    })
    .await;
}
