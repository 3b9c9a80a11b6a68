//! `redeem_code`: Fresh, Replayed, Ended, Unknown, and what each of them leaves behind.

use dingpass::domain::code::CodeState;
use dingpass::domain::id::GrantId;
use dingpass::domain::secret::Digest;
use dingpass::store::{CodeIssued, Redeemed};

use super::acts::{
    CODE, at, granted, issue, redeem, redeem_by_another, sign_in, signed_in, spoiled, stands, told,
};
use super::on_each_backend;

/// Redeemed once, with its grant and its event; then a replay, which revokes the grant and
/// is told once, however often it comes.
#[tokio::test]
async fn a_code_is_fresh_once_and_then_replayed() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let issued = store.issue_code(issue(&session, "one", 1)).await.unwrap();
        assert_eq!(issued, CodeIssued::Issued);
        let outcome = redeem(&*store, &session, "one", granted(&session, "g1", 2), 2).await;
        assert_eq!(outcome, Redeemed::Fresh);
        assert!(stands(&*store, "g1").await);
        let code = store.find_code(&Digest::of("one")).await.unwrap().unwrap();
        assert_eq!(code.state, CodeState::Granted(GrantId::new("g1")));

        for second in 3..6 {
            let again = granted(&session, "g2", second);
            let outcome = redeem(&*store, &session, "one", again, second).await;
            assert_eq!(outcome, Redeemed::Replayed);
        }
        assert!(!stands(&*store, "g1").await);
        let found = store
            .find_grant(&GrantId::new("g1"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.grant.revoked_at, Some(at(3).as_millis()));
        assert!(
            store
                .find_grant(&GrantId::new("g2"))
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(told(&*store).await, ["first", "redeemed", "replayed"]);
    })
    .await;
}

/// A wrong proof spends the code; nothing came of it, so that what follows is no replay.
#[tokio::test]
async fn a_spoiled_code_is_unknown_from_then_on() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let _ = store.issue_code(issue(&session, "one", 1)).await.unwrap();
        let outcome = redeem(&*store, &session, "one", spoiled(&session, 2), 2).await;
        assert_eq!(outcome, Redeemed::Fresh);
        let outcome = redeem(&*store, &session, "one", granted(&session, "g1", 3), 3).await;
        assert_eq!(outcome, Redeemed::Unknown);
        assert!(
            store
                .find_grant(&GrantId::new("g1"))
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(told(&*store).await, ["first", "spoiled"]);
    })
    .await;
}

/// A replay with a wrong proof is a replay.
#[tokio::test]
async fn a_spoiled_replay_revokes_too() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let _ = store.issue_code(issue(&session, "one", 1)).await.unwrap();
        let _ = redeem(&*store, &session, "one", granted(&session, "g1", 2), 2).await;
        let outcome = redeem(&*store, &session, "one", spoiled(&session, 3), 3).await;
        assert_eq!(outcome, Redeemed::Replayed);
        assert!(!stands(&*store, "g1").await);
    })
    .await;
}

/// Unknown: no such code, another client's, or its time is over. The latter two touch it not.
#[tokio::test]
async fn what_is_not_a_code_of_this_client_at_this_time_is_unknown() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let _ = store.issue_code(issue(&session, "one", 0)).await.unwrap();
        let outcome = redeem(&*store, &session, "two", granted(&session, "g0", 1), 1).await;
        assert_eq!(outcome, Redeemed::Unknown);
        let foreign =
            redeem_by_another(&*store, &session, "one", granted(&session, "g1", 1), 1).await;
        assert_eq!(foreign, Redeemed::Unknown);
        let late = redeem(
            &*store,
            &session,
            "one",
            granted(&session, "g2", CODE),
            CODE,
        )
        .await;
        assert_eq!(late, Redeemed::Unknown);
        for grant in ["g0", "g1", "g2"] {
            assert!(
                store
                    .find_grant(&GrantId::new(grant))
                    .await
                    .unwrap()
                    .is_none()
            );
        }
        assert_eq!(told(&*store).await, ["first"]);
        let last = redeem(
            &*store,
            &session,
            "one",
            granted(&session, "g3", 59),
            CODE - 1,
        )
        .await;
        assert_eq!(last, Redeemed::Fresh);
    })
    .await;
}

/// Another client's redemption of a code that is spent revokes nothing.
#[tokio::test]
async fn another_clients_replay_is_unknown() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let _ = store.issue_code(issue(&session, "one", 0)).await.unwrap();
        let _ = redeem(&*store, &session, "one", granted(&session, "g1", 1), 1).await;
        let foreign =
            redeem_by_another(&*store, &session, "one", granted(&session, "g2", 2), 2).await;
        assert_eq!(foreign, Redeemed::Unknown);
        assert!(stands(&*store, "g1").await);
    })
    .await;
}

/// CONTRIBUTING.md, Decisions: an end kills codes and what came of codes.
#[tokio::test]
async fn the_code_of_a_session_that_was_ended_is_ended() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let _ = store.issue_code(issue(&session, "one", 0)).await.unwrap();
        let _ = store.issue_code(issue(&session, "two", 0)).await.unwrap();
        let _ = redeem(&*store, &session, "one", granted(&session, "g1", 1), 1).await;
        let mut other = sign_in("li", "c2", 2);
        other.previous_cookie = Some(Digest::of("c1"));
        signed_in(&*store, other).await;
        let outcome = redeem(&*store, &session, "two", granted(&session, "g2", 3), 3).await;
        assert_eq!(outcome, Redeemed::Ended);
        let outcome = redeem(&*store, &session, "two", spoiled(&session, 3), 3).await;
        assert_eq!(outcome, Redeemed::Ended);
        assert!(!stands(&*store, "g1").await);
        assert!(
            store
                .find_grant(&GrantId::new("g2"))
                .await
                .unwrap()
                .is_none()
        );
        // That a code came back is told after the end, too.
        let outcome = redeem(&*store, &session, "one", granted(&session, "g3", 4), 4).await;
        assert_eq!(outcome, Redeemed::Replayed);
    })
    .await;
}
