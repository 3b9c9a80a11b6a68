//! `end_signed_by`, batch by batch: bounded acts, a process that ends between them, a disk that
//! fails in the middle, and what earlier versions left.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use dingpass::domain::event::EventKind;
use dingpass::domain::grant::Bond;
use dingpass::domain::id::GrantId;
use dingpass::store::{EndedBatch, SignedCount, SignedCursor, Store, StoreError, open};
use redb::{Database, ReadableTable as _, ReadableTableMetadata as _, TableDefinition};
use tokio::task::JoinSet;

use super::acts::at;
use super::signed::{
    Plan, count, end_all, ending, is_ended, is_revoked, plan, session_of, to_be_told,
};
use super::{path, place};

const GRANTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("grants");
const SESSION_KEYS: TableDefinition<'_, (&str, &str, &str, &str), ()> =
    TableDefinition::new("session_keys");

/// Most that one act may end: more would hold up sign-ins.
const MOST: u64 = 200;

/// Sessions with so many grants each, of two keys by turns: one of them for the whole session.
async fn fill(store: &Arc<dyn Store>, sessions: usize, grants: usize) {
    let mut under_way = JoinSet::new();
    for number in 0..sessions {
        let store = Arc::clone(store);
        under_way.spawn(async move {
            let session = session_of(&*store, &format!("p{number}")).await;
            let kid = if number % 2 == 0 { "k1" } else { "k2" };
            for grant in 0..grants {
                let name = format!("g{number}-{grant}");
                let client = format!("client-{grant}");
                let plan: Plan = plan(&name, kid).of_client(&client);
                let plan = match grant % 3 {
                    0 => plan,
                    1 => plan.refreshed(Bond::Session),
                    _ => plan.refreshed(Bond::Offline),
                };
                plan.make(&*store, &session).await;
            }
        });
        if under_way.len() == 64 {
            under_way.join_next().await.unwrap().unwrap();
        }
    }
    while let Some(filled) = under_way.join_next().await {
        filled.unwrap();
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("client-{number}"))
        .collect()
}

/// Ten thousand grants of two keys: no act ends more than its bound, a process may end between
/// any two, what was counted is what ended, and each client that took part is told once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_grants_end_batch_by_batch_over_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&place(folder.path())).unwrap();
    fill(&store, 1_000, 10).await;
    let counted = count(&*store, "k1").await;
    assert_eq!(
        (counted.id_tokens, counted.grants, counted.families),
        (5_000, 5_000, 3_000)
    );
    assert_eq!(counted.sessions, 500);
    let clients = counted.clients.iter();
    assert!(clients.clone().all(|(_, sign_ins)| *sign_ins == 500));
    assert_eq!(clients.count(), 10);
    let others = count(&*store, "k2").await;

    let clients = names(10);
    let clients: Vec<&str> = clients.iter().map(String::as_str).collect();
    let mut all = EndedBatch::default();
    let mut from = SignedCursor::default();
    for batch in 0.. {
        let mut act = ending("k1", &clients, 10);
        act.from = from;
        let ended = store.end_signed_by(act).await.unwrap();
        assert!(ended.grants + ended.sessions <= MOST, "{ended:?}");
        all.grants += ended.grants;
        all.sessions += ended.sessions;
        match ended.next {
            Some(next) => from = next,
            None => break,
        }
        // A process that ends, now and then with all that it knew of where it was.
        if batch % 7 == 3 {
            drop(store);
            store = open(&place(folder.path())).unwrap();
            from = SignedCursor::default();
        }
    }
    assert_eq!((all.grants, all.sessions), (5_000, 500));
    assert_eq!(count(&*store, "k1").await, SignedCount::default());
    assert_eq!(count(&*store, "k2").await, others);

    let told = to_be_told(&*store).await;
    assert_eq!(told.len(), 5_000);
    let sid = |number: usize| format!("sid-of-p{number}");
    assert!(
        told.iter()
            .all(|(_, of)| (0..1_000).step_by(2).any(|it| sid(it) == *of))
    );
    let (mut grants, mut sessions, mut each) = (0, 0, BTreeSet::new());
    for event in store.latest_events(100_000).await.unwrap() {
        match event.kind {
            EventKind::SignedByEnded {
                grants: some,
                sessions: others,
                ..
            } => {
                grants += some;
                sessions += others;
            }
            EventKind::SessionEnded { sid, .. } => assert!(each.insert(sid), "told twice"),
            _ => {}
        }
    }
    assert_eq!((grants, sessions, each.len()), (5_000, 500, 500));
}

/// A disk that is full in the middle of it: the act that could not be written is an error,
/// nothing of it is kept, what was written stays, and it goes on when there is room again.
#[test]
fn a_disk_that_is_full_in_the_middle_loses_nothing() {
    const FOLDER: &str = "STORE_WITH_A_DISK_TO_FILL";
    #[expect(
        clippy::disallowed_methods,
        reason = "the limit is one of a whole process, so that this test runs itself as one"
    )]
    let folder = std::env::var(FOLDER);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Ok(folder) = folder {
        return runtime.block_on(with_a_disk_to_fill(Path::new(&folder)));
    }
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("sh")
        .args(["-c", r#"trap '' XFSZ; exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("store::signed_batches::a_disk_that_is_full_in_the_middle_loses_nothing")
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{wrong}");
    assert!(said.contains("1 passed"), "{said}");
    // What the other process wrote is there for this one.
    runtime.block_on(async {
        let store = open(&place(folder.path())).unwrap();
        assert_eq!(count(&*store, "k1").await, SignedCount::default());
        assert_eq!(to_be_told(&*store).await.len(), 300 * 2);
    });
}

async fn with_a_disk_to_fill(folder: &Path) {
    let store = open(&place(folder)).unwrap();
    fill(&store, 600, 2).await;
    let act = ending("k1", &["client-0", "client-1"], 10);
    let first = store.end_signed_by(act.clone()).await.unwrap();
    assert_eq!(first.grants, MOST);
    limit_files("1");
    let mut next = act.clone();
    next.from = first.next.clone().unwrap();
    let error = store.end_signed_by(next).await.unwrap_err();
    assert!(matches!(error, StoreError::Failed(_)), "{error:?}");
    limit_files("unlimited");
    assert_eq!(count(&*store, "k1").await.grants, 600 - MOST);
    // From the beginning, as whoever did not keep the place.
    let rest = end_all(&*store, act).await;
    assert_eq!((rest.grants, rest.sessions), (600 - MOST, 300));
}

fn limit_files(soft: &str) {
    let limited = Command::new("prlimit")
        .args(["--pid", &std::process::id().to_string()])
        .arg(format!("--fsize={soft}:unlimited"))
        .status()
        .unwrap();
    assert!(limited.success());
}

/// An earlier version noted no keys beside sessions: they are found by their grants, and what
/// is counted is still what ends.
#[tokio::test]
async fn a_session_that_an_earlier_version_made_is_found_by_its_grants() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    for person in ["a", "b"] {
        let session = session_of(&*store, person).await;
        let grant = format!("g{person}");
        plan(&grant, "k1")
            .refreshed(Bond::Session)
            .make(&*store, &session)
            .await;
        // Two grants of one session are one session.
        plan(&format!("{grant}-2"), "k1")
            .make(&*store, &session)
            .await;
    }
    drop(store);
    // The file as that version would have left it.
    let database = Database::open(path(folder.path())).unwrap();
    let transaction = database.begin_write().unwrap();
    assert!(transaction.delete_table(SESSION_KEYS).unwrap());
    let readiness: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("readiness");
    assert!(transaction.delete_table(readiness).unwrap());
    transaction.commit().unwrap();
    drop(database);
    let store = open(&place(folder.path())).unwrap();
    // Noted since, by another client of the first session: still one session.
    let other = plan("other", "k1").of_client("other").at(3);
    other
        .make(&*store, &session_again(&*store, "a").await)
        .await;
    let counted = count(&*store, "k1").await;
    assert_eq!((counted.grants, counted.sessions), (5, 2));
    let ended = end_all(&*store, ending("k1", &["demo", "other"], 10)).await;
    assert_eq!((ended.grants, ended.sessions), (5, 2));
    assert!(is_ended(&*store, "a").await && is_ended(&*store, "b").await);
    assert_eq!(to_be_told(&*store).await.len(), 3);
}

/// The session behind a cookie.
async fn session_again(store: &dyn Store, cookie: &str) -> dingpass::domain::session::Session {
    let cookie = dingpass::domain::secret::Digest::of(cookie);
    store.find_session(&cookie).await.unwrap().unwrap().0
}

/// A row that can't be read is good for nobody; it keeps nothing else from being ended.
#[tokio::test]
async fn a_grant_that_can_t_be_read_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    for person in ["a", "b", "c"] {
        let session = session_of(&*store, person).await;
        plan(&format!("g{person}"), "k1")
            .make(&*store, &session)
            .await;
    }
    drop(store);
    let database = Database::open(path(folder.path())).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut grants = transaction.open_table(GRANTS).unwrap();
        let row = grants.get("gb").unwrap().unwrap().value().to_vec();
        let half = &row[..row.len() / 2];
        grants.insert("gb", half).unwrap();
    }
    transaction.commit().unwrap();
    drop(database);
    let store = open(&place(folder.path())).unwrap();
    assert_eq!(count(&*store, "k1").await.grants, 2);
    let ended = end_all(&*store, ending("k1", &["demo"], 10)).await;
    // Its session is known by the key.
    assert_eq!((ended.grants, ended.sessions), (2, 3));
    assert!(store.find_grant(&GrantId::new("gb")).await.is_err());
}

/// What is noted of keys goes with the session.
#[tokio::test]
async fn no_note_of_a_key_outlives_its_session() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    let a = session_of(&*store, "a").await;
    plan("one", "k1").make(&*store, &a).await;
    plan("two", "k2").of_client("other").make(&*store, &a).await;
    let offline = plan("three", "k1").refreshed(Bond::Offline);
    offline.make(&*store, &a).await;
    let mut short = super::acts::sign_in("b", "b", 0);
    short.keep_until = at(50);
    let (b, _) = super::acts::signed_in(&*store, short).await;
    let later = plan("four", "k1").refreshed(Bond::Offline);
    later.make(&*store, &b).await;
    while store.sweep(at(60)).await.unwrap() > 0 {}
    // A refresh after the session's row is gone notes nothing that nobody would remove.
    assert_eq!(
        super::signed::refresh(&*store, &b, &later, "k3").await,
        "fresh"
    );
    assert_eq!(is_revoked(&*store, "four").await, Some(false));
    drop(store);
    let rows = || {
        let database = Database::open(path(folder.path())).unwrap();
        let transaction = redb::ReadableDatabase::begin_read(&database).unwrap();
        transaction.open_table(SESSION_KEYS).unwrap().len().unwrap()
    };
    assert_eq!(
        rows(),
        2,
        "one for each client and key of the first session"
    );
    let store = open(&place(folder.path())).unwrap();
    while store.sweep(at(100_000)).await.unwrap() > 0 {}
    drop(store);
    assert_eq!(rows(), 0);
}
