//! What clients are known to have of our keys: kept over restarts, and bounded.

use dingpass::domain::id::ClientId;
use dingpass::domain::readiness::{ClientReadiness, FetchSeen};
use dingpass::store::{MOST_READINESS, open};

use super::{on_each_backend, path, place};

fn readiness(client: &str, fetched_at: Option<i64>, kids: &[&str]) -> ClientReadiness {
    ClientReadiness {
        client: ClientId::new(client),
        fetched_at,
        kids: kids.iter().map(|kid| (*kid).to_owned()).collect(),
        seen: fetched_at.map(|_| FetchSeen::Address),
        hint_kid: None,
        hint_at: None,
        authenticated_at: None,
    }
}

/// Each record is a client's as a whole; what is not among the changed stays.
#[tokio::test]
async fn what_changed_replaces_what_was_known_of_that_client_alone() {
    on_each_backend(async |store| {
        assert!(store.load_readiness().await.unwrap().is_empty());
        let one = readiness("one", Some(5), &["k1"]);
        let mut two = readiness("two", Some(6), &["k1", "k2"]);
        let both = vec![two.clone(), one.clone()];
        store.record_readiness(both.clone()).await.unwrap();
        assert_eq!(
            store.load_readiness().await.unwrap(),
            [one.clone(), two.clone()]
        );
        two.hint_kid = Some("k2".to_owned());
        two.hint_at = Some(9);
        two.seen = Some(FetchSeen::Alias);
        store.record_readiness(vec![two.clone()]).await.unwrap();
        assert_eq!(store.load_readiness().await.unwrap(), [one, two]);
    })
    .await;
}

/// A restart asks no client to fetch again.
#[tokio::test]
async fn it_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    let one = readiness("one", Some(5), &["k1"]);
    store.record_readiness(vec![one.clone()]).await.unwrap();
    drop(store);
    let store = open(&place(folder.path())).unwrap();
    assert_eq!(store.load_readiness().await.unwrap(), [one]);
}

/// Clients come and go for years: those of whom nothing was heard for longest make room.
#[tokio::test]
async fn no_more_clients_are_kept_than_the_bound_says() {
    let store = open(&dingpass::store::Location::Memory).unwrap();
    let name = |number: usize| format!("client-{number:06}");
    let moment = |number: usize| i64::try_from(number).unwrap();
    let all = (0..MOST_READINESS)
        .map(|number| readiness(&name(number), Some(moment(number)), &["k1"]))
        .collect();
    store.record_readiness(all).await.unwrap();
    // Never heard of, and heard of by a hint alone: the first is the first to go.
    let mut hinted = readiness(&name(0), None, &[]);
    hinted.hint_at = Some(moment(MOST_READINESS));
    let unheard = readiness("unheard", None, &[]);
    store
        .record_readiness(vec![hinted.clone(), unheard])
        .await
        .unwrap();
    let kept = store.load_readiness().await.unwrap();
    assert_eq!(kept.len(), MOST_READINESS);
    assert_eq!(kept[0], hinted);
    assert!(kept.iter().all(|it| it.client.as_str() != "unheard"));
    let one_more = readiness("one-more", Some(moment(MOST_READINESS)), &["k1"]);
    store.record_readiness(vec![one_more]).await.unwrap();
    let kept = store.load_readiness().await.unwrap();
    assert_eq!(kept.len(), MOST_READINESS);
    assert!(kept.iter().all(|it| it.client.as_str() != name(1)));
}

/// A row that can't be read hides no other: its client is learned anew.
#[tokio::test]
async fn a_row_that_can_t_be_read_is_passed_over() {
    const READINESS: redb::TableDefinition<'_, &str, &[u8]> =
        redb::TableDefinition::new("readiness");
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    let both = ["one", "two"].map(|client| readiness(client, Some(5), &["k1"]));
    store.record_readiness(both.to_vec()).await.unwrap();
    drop(store);
    let database = redb::Database::open(path(folder.path())).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction
        .open_table(READINESS)
        .unwrap()
        .insert("one", b"\x01{".as_slice())
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    let store = open(&place(folder.path())).unwrap();
    let [_, two] = both;
    assert_eq!(store.load_readiness().await.unwrap(), [two]);
}
