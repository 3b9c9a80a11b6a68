//! The audit log: numbered by commit, bounded by age and by rows.

use dingpass::clock::Timestamp;
use dingpass::domain::event::{AuditEvent, EventKind, NumberedEvent, OperatorAct};
use dingpass::store::{Retention, Store, StoreError, open, open_audit};
use redb::{Database, ReadableTable as _, TableDefinition};

use super::acts::{at, sign_in, signed_in, told};
use super::{on_each_backend, path, place};
use crate::support::soon;

const FOR_EVER: Retention = Retention {
    since: Timestamp::from_millis(0),
    most_rows: u64::MAX,
};

/// Something that an operator did, at that second.
fn act(name: &str, seconds: u64) -> AuditEvent {
    AuditEvent {
        at: at(seconds).as_millis(),
        correlation: String::new(),
        kind: EventKind::OperatorActed {
            uid: Some(0),
            act: OperatorAct::KeyExported {
                kid: name.to_owned(),
            },
        },
    }
}

fn failures(cause: &str, seconds: u64) -> AuditEvent {
    AuditEvent {
        at: at(seconds).as_millis(),
        correlation: String::new(),
        kind: EventKind::FailuresCounted {
            cause: cause.to_owned(),
            client: None,
            count: 7,
            upstream_request: None,
        },
    }
}

/// An event in a word.
fn word(event: &NumberedEvent) -> String {
    match &event.event.kind {
        EventKind::OperatorActed {
            act: OperatorAct::KeyExported { kid },
            ..
        } => kid.clone(),
        EventKind::FailuresCounted { cause, .. } => cause.clone(),
        other => other.name().to_owned(),
    }
}

/// What is in the log, in order.
async fn all(store: &dyn Store) -> Vec<String> {
    let events = store.events_after(0, 100_000).await.unwrap();
    events.iter().map(word).collect()
}

/// Forgets until there is nothing to forget.
async fn forget(store: &dyn Store, retention: Retention) -> usize {
    let mut gone = 0;
    loop {
        match store.forget_events(retention).await.unwrap() {
            0 => return gone,
            more => gone += more,
        }
    }
}

/// Whoever reads on from a number reads each event once, in the order of the commits, though
/// the clock jumps back.
#[tokio::test]
async fn events_are_numbered_in_the_order_in_which_they_were_written() {
    on_each_backend(async |store| {
        for (name, seconds) in [("one", 50), ("two", 10), ("three", 99), ("four", 0)] {
            store.append_events(vec![act(name, seconds)]).await.unwrap();
        }
        assert_eq!(all(&*store).await, ["one", "two", "three", "four"]);
        let numbers = |events: Vec<NumberedEvent>| {
            let numbers: Vec<u64> = events.iter().map(|event| event.number).collect();
            numbers
        };
        assert_eq!(numbers(store.events_after(0, 2).await.unwrap()), [1, 2]);
        assert_eq!(numbers(store.events_after(2, 9).await.unwrap()), [3, 4]);
        assert!(store.events_after(4, 9).await.unwrap().is_empty());
        assert!(store.events_after(u64::MAX, 9).await.unwrap().is_empty());
        let latest = store.events_before(u64::MAX, 3).await.unwrap();
        assert_eq!(numbers(latest), [4, 3, 2]);
        assert_eq!(numbers(store.events_before(2, 9).await.unwrap()), [1]);
        assert!(store.events_before(1, 9).await.unwrap().is_empty());
        let latest = store.latest_events(1).await.unwrap();
        assert_eq!(latest[0].at, at(0).as_millis());
    })
    .await;
}

/// Counted failures stand among the other events, wherever they lie.
#[tokio::test]
async fn counted_failures_share_the_numbers_of_the_other_events() {
    on_each_backend(async |store| {
        let store = &*store;
        store
            .append_events(vec![
                act("a", 0),
                failures("b", 0),
                failures("c", 0),
                act("d", 0),
            ])
            .await
            .unwrap();
        store.append_events(vec![failures("e", 1)]).await.unwrap();
        store.append_events(vec![act("f", 1)]).await.unwrap();
        assert_eq!(all(store).await, ["a", "b", "c", "d", "e", "f"]);
        let page = store.events_after(1, 2).await.unwrap();
        assert_eq!(page.iter().map(word).collect::<Vec<_>>(), ["b", "c"]);
        let page = store.events_before(6, 4).await.unwrap();
        assert_eq!(
            page.iter().map(word).collect::<Vec<_>>(),
            ["e", "d", "c", "b"]
        );
    })
    .await;
}

/// By age: to the millisecond, oldest first, a batch at a time.
#[tokio::test]
async fn events_that_are_too_old_are_forgotten() {
    on_each_backend(async |store| {
        let store = &*store;
        let old: Vec<AuditEvent> = (0..2_500).map(|_| act("old", 0)).collect();
        store.append_events(old).await.unwrap();
        store.append_events(vec![failures("old", 0)]).await.unwrap();
        store.append_events(vec![act("young", 1)]).await.unwrap();
        let until = |since| Retention {
            since,
            most_rows: u64::MAX,
        };
        assert_eq!(forget(store, until(at(0))).await, 0, "not yet");
        let late = Timestamp::from_millis(at(0).as_millis() + 1);
        let first = store.forget_events(until(late)).await.unwrap();
        assert!((1..2_501).contains(&first), "a part at once, not {first}");
        assert_eq!(forget(store, until(late)).await, 2_501 - first);
        assert_eq!(all(store).await, ["young"]);
    })
    .await;
}

/// By rows: the latest stay.
#[tokio::test]
async fn events_that_are_too_many_are_forgotten() {
    on_each_backend(async |store| {
        let store = &*store;
        let events = (0..3_000).map(|number| act(&number.to_string(), 0));
        store.append_events(events.collect()).await.unwrap();
        let capped = |most_rows| Retention {
            most_rows,
            ..FOR_EVER
        };
        assert_eq!(forget(store, capped(10_000)).await, 0);
        assert_eq!(forget(store, capped(10)).await, 2_991);
        let left: Vec<String> = (2_991..3_000).map(|number| number.to_string()).collect();
        assert_eq!(all(store).await, left);
    })
    .await;
}

/// Whoever can cause failures can't push out what happened.
#[tokio::test]
async fn a_flood_of_counted_failures_pushes_out_failures_alone() {
    on_each_backend(async |store| {
        let store = &*store;
        store.append_events(vec![act("deed", 0)]).await.unwrap();
        let flood = (0..5_000).map(|number| failures(&number.to_string(), 1));
        store.append_events(flood.collect()).await.unwrap();
        let capped = Retention {
            most_rows: 100,
            ..FOR_EVER
        };
        assert_eq!(forget(store, capped).await, 4_990);
        let left = all(store).await;
        assert_eq!(left.len(), 11);
        assert_eq!((left[0].as_str(), left[1].as_str()), ("deed", "4990"));
    })
    .await;
}

/// A follower's number stays good when all that it had read was forgotten.
#[tokio::test]
async fn numbers_of_forgotten_events_are_not_given_again() {
    on_each_backend(async |store| {
        let store = &*store;
        store
            .append_events(vec![act("a", 0), failures("b", 0), act("c", 0)])
            .await
            .unwrap();
        let everything = Retention {
            since: at(1),
            most_rows: u64::MAX,
        };
        assert_eq!(forget(store, everything).await, 3);
        assert!(all(store).await.is_empty());
        store.append_events(vec![act("d", 2)]).await.unwrap();
        let events = store.events_after(3, 9).await.unwrap();
        assert_eq!(events.iter().map(word).collect::<Vec<_>>(), ["d"]);
        assert_eq!(events[0].number, 4);
    })
    .await;
}

/// An event of whatever act wakes who follows the log, after its commit.
#[tokio::test]
async fn a_commit_is_told_after_it_can_be_read() {
    on_each_backend(async |store| {
        let mut commits = store.commits();
        commits.mark_unchanged();
        signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        soon(commits.changed()).await.unwrap();
        assert_eq!(all(&*store).await, ["signed_in"]);
    })
    .await;
}

/// Numbers go on where they were before the restart.
#[tokio::test]
async fn the_log_is_the_same_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    store
        .append_events(vec![act("a", 0), failures("b", 0)])
        .await
        .unwrap();
    drop(store);
    let store = open(&place(folder.path())).unwrap();
    store.append_events(vec![act("c", 0)]).await.unwrap();
    assert_eq!(all(&*store).await, ["a", "b", "c"]);
    let last = store.events_before(u64::MAX, 1).await.unwrap();
    assert_eq!(last[0].number, 3);
}

/// Rows of the earlier key (moment, number) are taken over, in their order, and once.
#[tokio::test]
async fn a_log_that_was_kept_by_moment_is_taken_over() {
    const EARLIER: TableDefinition<(i64, u64), &[u8]> = TableDefinition::new("audit");
    let folder = tempfile::tempdir().unwrap();
    drop(open(&place(folder.path())).unwrap());
    {
        let database = Database::open(path(folder.path())).unwrap();
        let transaction = database.begin_write().unwrap();
        for table in ["events", "failures"] {
            let table: TableDefinition<u64, &[u8]> = TableDefinition::new(table);
            assert!(transaction.delete_table(table).unwrap());
        }
        {
            let mut table = transaction.open_table(EARLIER).unwrap();
            for (moment, number, name) in [(20, 0, "three"), (10, 1, "two"), (10, 0, "one")] {
                let mut row = vec![1];
                serde_json::to_writer(&mut row, &act(name, 0)).unwrap();
                table.insert((moment, number), row.as_slice()).unwrap();
            }
            assert!(table.get((10, 1)).unwrap().is_some());
        }
        transaction.commit().unwrap();
    }
    // By who only wants to read, too.
    let audit = open_audit(&place(folder.path())).unwrap().unwrap();
    let read = audit.events_after(0, 9).await.unwrap();
    let expected = ["one", "two", "three"];
    assert_eq!(read.iter().map(word).collect::<Vec<_>>(), expected);
    drop(audit);
    for _ in 0..2 {
        let store = open(&place(folder.path())).unwrap();
        assert_eq!(all(&*store).await, expected);
    }
}

/// An event that can't be read (of a later version, after a downgrade) hides no other.
#[tokio::test]
async fn an_event_that_cannot_be_read_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    let events = (1..=5).map(|number| act(&number.to_string(), 0)).collect();
    store.append_events(events).await.unwrap();
    drop(store);
    {
        let database = Database::open(path(folder.path())).unwrap();
        let transaction = database.begin_write().unwrap();
        {
            let events: TableDefinition<u64, &[u8]> = TableDefinition::new("events");
            let mut events = transaction.open_table(events).unwrap();
            let later = b"\x01{\"at\":0,\"correlation\":\"\",\"kind\":{\"event\":\"later\"}}";
            events.insert(2, later.as_slice()).unwrap();
            events.insert(3, b"\x07".as_slice()).unwrap();
        }
        transaction.commit().unwrap();
    }
    let store = open(&place(folder.path())).unwrap();
    assert_eq!(all(&*store).await, ["1", "4", "5"]);
    let page = store.events_after(1, 1).await.unwrap();
    assert_eq!(page[0].number, 4);
    let page = store.events_before(4, 2).await.unwrap();
    assert_eq!(page.iter().map(word).collect::<Vec<_>>(), ["1"]);
    // Its age is known where its moment is; what has none goes with the cap.
    let by_age = Retention {
        since: at(0),
        most_rows: u64::MAX,
    };
    assert_eq!(forget(&*store, by_age).await, 0, "the first one is young");
    let capped = Retention {
        most_rows: 2,
        ..FOR_EVER
    };
    assert_eq!(forget(&*store, capped).await, 3);
    assert_eq!(all(&*store).await, ["4", "5"]);
}

/// While a server has the file it is left alone; afterwards it can be read, by several.
#[tokio::test]
async fn the_log_of_a_file_is_read_while_no_server_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    let refused = |outcome: Result<_, StoreError>| outcome.map(drop).unwrap_err();
    let missing = refused(open_audit(&place));
    assert!(matches!(missing, StoreError::CannotOpen { .. }));
    assert!(!path(folder.path()).exists(), "nothing is made");
    let store = open(&place).unwrap();
    signed_in(&*store, sign_in("zhang", "c1", 0)).await;
    assert!(matches!(refused(open_audit(&place)), StoreError::Locked(_)));
    assert_eq!(told(&*store).await, ["first"]);
    drop(store);
    let one = open_audit(&place).unwrap().unwrap();
    let two = open_audit(&place).unwrap().unwrap();
    for audit in [one, two] {
        let events = audit.events_after(0, 9).await.unwrap();
        assert_eq!(events.iter().map(word).collect::<Vec<_>>(), ["signed_in"]);
        assert_eq!(audit.latest_events(9).await.unwrap().len(), 1);
        assert_eq!(audit.events_before(9, 9).await.unwrap().len(), 1);
    }
}
