//! A key that leaked: it is not published and not believed, and what it signed ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use dingpass::clock::Timestamp;
use dingpass::operator::keys::{KeyQuestion, KeyRequest, RefusalCause};
use dingpass::store::{EndSignedBy, EndedBatch, SignedBy, SignedCount, Store, StoreError};

use super::telling::{clients_of, office_with};
use super::{Bureau, ES256, SEAL, kid_of, revoke, word};
use crate::support::{House, SignedIn};

const REFRESHING: &str = r#"grant_types = ["authorization_code", "refresh_token"]"#;

async fn refreshing() -> Bureau {
    let plan = House::plan().client(REFRESHING).more(super::WIKI);
    Bureau::of(plan, super::settings()).await
}

async fn sign_in(bureau: &Bureau) -> (crate::support::Browser, SignedIn) {
    let mut browser = bureau.house.browser();
    let signed_in = bureau.house.rp().await.sign_in(&mut browser, &[]).await;
    (browser, signed_in)
}

async fn userinfo(bureau: &Bureau, token: &str) -> u16 {
    let url = bureau.house.url("/userinfo");
    let request = crate::support::http().get(url).bearer_auth(token);
    request.send().await.unwrap().status().as_u16()
}

/// Issue: publishes its absence, ends what it signed, and says what.
#[tokio::test]
async fn a_revoked_key_is_gone_and_what_it_signed_ends() {
    let bureau = refreshing().await;
    let (mut browser, signed_in) = sign_in(&bureau).await;
    let kid = kid_of(&signed_in.id_token);
    assert_eq!(
        bureau.cause(revoke(&kid)).await,
        RefusalCause::NeedsConfirmation
    );
    assert_eq!(userinfo(&bureau, &signed_in.access_token).await, 200);
    let (planned, done) = bureau.confirmed(revoke(&kid)).await;
    let loss = &planned.consequences[0];
    assert!(planned.breaks && loss.disowned && loss.ends);
    assert_eq!(
        (loss.id_tokens, loss.grants, loss.families, loss.sessions),
        (1, 1, 1, 1)
    );
    assert!(
        planned
            .notes
            .iter()
            .any(|note| note.contains("no next key"))
    );
    let ended = done.ended.unwrap();
    assert!(ended.complete);
    assert_eq!((ended.grants, ended.sessions), (1, 1));
    assert!(!bureau.published().contains(&kid));
    assert_eq!(bureau.published().len(), 2, "one of each algorithm signs");
    assert_eq!(word(&bureau.key(&kid).await.state), "revoked");
    assert_eq!(userinfo(&bureau, &signed_in.access_token).await, 401);
    let refresh = signed_in.refresh_token.clone().unwrap();
    assert!(bureau.house.rp().await.refresh(&refresh).await.is_err());
    // The person signs in anew, by another key.
    let rp = bureau.house.rp().await;
    let again = rp.sign_in(&mut browser, &[]).await;
    assert_ne!(kid_of(&again.id_token), kid);
    assert_ne!(again.payload()["sid"], signed_in.payload()["sid"]);
    let told = bureau.told().await;
    assert!(
        told.contains(&(
            kid.clone(),
            Some("retired".to_owned()),
            "revoked".to_owned(),
            "operator".to_owned()
        )) || told.contains(&(
            kid.clone(),
            Some("active".to_owned()),
            "revoked".to_owned(),
            "operator".to_owned()
        )),
        "{told:?}"
    );
    let events = bureau.events().await;
    let names: Vec<&str> = events
        .iter()
        .map(|it| it["event"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"signed_by_ended") && names.contains(&"session_ended"));
    let file = bureau.key(&kid).await.file;
    assert_eq!(file, None, "and its private half is removed");
}

/// A next key takes over where there is one, in the same act.
#[tokio::test]
async fn the_next_key_takes_the_place_of_a_revoked_one() {
    let bureau = Bureau::start().await;
    let next = bureau.generate(ES256).await;
    let kid = bureau.active(ES256).await;
    let (planned, _) = bureau.confirmed(revoke(&kid)).await;
    assert_eq!(planned.consequences[0].successor.as_ref(), Some(&next));
    assert_eq!(bureau.active(ES256).await, next);
}

/// `--keep-sessions`: sign-ins go on; the key does not.
#[tokio::test]
async fn sign_ins_can_be_left_alone() {
    let bureau = refreshing().await;
    let (_, signed_in) = sign_in(&bureau).await;
    let kid = kid_of(&signed_in.id_token);
    let ask = KeyQuestion::Revoke {
        kid: kid.clone(),
        keep_sessions: true,
    };
    let (planned, done) = bureau.confirmed(ask).await;
    assert!(planned.breaks && !planned.consequences[0].ends);
    assert_eq!(done.ended, None);
    assert!(!bureau.key(&kid).await.to_end);
    bureau.serve(2).await;
    assert_eq!(userinfo(&bureau, &signed_in.access_token).await, 200);
    let refresh = signed_in.refresh_token.unwrap();
    let refreshed = bureau.house.rp().await.refresh(&refresh).await.unwrap();
    assert!(!bureau.published().contains(&kid));
    assert!(!refreshed.access_token.is_empty());
}

/// A key that never signed has nothing to end, and breaks nothing.
#[tokio::test]
async fn a_next_key_is_revoked_without_a_question() {
    let bureau = Bureau::start().await;
    let next = bureau.generate(ES256).await;
    let done = bureau.done(revoke(&next)).await;
    assert_eq!(done.ended, None);
    assert!(!bureau.published().contains(&next));
    assert_eq!(bureau.cause(revoke(&next)).await, RefusalCause::NothingToDo);
}

/// What a revoked sealing key sealed is void: nobody can be believed who brings it.
#[tokio::test]
async fn what_a_revoked_sealing_key_sealed_is_void() {
    let bureau = Bureau::start().await;
    let (_, signed_in) = sign_in(&bureau).await;
    let kid = bureau.active(SEAL).await;
    let (planned, done) = bureau.confirmed(revoke(&kid)).await;
    assert!(
        planned
            .notes
            .iter()
            .any(|note| note.contains("access tokens"))
    );
    assert_eq!(done.ended, None);
    assert_eq!(userinfo(&bureau, &signed_in.access_token).await, 401);
}

/// A request that had the key in its hands may write its grant afterwards: the end is made
/// once more when no such request can be left.
#[tokio::test]
async fn the_end_is_made_once_more_when_no_request_can_be_left() {
    let bureau = Bureau::start().await;
    let (_, signed_in) = sign_in(&bureau).await;
    let kid = kid_of(&signed_in.id_token);
    bureau.confirmed(revoke(&kid)).await;
    assert!(bureau.key(&kid).await.to_end);
    let again = bureau.house.app.look_after_keys().await;
    assert!(again <= std::time::Duration::from_secs(30));
    assert!(bureau.key(&kid).await.to_end);
    bureau.house.clock.advance_seconds(31);
    bureau.house.app.look_after_keys().await;
    assert!(!bureau.key(&kid).await.to_end);
}

/// A store that fails so many times.
struct Failing {
    store: Arc<dyn Store>,
    left: AtomicUsize,
}

#[async_trait]
impl SignedBy for Failing {
    async fn count_signed_by(
        &self,
        kid: &str,
        alive_since: Timestamp,
    ) -> Result<SignedCount, StoreError> {
        self.store.count_signed_by(kid, alive_since).await
    }

    async fn end_signed_by(&self, act: EndSignedBy) -> Result<EndedBatch, StoreError> {
        let fails = |left: usize| left.checked_sub(1);
        if self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails)
            .is_ok()
        {
            return Err(StoreError::Failed("no space left on device".to_owned()));
        }
        self.store.end_signed_by(act).await
    }
}

/// The key is gone at once, whatever the store does; the end is told as open, and made later.
#[tokio::test]
async fn a_store_that_fails_delays_the_end_and_not_the_revocation() {
    let bureau = refreshing().await;
    let (_, signed_in) = sign_in(&bureau).await;
    let kid = kid_of(&signed_in.id_token);
    let failing = Arc::new(Failing {
        store: Arc::clone(&bureau.house.store),
        left: AtomicUsize::new(1),
    });
    let audit = Arc::clone(&bureau.house.store) as _;
    let office = office_with(&bureau.house, failing, audit, clients_of(&bureau.house));
    let generation = bureau.list().await.folder.generation;
    let request = KeyRequest::new(revoke(&kid)).expecting(generation);
    let done = super::done(office.ask(request, None).await);
    assert!(!done.ended.unwrap().complete);
    assert!(!bureau.published().contains(&kid));
    assert_eq!(userinfo(&bureau, &signed_in.access_token).await, 200);
    office.look_after().await;
    assert_eq!(userinfo(&bureau, &signed_in.access_token).await, 401);
    assert!(bureau.key(&kid).await.to_end, "once more, later");
}

/// Issue: notifies by back-channel logout where asked: the deliveries are there with the end.
#[tokio::test]
async fn applications_are_told_that_sessions_ended() {
    let plan = House::plan()
        .client("backchannel_logout_uri = \"http://127.0.0.1:9/logout\"")
        .more(super::WIKI);
    let bureau = Bureau::of(plan, super::settings()).await;
    let (_, signed_in) = sign_in(&bureau).await;
    bureau.confirmed(revoke(&kid_of(&signed_in.id_token))).await;
    let client = dingpass::domain::id::ClientId::new(crate::support::CLIENT);
    let deliveries = bureau.house.store.deliveries_of(&client, 10).await.unwrap();
    assert_eq!(deliveries.len(), 1);
    let asked = bureau.house.store.deliveries_asked_for();
    // Who delivers is woken.
    crate::support::soon(asked).await;
}
