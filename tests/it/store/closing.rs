//! A store that is let go of is closed when `drop` returns: who opens the file next finds it
//! whole.

use std::sync::atomic::{AtomicUsize, Ordering};

use dingpass::clock::Timestamp;
use dingpass::store::{self, Location};

/// A store that had a write and was dropped.
async fn used_and_dropped(location: &Location) {
    let store = store::open(location).unwrap();
    store.sweep(Timestamp::from_millis(0)).await.unwrap();
    drop(store);
}

/// A repair reads the whole file, so that an ordinary restart must not need one.
#[tokio::test]
async fn a_dropped_store_needs_no_repair() {
    static REPAIRS: AtomicUsize = AtomicUsize::new(0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dingpass.redb");
    let location = Location::File {
        path: path.clone(),
        cache: 1024 * 1024,
    };
    used_and_dropped(&location).await;
    // The bytes as they are at this moment: what a process that ended now would leave.
    let left = folder.path().join("left.redb");
    std::fs::copy(&path, &left).unwrap();
    redb::Database::builder()
        .set_repair_callback(|_| {
            REPAIRS.fetch_add(1, Ordering::Relaxed);
        })
        .open(&left)
        .unwrap();
    assert_eq!(REPAIRS.load(Ordering::Relaxed), 0);
}
