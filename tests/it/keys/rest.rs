//! Without a server: the same acts over the files and the store.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use dingpass::app::{Foundation, keys_at_rest};
use dingpass::clock::SystemClock;
use dingpass::config;
use dingpass::entropy::SystemEntropy;
use dingpass::operator::keys::{KeyAnswer, KeyList, KeyOffice, KeyQuestion, KeyRequest, KeyStatus};

use super::{ES256, SEAL, done, rotate, rotate_now};
use crate::support::install_crypto;

fn office(folder: &Path) -> KeyOffice {
    install_crypto();
    let text = format!(
        r#"issuer = "https://login.example.com"
[[upstream]]
id = "acme"
kind = "dingtalk"
client_id = "a"
client_secret = "b"
corp_id = "c"
{}"#,
        super::WIKI
    );
    let config = config::load(&text, folder, &BTreeMap::new())
        .unwrap_or_else(|faults| panic!("{}", config::describe(&faults, "test", &text)));
    if !config.keys.directory.exists() {
        // The first start of the server makes the keys.
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        drop(Foundation::open(&config, clock, entropy).unwrap());
    }
    let place = config::key_place(&text, folder, &BTreeMap::new()).unwrap();
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    keys_at_rest(place, clock, entropy, None, true, None).unwrap()
}

async fn list(office: &KeyOffice) -> KeyList {
    match office.ask(KeyRequest::new(KeyQuestion::List), None).await {
        KeyAnswer::Keys(list) => list,
        other => panic!("{other:?}"),
    }
}

async fn status(office: &KeyOffice) -> KeyStatus {
    match office.ask(KeyRequest::new(KeyQuestion::Status), None).await {
        KeyAnswer::Status(status) => status,
        other => panic!("{other:?}"),
    }
}

/// What is done is there for the server that starts next, and told in its log.
#[tokio::test]
async fn acts_without_a_server_are_kept_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let kid = {
        let office = office(folder.path());
        assert!(status(&office).await.at_rest);
        let act = office.ask(
            KeyRequest::new(KeyQuestion::Generate { algorithm: ES256 }),
            Some(1000),
        );
        let made = done(act.await);
        assert!(made.told);
        made.kid.unwrap()
    };
    let office = office(folder.path());
    let keys = list(&office).await.keys;
    assert!(keys.iter().any(|key| key.kid == kid));
}

/// What is due by an act is done with it, since no schedule comes after it.
#[tokio::test]
async fn what_is_due_is_done_with_the_act() {
    let folder = tempfile::tempdir().unwrap();
    let office = office(folder.path());
    let active = |keys: KeyList| {
        let mut keys = keys.keys.into_iter();
        let found = keys.find(|key| key.algorithm == SEAL && super::word(&key.state) == "active");
        found.unwrap().kid
    };
    let old = active(list(&office).await);
    done(office.ask(KeyRequest::new(rotate(SEAL)), None).await);
    assert_ne!(active(list(&office).await), old);
}

/// The two steps are the same.
#[tokio::test]
async fn what_breaks_something_is_shown_first() {
    let folder = tempfile::tempdir().unwrap();
    let office = office(folder.path());
    let refusal = super::refused(office.ask(KeyRequest::new(rotate_now(ES256)), None).await);
    assert_eq!(super::word(&refusal.cause), "needs_confirmation");
    let shown = match office
        .ask(KeyRequest::new(rotate_now(ES256)).dry(), None)
        .await
    {
        KeyAnswer::Planned(planned) => planned.generation,
        other => panic!("{other:?}"),
    };
    let request = KeyRequest::new(rotate_now(ES256)).expecting(shown);
    done(office.ask(request, None).await);
}
