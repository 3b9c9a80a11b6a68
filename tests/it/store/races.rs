//! Acts that come at once: each is whole, and one of them is first.

use std::sync::Arc;

use dingpass::domain::secret::Digest;
use dingpass::store::{CodeIssued, Redeemed};
use tokio::task::JoinSet;

use super::acts::{granted, issue, redeem, sign_in, signed_in, stands, told};
use super::on_each_backend;

/// CVE-2026-1035: the check and the spending are one act.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_redemptions_at_once_one_is_fresh() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let _ = store.issue_code(issue(&session, "one", 1)).await.unwrap();
        let mut under_way = JoinSet::new();
        for number in 0..64 {
            let (store, session) = (Arc::clone(&store), session.clone());
            under_way.spawn(async move {
                let grant = format!("g{number}");
                let act = granted(&session, &grant, 2);
                (redeem(&*store, &session, "one", act, 2).await, grant)
            });
        }
        let outcomes = under_way.join_all().await;
        let fresh: Vec<&str> = outcomes
            .iter()
            .filter(|(outcome, _)| *outcome == Redeemed::Fresh)
            .map(|(_, grant)| grant.as_str())
            .collect();
        assert_eq!(fresh.len(), 1);
        let replays = outcomes
            .iter()
            .filter(|(outcome, _)| *outcome == Redeemed::Replayed)
            .count();
        assert_eq!(replays, 63);
        assert!(!stands(&*store, fresh[0]).await, "a replay revokes it");
        assert_eq!(told(&*store).await, ["first", "redeemed", "replayed"]);
    })
    .await;
}

/// CONTRIBUTING.md, Decisions: one flow, one code, however fast the form is sent twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_codes_for_one_flow_at_once_one_is_issued() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let claim = issue(&session, "any", 1).claim;
        let mut under_way = JoinSet::new();
        for number in 0..32 {
            let (store, session, claim) = (Arc::clone(&store), session.clone(), claim.clone());
            under_way.spawn(async move {
                let code = format!("code-{number}");
                let mut act = issue(&session, &code, 1);
                act.claim = claim;
                let outcome = store.issue_code(act).await.unwrap();
                let found = store.find_code(&Digest::of(&code)).await.unwrap();
                (outcome, found.is_some())
            });
        }
        let outcomes = under_way.join_all().await;
        let issued = outcomes
            .iter()
            .filter(|(outcome, _)| *outcome == CodeIssued::Issued)
            .count();
        assert_eq!(issued, 1);
        for (outcome, found) in outcomes {
            assert_eq!(outcome == CodeIssued::Issued, found);
        }
    })
    .await;
}

/// Somebody new, with many browsers at the same moment, is one person.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_who_first_comes_in_many_browsers_at_once_is_one_subject() {
    on_each_backend(async |store| {
        let mut under_way = JoinSet::new();
        for number in 0..32 {
            let store = Arc::clone(&store);
            under_way.spawn(async move {
                let act = sign_in("zhang", &format!("c{number}"), 0);
                signed_in(&*store, act).await.1.id
            });
        }
        let mut subjects = under_way.join_all().await;
        subjects.sort();
        subjects.dedup();
        assert_eq!(subjects.len(), 1);
        let told = told(&*store).await;
        assert_eq!(told.iter().filter(|event| **event == "first").count(), 1);
        assert_eq!(told.len(), 32);
    })
    .await;
}

/// Group commit: acts that are committed together are answered each with its own outcome,
/// and each sees what it wrote as soon as it is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_acts_at_once_each_get_their_own_outcome() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let mut under_way = JoinSet::new();
        for number in 0..200 {
            let (store, session) = (Arc::clone(&store), session.clone());
            under_way.spawn(async move {
                let code = format!("code-{number}");
                let mut act = issue(&session, &code, 1);
                // Every fourth one does not get its code.
                if number % 4 == 0 {
                    act.code.auth_time += 1;
                }
                let outcome = store.issue_code(act).await.unwrap();
                let found = store.find_code(&Digest::of(&code)).await.unwrap();
                let expected = if number % 4 == 0 {
                    CodeIssued::SessionGone
                } else {
                    CodeIssued::Issued
                };
                assert_eq!((outcome, found.is_some()), (expected, number % 4 != 0));
                if number % 4 != 0 {
                    let grant = format!("g{number}");
                    let act = granted(&session, &grant, 2);
                    let outcome = redeem(&*store, &session, &code, act, 2).await;
                    assert_eq!(outcome, Redeemed::Fresh);
                    assert!(stands(&*store, &grant).await);
                }
            });
        }
        while let Some(ended) = under_way.join_next().await {
            ended.unwrap();
        }
        store.check().await.unwrap();
        let told = told(&*store).await;
        assert_eq!(
            told.iter().filter(|event| **event == "redeemed").count(),
            150
        );
    })
    .await;
}

/// A redemption against the end of its session: whichever comes first, nothing stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_redemption_against_the_end_of_its_session_leaves_nothing_standing() {
    on_each_backend(async |store| {
        for round in 0..20 {
            let cookie = format!("zhangs-{round}");
            let (session, _) = signed_in(&*store, sign_in("zhang", &cookie, 0)).await;
            let code = format!("code-{round}");
            let _ = store.issue_code(issue(&session, &code, 1)).await.unwrap();
            let mut other = sign_in("li", &format!("lis-{round}"), 2);
            other.previous_cookie = Some(Digest::of(&cookie));
            let grant = format!("g{round}");
            let ending = {
                let store = Arc::clone(&store);
                tokio::spawn(async move { signed_in(&*store, other).await })
            };
            let act = granted(&session, &grant, 2);
            let outcome = redeem(&*store, &session, &code, act, 2).await;
            ending.await.unwrap();
            assert!(
                matches!(outcome, Redeemed::Fresh | Redeemed::Ended),
                "{outcome:?}"
            );
            assert!(!stands(&*store, &grant).await);
        }
    })
    .await;
}

/// A request that is cancelled loses its answer; its act is whole or not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_caller_that_goes_away_harms_no_other() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        for number in 0..50 {
            let (store, session) = (Arc::clone(&store), session.clone());
            let call = tokio::spawn(async move {
                store
                    .issue_code(issue(&session, &format!("gone-{number}"), 1))
                    .await
            });
            if number % 2 == 0 {
                tokio::task::yield_now().await;
            }
            call.abort();
        }
        let outcome = store.issue_code(issue(&session, "stays", 1)).await.unwrap();
        assert_eq!(outcome, CodeIssued::Issued);
        store.check().await.unwrap();
    })
    .await;
}
