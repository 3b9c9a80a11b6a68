//! Used assertions (RFC 7523 section 3, item 7).

use std::sync::Arc;

use dingpass::clock::Timestamp;
use dingpass::domain::id::ClientId;
use dingpass::domain::secret::Digest;
use dingpass::store::{Claimed, Store, open};
use tokio::task::JoinSet;

use super::{on_each_backend, place};

async fn claim(store: &dyn Store, client: &str, jti: &str, until: i64, now: i64) -> Claimed {
    let (until, now) = (Timestamp::from_seconds(until), Timestamp::from_seconds(now));
    store
        .claim_assertion(ClientId::new(client), Digest::of(jti), until, now)
        .await
        .unwrap()
}

/// Once for each client and name, until its time is over.
#[tokio::test]
async fn an_assertion_is_fresh_once() {
    on_each_backend(async |store| {
        let store = &*store;
        assert_eq!(claim(store, "a", "one", 100, 0).await, Claimed::Fresh);
        assert_eq!(claim(store, "a", "one", 100, 0).await, Claimed::Replayed);
        assert_eq!(claim(store, "a", "one", 900, 99).await, Claimed::Replayed);
        assert_eq!(claim(store, "a", "two", 100, 0).await, Claimed::Fresh);
        assert_eq!(claim(store, "b", "one", 100, 0).await, Claimed::Fresh);
        assert_eq!(claim(store, "a", "one", 200, 100).await, Claimed::Fresh);
        assert_eq!(claim(store, "a", "one", 200, 101).await, Claimed::Replayed);
    })
    .await;
}

/// A sweep forgets what is over, and nothing that was claimed anew.
#[tokio::test]
async fn a_sweep_forgets_assertions_whose_time_is_over() {
    on_each_backend(async |store| {
        let store = &*store;
        let _ = claim(store, "a", "one", 100, 0).await;
        let _ = claim(store, "a", "one", 300, 100).await;
        let _ = claim(store, "a", "two", 100, 0).await;
        let at = Timestamp::from_seconds;
        assert_eq!(store.sweep(at(99)).await.unwrap(), 0);
        assert_eq!(store.sweep(at(100)).await.unwrap(), 2);
        assert_eq!(claim(store, "a", "one", 300, 100).await, Claimed::Replayed);
        assert_eq!(store.sweep(at(300)).await.unwrap(), 1);
        assert_eq!(store.sweep(at(1000)).await.unwrap(), 0);
    })
    .await;
}

/// Hydra, GHSA-3p3g-vpw6-4w66: a memory of what was used that ends with the process is none.
#[tokio::test]
async fn a_restart_forgets_no_assertion() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    assert_eq!(claim(&*store, "a", "one", 100, 0).await, Claimed::Fresh);
    drop(store);
    let store = open(&place(folder.path())).unwrap();
    assert_eq!(claim(&*store, "a", "one", 100, 1).await, Claimed::Replayed);
}

/// The look and the claim are one act.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_uses_at_once_one_is_fresh() {
    on_each_backend(async |store| {
        let mut under_way = JoinSet::new();
        for _ in 0..32 {
            let store = Arc::clone(&store);
            under_way.spawn(async move { claim(&*store, "a", "one", 100, 0).await });
        }
        let outcomes = under_way.join_all().await;
        let fresh = outcomes.iter().filter(|it| **it == Claimed::Fresh).count();
        assert_eq!((fresh, outcomes.len()), (1, 32));
    })
    .await;
}
