//! Nothing of this lives in the process: a restart changes nothing (CVE-2026-9802).

use std::sync::Arc;

use dingpass::keyring::Custody;
use dingpass::store::{Location, open};

use super::{OFFLINE, first, refresh, told};
use crate::support::{House, Plan, test_custody};

fn plan(folder: &std::path::Path, custody: &Arc<Custody>) -> Plan {
    let place = Location::File {
        path: folder.join("dingpass.redb"),
        cache: 1024 * 1024,
    };
    House::plan()
        .store(open(&place).unwrap())
        .custody(Arc::clone(custody))
}

/// Each broker has a runtime of its own, whose end closes the file.
fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(test)
}

/// Between the rotation and its repetition: the same successor.
#[test]
fn a_restart_within_the_grace_gives_the_same_successor() {
    let (folder, custody) = (tempfile::tempdir().unwrap(), test_custody());
    let (token, successor) = run(async {
        let house = plan(folder.path(), &custody)
            .more("[lifetimes]\nrefresh_grace = \"1h\"")
            .start()
            .await;
        let token = first(&house, OFFLINE).await;
        let successor = refresh(&house, &token).await.token("refresh_token");
        (token, successor)
    });
    run(async {
        let house = plan(folder.path(), &custody)
            .more("[lifetimes]\nrefresh_grace = \"1h\"")
            .start()
            .await;
        let again = refresh(&house, &token).await.token("refresh_token");
        assert_eq!(again, successor);
        refresh(&house, &successor).await.tokens();
    });
}

/// Between the rotation and a replay: the family ends.
#[test]
fn a_restart_between_rotation_and_replay_changes_nothing() {
    let (folder, custody) = (tempfile::tempdir().unwrap(), test_custody());
    let (token, successor) = run(async {
        let house = plan(folder.path(), &custody).start().await;
        let token = first(&house, OFFLINE).await;
        let successor = refresh(&house, &token).await.token("refresh_token");
        (token, successor)
    });
    run(async {
        let house = plan(folder.path(), &custody).start().await;
        house.clock.advance_seconds(10);
        refresh(&house, &token).await.invalid_grant();
        assert_eq!(told(&house, "refresh_token_reused").await, 1);
    });
    run(async {
        let house = plan(folder.path(), &custody).start().await;
        refresh(&house, &successor).await.invalid_grant();
    });
}

/// No token lies in the file, sealed or not, in a form that its thief could use.
#[test]
fn a_stolen_file_holds_no_refresh_token() {
    let (folder, custody) = (tempfile::tempdir().unwrap(), test_custody());
    let tokens = run(async {
        let house = plan(folder.path(), &custody).start().await;
        let token = first(&house, OFFLINE).await;
        let successor = refresh(&house, &token).await.token("refresh_token");
        [token, successor]
    });
    let file = std::fs::read(folder.path().join("dingpass.redb")).unwrap();
    for token in tokens {
        let (family, secret) = token.split_once('.').unwrap();
        assert!(contains(&file, family), "the test looks at the right file");
        assert!(!contains(&file, secret));
    }
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}
