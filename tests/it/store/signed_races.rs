//! What a key signed is ended while codes are redeemed and tokens refreshed, with that key and
//! with others: each act is whole, and after a second run nothing of the key is left.

use std::sync::Arc;

use dingpass::domain::grant::Bond;
use dingpass::domain::id::GrantId;
use dingpass::store::{Redeemed, SignedCount};
use tokio::task::JoinSet;

use super::on_each_backend;
use super::signed::{count, end_all, ending, is_revoked, plan, refresh, session_of};

/// Whoever was refreshed under another key before the act came to them keeps what is good while
/// they are away; all others lose it. There is nothing between.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_against_the_end_is_either_before_or_after_it() {
    on_each_backend(async |store| {
        let mut plans = Vec::new();
        for number in 0..300 {
            let session = session_of(&*store, &format!("p{number}")).await;
            let plan = plan(&format!("g{number}"), "k1").refreshed(Bond::Offline);
            plan.make(&*store, &session).await;
            plans.push((session, plan));
        }
        let ended = {
            let store = Arc::clone(&store);
            tokio::spawn(async move { end_all(&*store, ending("k1", &["demo"], 10)).await })
        };
        let mut under_way = JoinSet::new();
        for (session, plan) in plans {
            let store = Arc::clone(&store);
            under_way.spawn(async move {
                let outcome = refresh(&*store, &session, &plan, "k2").await;
                (plan.name, outcome)
            });
        }
        let outcomes = under_way.join_all().await;
        let ended = ended.await.unwrap();
        let mut fresh = 0;
        for (name, outcome) in outcomes {
            let grant = store
                .find_grant(&GrantId::new(name.as_str()))
                .await
                .unwrap();
            let grant = grant.unwrap().grant;
            match outcome.as_str() {
                "fresh" => {
                    fresh += 1;
                    assert_eq!(grant.revoked_at, None, "{name}");
                    assert_eq!(grant.id_token_kid, "k2");
                }
                "unknown" => assert!(grant.revoked_at.is_some(), "{name}"),
                other => panic!("{other}"),
            }
        }
        assert_eq!(ended.grants + fresh, 300);
        // Sessions end by any key that signed in them.
        assert_eq!(ended.sessions, 300);
        assert_eq!(count(&*store, "k1").await, SignedCount::default());
    })
    .await;
}

/// Codes that are redeemed meanwhile, by requests that took the key before it was revoked: what
/// the first run misses, the second one ends. Those of another key live, unless their session
/// is one of the key's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_redemption_against_the_end_is_ended_by_the_second_run_at_the_latest() {
    on_each_backend(async |store| {
        let mut sessions = Vec::new();
        for number in 0..200 {
            let session = session_of(&*store, &format!("p{number}")).await;
            if number % 2 == 0 {
                plan(&format!("early{number}"), "k1")
                    .make(&*store, &session)
                    .await;
            }
            sessions.push(session);
        }
        let ended = {
            let store = Arc::clone(&store);
            tokio::spawn(async move { end_all(&*store, ending("k1", &["demo"], 10)).await })
        };
        let mut under_way = JoinSet::new();
        for (number, session) in sessions.into_iter().enumerate() {
            let store = Arc::clone(&store);
            under_way.spawn(async move {
                let kid = if number % 4 == 3 { "k2" } else { "k1" };
                let plan = plan(&format!("late{number}"), kid).refreshed(Bond::Offline);
                (number, plan.redeem(&*store, &session).await)
            });
        }
        let outcomes = under_way.join_all().await;
        let first = ended.await.unwrap();
        let second = end_all(&*store, ending("k1", &["demo"], 40)).await;
        assert_eq!(count(&*store, "k1").await, SignedCount::default());
        let mut by_the_key = 100;
        for (number, outcome) in outcomes {
            let late = is_revoked(&*store, &format!("late{number}")).await;
            match outcome {
                Redeemed::Fresh => {
                    let is_of_the_key = number % 4 != 3;
                    assert_eq!(late, Some(is_of_the_key), "{number}");
                    by_the_key += u64::from(is_of_the_key);
                }
                // Its session was ended before, or no code of it was issued any more.
                Redeemed::Ended | Redeemed::Unknown => assert_eq!(late, None, "{number}"),
                Redeemed::Replayed => panic!("{number}"),
            }
        }
        assert_eq!(first.grants + second.grants, by_the_key);
        assert_eq!(first.sessions + second.sessions, 150);
    })
    .await;
}
