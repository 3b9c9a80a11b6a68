//! What is known outlives the process, and costs no write per request.

use std::path::Path;
use std::sync::Arc;

use dingpass::domain::readiness::ClientReadiness;
use dingpass::protocol::key_adoption::Standing;
use dingpass::store::{self, Location, Store};

use super::{
    BackEnd, OTHER, PUBLIC, UNPUBLISHED, house, is_unknown, known, plan, standing, standing_for,
};
use crate::support::{CLIENT, House};

fn open(folder: &Path) -> Arc<dyn Store> {
    let location = Location::File {
        path: folder.join("dingpass.redb"),
        cache: 1024 * 1024,
    };
    store::open(&location).unwrap()
}

async fn started(folder: &Path) -> House {
    let house = plan().store(open(folder)).start().await;
    house.app.keep_readiness().await;
    house
}

async fn kept(house: &House) -> Vec<ClientReadiness> {
    house.store.load_readiness().await.unwrap()
}

/// The store closed and opened again: each client is as it was.
#[tokio::test]
async fn what_is_known_is_known_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let before = started(folder.path()).await;
    let app = BackEnd::new("gitea/1.24");
    app.authenticates(&before).await;
    app.fetch(&before).await;
    app.get(&before, "/jwks/spa").await;
    let token = before.rp().await.sign_in(&mut before.browser(), &[]).await;
    let url = before.url(&format!("/logout?id_token_hint={}", token.id_token));
    before.browser().get(&url).await;
    before.app.keep_readiness().await;
    let all: Vec<_> = [CLIENT, OTHER, PUBLIC]
        .map(|client| known(&before, client))
        .into();
    let custody = Arc::clone(&before.custody);
    let copy = folder.path().join("dingpass.redb");
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::copy(copy, elsewhere.path().join("dingpass.redb")).unwrap();

    let store = open(elsewhere.path());
    let after = plan().store(store).custody(custody).start().await;
    is_unknown(&after, CLIENT);
    after.app.keep_readiness().await;
    let again: Vec<_> = [CLIENT, OTHER, PUBLIC]
        .map(|client| known(&after, client))
        .into();
    assert_eq!(again, all);
    assert!(again[0].hint_kid.is_some() && again[0].authenticated_at.is_some());
    assert_eq!(standing(&after, CLIENT), Standing::Ready);
    // By the alias alone nobody is stale.
    assert_eq!(standing(&after, PUBLIC), Standing::Ready);
    assert_eq!(standing_for(&after, PUBLIC, UNPUBLISHED), Standing::Unknown);
    is_unknown(&after, OTHER);
}

/// What came in before the earlier process's knowledge could be read counts for more, and is
/// not written over it.
#[tokio::test]
async fn what_happened_since_the_start_counts_for_more() {
    let house = house().await;
    let mut earlier = ClientReadiness::unknown(known(&house, CLIENT).client);
    earlier.fetched_at = Some(1);
    earlier.kids = vec!["long-gone".to_owned()];
    earlier.seen = Some(dingpass::domain::readiness::FetchSeen::Alias);
    earlier.hint_kid = Some("long-gone".to_owned());
    earlier.hint_at = Some(1);
    house.store.record_readiness(vec![earlier]).await.unwrap();
    house.app.key_adoption().hinted(
        &known(&house, OTHER).client,
        "k",
        dingpass::clock::Timestamp::from_seconds(5),
    );
    BackEnd::new("a").get(&house, "/jwks/demo").await;
    assert!(
        house.app.key_adoption().changed().is_empty(),
        "nothing is told before the recall"
    );
    house.app.keep_readiness().await;
    let known = known(&house, CLIENT);
    assert_eq!(known.kids, super::kids(&house).to_vec());
    assert_eq!(known.hint_kid.as_deref(), Some("long-gone"));
    let kept = kept(&house).await;
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(kept[0], known);
}

/// A place that turns out to be shared makes doubtful what an earlier process learned by a
/// place, too: that may be the same one.
#[tokio::test]
async fn a_shared_place_takes_back_what_an_earlier_process_learned_by_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let before = started(folder.path()).await;
    let shared = BackEnd::new("Go-http-client/1.1");
    shared.authenticates(&before).await;
    shared.fetch(&before).await;
    before.app.keep_readiness().await;
    let rows = kept(&before).await;

    let after = house().await;
    after.store.record_readiness(rows).await.unwrap();
    after.app.keep_readiness().await;
    assert_eq!(
        known(&after, CLIENT).fetched_at,
        known(&before, CLIENT).fetched_at
    );
    shared.authenticates(&after).await;
    shared.authenticates_as_other(&after).await;
    is_unknown(&after, CLIENT);
    after.app.keep_readiness().await;
    let row = &kept(&after).await[0];
    assert_eq!((row.client.as_str(), row.fetched_at), (CLIENT, None));
}

/// Any number of requests is one row a minute for each client that changed, and none where
/// nothing did.
#[tokio::test]
async fn only_what_changed_is_written_down() {
    let house = house().await;
    house.app.keep_readiness().await;
    let app = BackEnd::new("gitea/1.24");
    let adoption = house.app.key_adoption();
    for _ in 0..3 {
        app.authenticates(&house).await;
        app.fetch(&house).await;
    }
    BackEnd::new("a stranger").fetch(&house).await;
    let changed = adoption.changed();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0], known(&house, CLIENT));
    assert!(adoption.changed().is_empty());
    // An authentication within the hour changes nothing.
    for (seconds, expected) in [(3599, 0), (1, 1), (60, 0)] {
        house.clock.advance_seconds(seconds);
        app.authenticates(&house).await;
        assert_eq!(adoption.changed().len(), expected, "{seconds}");
    }
    // What could not be written down is told again.
    adoption.not_kept(&changed);
    assert_eq!(adoption.changed(), [known(&house, CLIENT)]);
}

/// A client that is not configured any more is nobody's, and does no harm.
#[tokio::test]
async fn a_row_of_a_client_that_is_gone_is_left_alone() {
    let house = house().await;
    let mut gone = ClientReadiness::unknown(dingpass::domain::id::ClientId::new("gone"));
    (gone.hint_kid, gone.hint_at) = (Some("k".to_owned()), Some(1));
    house
        .store
        .record_readiness(vec![gone.clone()])
        .await
        .unwrap();
    house.app.keep_readiness().await;
    assert_eq!(known(&house, "gone").hint_kid, None);
    assert_eq!(kept(&house).await, [gone]);
}
