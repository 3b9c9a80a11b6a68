//! Every change of a key's state reaches the audit log, at least once, whatever fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dingpass::clock::{Clock as _, SystemClock};
use dingpass::domain::client::Clients;
use dingpass::domain::event::AuditEvent;
use dingpass::domain::issuer::Issuer;
use dingpass::domain::readiness::OnUnready;
use dingpass::domain::revoked_key::RevokedKey;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::{Custody, Remembered};
use dingpass::operator::keys::{KeyOffice, KeyQuestion, KeyRequest, Knowledge, Parts};
use dingpass::store::{AuditKeeping, Retention, SignedBy, Store, StoreError};
use tokio::sync::{Notify, watch};

use super::{Bureau, ES256, done, rotate, settings};
use crate::support::House;

/// A log that takes nothing until it hears.
pub(super) struct Deaf {
    store: Arc<dyn Store>,
    is_deaf: AtomicBool,
}

impl Deaf {
    pub(super) fn of(house: &House) -> Self {
        Self {
            store: Arc::clone(&house.store),
            is_deaf: AtomicBool::new(true),
        }
    }

    pub(super) fn hear(&self) {
        self.is_deaf.store(false, Ordering::SeqCst);
    }
}

#[async_trait]
impl AuditKeeping for Deaf {
    async fn append_events(&self, events: Vec<AuditEvent>) -> Result<(), StoreError> {
        if self.is_deaf.load(Ordering::SeqCst) {
            return Err(StoreError::Failed("no space left on device".to_owned()));
        }
        self.store.append_events(events).await
    }

    async fn tell_of_keys(
        &self,
        events: Vec<AuditEvent>,
        revoked: Vec<RevokedKey>,
    ) -> Result<(), StoreError> {
        if self.is_deaf.load(Ordering::SeqCst) {
            return Err(StoreError::Failed("no space left on device".to_owned()));
        }
        self.store.tell_of_keys(events, revoked).await
    }

    async fn forget_events(&self, retention: Retention) -> Result<usize, StoreError> {
        self.store.forget_events(retention).await
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.store.commits()
    }
}

/// An office over the same keys and store.
pub(super) fn office_with(
    house: &House,
    signed_by: Arc<dyn SignedBy>,
    audit: Arc<dyn AuditKeeping>,
    clients: Arc<Clients>,
) -> KeyOffice {
    KeyOffice::new(Parts {
        custody: Arc::clone(&house.custody),
        clients,
        knowledge: Knowledge::Running(house.app.key_adoption()),
        signed_by,
        audit,
        clock: house.clock.clone(),
        entropy: Arc::new(SystemEntropy),
        issuer: Issuer::parse(&house.issuer).unwrap(),
        on_unready: OnUnready::Warn,
    })
}

/// Of no client; what is done to keys needs none.
pub(super) fn clients_of(_house: &House) -> Arc<Clients> {
    Arc::default()
}

pub(super) fn office_of(house: &House, audit: Arc<Deaf>) -> KeyOffice {
    let signed_by = Arc::clone(&house.store) as _;
    office_with(house, signed_by, audit, clients_of(house))
}

fn generate() -> KeyRequest {
    KeyRequest::new(KeyQuestion::Generate { algorithm: ES256 })
}

/// Issue, 7: "by whom or by the schedule". Whoever asks for a takeover changes no key at that
/// moment, and has the schedule do it later, perhaps months before its time.
#[tokio::test]
async fn who_asks_for_a_takeover_is_told() {
    let bureau = Bureau::start().await;
    let asked = || async {
        let events = bureau.events().await.into_iter();
        let of_operator = |event: &serde_json::Value| event["event"] == "operator_acted";
        events.filter(of_operator).collect::<Vec<_>>()
    };
    let kid = bureau.generate(ES256).await;
    bureau.planned(rotate(ES256)).await;
    assert!(asked().await.is_empty(), "a dry run asks for nothing");
    bureau.done(rotate(ES256)).await;
    let told = asked().await.pop().unwrap();
    assert_eq!(told["act"], "takeover_asked");
    assert_eq!(told["algorithm"], "ES256");
    assert_eq!(told["uid"], bureau.uid());
    let other = bureau.generate(ES256).await;
    let promote = KeyQuestion::Promote {
        kid: other.clone(),
        now: false,
    };
    bureau.done(promote.clone()).await;
    let told = asked().await.pop().unwrap();
    assert_eq!(
        (&told["act"], &told["kid"]),
        (&"takeover_asked".into(), &other.into())
    );
    assert_ne!(told["kid"], kid);
    bureau.refused(promote).await;
    assert_eq!(asked().await.len(), 2, "what is refused was not asked for");
}

/// The act is done, and told when the log hears again; once.
#[tokio::test]
async fn what_could_not_be_told_is_told_later() {
    let bureau = Bureau::start().await;
    bureau.house.app.look_after_keys().await;
    let deaf = Arc::new(Deaf::of(&bureau.house));
    let office = office_of(&bureau.house, deaf.clone());
    let made = done(office.ask(generate(), Some(7)).await);
    assert!(!made.told);
    let kid = made.kid.unwrap();
    let count = |told: Vec<(String, Option<String>, String, String)>| {
        told.iter().filter(|it| it.0 == kid).count()
    };
    assert_eq!(count(bureau.told().await), 0);
    assert_eq!(bureau.list().await.folder.untold, 1);
    office.look_after().await;
    assert_eq!(count(bureau.told().await), 0);
    deaf.hear();
    office.look_after().await;
    assert_eq!(count(bureau.told().await), 1);
    office.look_after().await;
    bureau.house.app.look_after_keys().await;
    assert_eq!(count(bureau.told().await), 1);
    assert_eq!(bureau.list().await.folder.untold, 0);
}

/// A process that is killed between the change and the log tells at its next start.
#[tokio::test]
async fn what_a_killed_process_could_not_tell_is_told_after_its_restart() {
    let bureau = Bureau::start().await;
    bureau.house.app.look_after_keys().await;
    let office = office_of(&bureau.house, Arc::new(Deaf::of(&bureau.house)));
    let kid = done(office.ask(generate(), Some(7)).await).kid.unwrap();
    drop(office);
    let again = Custody::open(
        &bureau.keys(),
        settings(),
        Remembered::default(),
        Arc::new(SystemEntropy),
        SystemClock.now(),
    )
    .unwrap();
    let house = House::plan()
        .more(super::WIKI)
        .custody(Arc::new(again))
        .start()
        .await;
    house.app.look_after_keys().await;
    let events = house.store.latest_events(100).await.unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| serde_json::to_value(&event.kind).unwrap())
        .filter(|event| event["kid"] == kid)
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0]["by"], &told[0]["uid"]),
        (&"operator".into(), &7.into())
    );
}

/// The first keys of a new house are told, too.
#[tokio::test]
async fn the_first_keys_are_told() {
    let bureau = Bureau::start().await;
    bureau.house.app.look_after_keys().await;
    let told = bureau.told().await;
    let firsts = told.iter().filter(|it| it.3 == "start" && it.2 == "active");
    assert_eq!(firsts.count(), 3, "{told:?}");
}

/// A log that is committed, and takes its time to say so.
struct Slow {
    store: Arc<dyn Store>,
    committed: Arc<Notify>,
}

#[async_trait]
impl AuditKeeping for Slow {
    async fn append_events(&self, events: Vec<AuditEvent>) -> Result<(), StoreError> {
        let told = self.store.append_events(events).await;
        self.committed.notify_one();
        tokio::time::sleep(Duration::from_millis(300)).await;
        told
    }

    async fn tell_of_keys(
        &self,
        events: Vec<AuditEvent>,
        revoked: Vec<RevokedKey>,
    ) -> Result<(), StoreError> {
        let told = self.store.tell_of_keys(events, revoked).await;
        self.committed.notify_one();
        tokio::time::sleep(Duration::from_millis(300)).await;
        told
    }

    async fn forget_events(&self, retention: Retention) -> Result<usize, StoreError> {
        self.store.forget_events(retention).await
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.store.commits()
    }
}

/// A server that is stopped while it tells the log does not tell the same once more.
#[tokio::test]
async fn a_stop_in_the_midst_of_telling_tells_once() {
    let bureau = Bureau::start().await;
    bureau.house.app.look_after_keys().await;
    let deaf = office_of(&bureau.house, Arc::new(Deaf::of(&bureau.house)));
    let kid = done(deaf.ask(generate(), Some(7)).await).kid.unwrap();
    let committed = Arc::new(Notify::new());
    let slow = Slow {
        store: Arc::clone(&bureau.house.store) as _,
        committed: Arc::clone(&committed),
    };
    let signed_by = Arc::clone(&bureau.house.store) as _;
    let clients = clients_of(&bureau.house);
    let office = office_with(&bureau.house, signed_by, Arc::new(slow), clients);
    office.run(committed.notified()).await;
    let told = bureau.told().await;
    assert_eq!(told.iter().filter(|it| it.0 == kid).count(), 1, "{told:?}");
}
