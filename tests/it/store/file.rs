//! What a file adds: it stays, it is locked, it is the owner's alone, and a newer one is
//! left alone.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use dingpass::domain::secret::Digest;
use dingpass::store::{CodeIssued, Location, Redeemed, Store, StoreError, open, open_existing};
use redb::{ReadableTable as _, TableDefinition};

use super::acts::{granted, issue, redeem, sign_in, signed_in, stands, told};
use super::{path, place};

fn reopened(folder: &Path) -> Arc<dyn Store> {
    open(&place(folder)).unwrap()
}

/// CVE-2026-9802: revocation never depends on the process. Everything is there after a
/// restart, a replay among it.
#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = reopened(folder.path());
    let (session, subject) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
    for code in ["one", "two", "three"] {
        let outcome = store.issue_code(issue(&session, code, 1)).await.unwrap();
        assert_eq!(outcome, CodeIssued::Issued);
    }
    let _ = redeem(&*store, &session, "one", granted(&session, "g1", 2), 2).await;
    let _ = redeem(&*store, &session, "two", granted(&session, "g2", 2), 2).await;
    let replay = redeem(&*store, &session, "two", granted(&session, "g3", 3), 3).await;
    assert_eq!(replay, Redeemed::Replayed);
    drop(store);

    let store = reopened(folder.path());
    let (found, person) = store
        .find_session(&Digest::of("c1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.sid, person.id), (session.sid.clone(), subject.id));
    assert!(stands(&*store, "g1").await);
    assert!(!stands(&*store, "g2").await, "revoked before the restart");
    let replay = redeem(&*store, &session, "one", granted(&session, "g4", 4), 4).await;
    assert_eq!(replay, Redeemed::Replayed);
    assert!(!stands(&*store, "g1").await);
    let fresh = redeem(&*store, &session, "three", granted(&session, "g5", 5), 5).await;
    assert_eq!(fresh, Redeemed::Fresh);
    let again = store.issue_code(issue(&session, "one", 1)).await.unwrap();
    assert_eq!(again, CodeIssued::AlreadyClaimed);
    assert_eq!(
        told(&*store).await,
        [
            "first", "redeemed", "redeemed", "replayed", "replayed", "redeemed"
        ]
    );
}

/// When a store is dropped its file is free, with everything written: the next one may be
/// opened at once.
#[tokio::test]
async fn a_dropped_store_has_let_go_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let store = open(&place(folder.path())).unwrap_or_else(|error| panic!("{round}: {error}"));
        signed_in(&*store, sign_in("zhang", &format!("c{round}"), 0)).await;
    }
    let store = reopened(folder.path());
    assert_eq!(told(&*store).await.len(), 20);
}

/// Two processes on one file would each know half: the second one is told so.
#[tokio::test]
async fn a_file_that_is_in_use_is_not_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = reopened(folder.path());
    let error = open(&place(folder.path())).err().expect("it is in use");
    assert!(matches!(error, StoreError::Locked(_)), "{error:?}");
    let words = error.to_string();
    assert!(words.contains("in use by another process"), "{words}");
    assert!(words.contains("dingpass.redb"), "{words}");
    drop(store);
    reopened(folder.path());
}

/// The command line acts on a store that is there while no server runs: it makes none, for one
/// that root made would not be the server's.
#[tokio::test]
async fn a_store_that_is_not_there_is_not_made_for_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let existing = || open_existing(&place(folder.path()));
    assert!(existing().unwrap().is_none());
    assert!(!folder.path().join("data").exists(), "something was made");
    assert!(open_existing(&Location::Memory).unwrap().is_none());

    let store = reopened(folder.path());
    signed_in(&*store, sign_in("zhang", "c1", 0)).await;
    let error = existing().err().expect("it is in use");
    assert!(matches!(error, StoreError::Locked(_)), "{error:?}");
    drop(store);
    let store = existing().unwrap().expect("it is there");
    signed_in(&*store, sign_in("zhang", "c2", 1)).await;
    assert_eq!(told(&*store).await, ["first", "again"]);
    // Who has let go of it is in no server's way.
    drop(store);
    assert_eq!(told(&*reopened(folder.path())).await.len(), 2);

    std::fs::write(path(folder.path()), "").unwrap();
    assert!(existing().unwrap().is_none(), "an empty file is no store");
    assert_eq!(std::fs::read(path(folder.path())).unwrap(), b"");
}

/// The same across processes, in the words of the program.
#[tokio::test]
async fn another_process_on_the_same_file_ends_with_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let store = reopened(folder.path());
    let config = folder.path().join("dingpass.toml");
    std::fs::write(
        &config,
        "issuer = \"http://127.0.0.1:8000\"\n[http]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"redb:data/dingpass.redb\"\n[[upstream]]\nid = \"acme\"\nkind = \"dingtalk\"\nclient_id = \"dingapp\"\nclient_secret = \"dingsecret\"\ncorp_id = \"dingcorp\"\n",
    )
    .unwrap();
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("dingpass");
    let ended = command
        .arg("serve")
        .arg("--config")
        .arg(&config)
        .timeout(crate::support::PATIENCE)
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let words = String::from_utf8(ended.stderr).unwrap();
    assert!(words.contains("in use by another process"), "{words}");
    // Nothing else was begun: the store comes before the keys.
    assert!(!folder.path().join("keys").exists());
    // And who has the file still has it.
    signed_in(&*store, sign_in("zhang", "c1", 0)).await;
}

/// CONTRIBUTING.md, Decisions: the folder is made 0700, the file 0600.
#[tokio::test]
async fn file_and_folder_are_the_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let _store = reopened(folder.path());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&path(folder.path())), 0o600);
    assert_eq!(mode(&folder.path().join("data")), 0o700);
}

/// A place where no file can be is named in the error.
#[test]
fn a_place_that_can_t_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("data"),
        "a file where a folder should be",
    )
    .unwrap();
    let error = open(&place(folder.path())).err().unwrap();
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error:?}");
    let named = folder.path().join("data").display().to_string();
    assert!(error.to_string().starts_with(&named), "{error}");
}

/// Something else under that name is not overwritten.
#[test]
fn a_file_that_is_no_store_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let text = "a letter that somebody put there\n".repeat(1_000);
    std::fs::write(path(folder.path()), &text).unwrap();
    let error = open(&place(folder.path())).err().unwrap();
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error:?}");
    assert_eq!(std::fs::read_to_string(path(folder.path())).unwrap(), text);
}

/// A later version's file is refused, and stays as it is.
#[test]
fn a_newer_schema_is_refused() {
    const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
    let folder = tempfile::tempdir().unwrap();
    drop(reopened(folder.path()));
    let database = redb::Database::open(path(folder.path())).unwrap();
    let transaction = database.begin_write().unwrap();
    let known = {
        let mut meta = transaction.open_table(META).unwrap();
        let known = meta.get("schema").unwrap().unwrap().value();
        meta.insert("schema", known + 1).unwrap();
        known
    };
    transaction.commit().unwrap();
    drop(database);
    let error = open(&place(folder.path())).err().unwrap();
    let StoreError::Newer {
        found, known: ours, ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!((found, ours), (known + 1, known));
}
