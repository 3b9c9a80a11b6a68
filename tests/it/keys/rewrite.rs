//! Files of private keys written anew over the operator's socket: under the passphrase of the
//! server, told first, and never in plain by the way.

use std::sync::Arc;

use dingpass::clock::{Clock as _, SystemClock};
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::{Custody, Kept, Remembered, Settings};
use dingpass::operator::keys::{
    KeyAnswer, KeyQuestion, KeyRequest, RefusalCause, Rewritten, SecretText,
};
use tempfile::TempDir;

use super::telling::{Deaf, office_of};
use super::{Bureau, settings};
use crate::support::{House, install_crypto};

const PASSPHRASE: &str = "correct horse";

fn ask(passphrase: Option<&str>) -> KeyRequest {
    let passphrase = passphrase.map(SecretText::new);
    KeyRequest::new(KeyQuestion::Rewrite { passphrase })
}

/// A bureau whose server knows a passphrase, over files in plain.
async fn bureau() -> Bureau {
    let folder = TempDir::new().unwrap();
    install_crypto();
    let (path, entropy) = (folder.path().join("keys"), Arc::new(SystemEntropy));
    drop(
        Custody::open(
            &path,
            settings(),
            Remembered::default(),
            entropy,
            SystemClock.now(),
        )
        .unwrap(),
    );
    let settings = Settings {
        passphrase: Some(PASSPHRASE.into()),
        ..settings()
    };
    Bureau::at(folder, House::plan(), settings).await
}

fn rewritten(answer: KeyAnswer) -> Rewritten {
    match answer {
        KeyAnswer::Rewritten(rewritten) => rewritten,
        other => panic!("{other:?}"),
    }
}

fn plain(bureau: &Bureau) -> usize {
    let entries = std::fs::read_dir(bureau.keys()).unwrap();
    let texts = entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    texts
        .filter(|text| !text.contains("ENCRYPTED") && !text.contains("generation"))
        .count()
}

/// Shown, done, told, and done no second time.
#[tokio::test]
async fn files_are_shown_then_written_and_told() {
    let bureau = bureau().await;
    let shown = rewritten(bureau.ask(ask(Some(PASSPHRASE)).dry()).await);
    assert_eq!(
        (shown.done, shown.encrypted, shown.weakens),
        (false, true, false)
    );
    assert_eq!(shown.files.len(), plain(&bureau));
    assert!(shown.files.iter().all(|file| file.was == Kept::Plain));
    let done = rewritten(bureau.ask(ask(Some(PASSPHRASE))).await);
    assert_eq!((done.done, &done.files), (true, &shown.files));
    assert_eq!(plain(&bureau), 0);
    let again = rewritten(bureau.ask(ask(None)).await);
    assert_eq!((again.files.len(), again.right), (0, shown.files.len()));
    let told = bureau
        .house
        .store
        .events_before(u64::MAX, 100)
        .await
        .unwrap();
    let told: Vec<String> = told
        .iter()
        .map(|event| serde_json::to_string(&event.event.kind).unwrap())
        .filter(|event| event.contains("keys_rewritten"))
        .collect();
    let [told] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(
        told.contains(&format!("\"files\":{}", shown.files.len())),
        "{told}"
    );
    assert!(
        told.contains("\"encrypted\":true") && !told.contains("horse"),
        "{told}"
    );
}

/// The configuration was changed under the server: it would write under what it knows.
#[tokio::test]
async fn a_server_that_was_started_with_another_passphrase_writes_nothing() {
    for (bureau, words) in [
        (bureau().await, "with another passphrase"),
        (Bureau::start().await, "without a passphrase"),
    ] {
        let before = plain(&bureau);
        match bureau.ask(ask(Some("another horse"))).await {
            KeyAnswer::Refused(refusal) => {
                assert_eq!(refusal.cause, RefusalCause::Passphrase);
                assert!(refusal.words.contains(words), "{}", refusal.words);
                assert!(!refusal.words.contains("horse"), "{}", refusal.words);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(plain(&bureau), before);
    }
}

/// What can't be told is not done.
#[tokio::test]
async fn a_log_that_hears_nothing_keeps_the_files_as_they_are() {
    let bureau = bureau().await;
    let before = plain(&bureau);
    let deaf = Arc::new(Deaf::of(&bureau.house));
    let office = office_of(&bureau.house, deaf.clone());
    match office.ask(ask(None), Some(7)).await {
        KeyAnswer::Refused(refusal) => assert_eq!(refusal.cause, RefusalCause::CannotBeTold),
        other => panic!("{other:?}"),
    }
    assert_eq!(plain(&bureau), before);
    deaf.hear();
    assert!(rewritten(office.ask(ask(None), Some(7)).await).done);
    assert_eq!(plain(&bureau), 0);
}
