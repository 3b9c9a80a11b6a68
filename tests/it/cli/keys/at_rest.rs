//! Without a server: the same commands on the files themselves, and the server that starts
//! afterwards goes by them.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use serde_json::Value;

use super::running::FAST;
use super::{Keys as _, active, kid_of, own_uid, states};
use crate::cli::place::{Place, simulator, text};
use crate::cli::process::Process;
use crate::support::{Browser, CLIENT, as_nobody, http, nobody_reaches};

const NOBODY: u32 = 65_534;

/// A place whose server ran once.
fn place() -> Place {
    let place = Place::new();
    place.edit("[keys]", &format!("[keys]\n{FAST}"));
    stop(place.serve());
    place
}

fn stop(mut server: Process) {
    server.signal("TERM");
    assert!(server.wait().success(), "{:?}", server.said);
}

async fn published(place: &Place) -> Vec<String> {
    let answer = http().get(place.url("/jwks")).send().await.unwrap();
    let jwks: Value = answer.json().await.unwrap();
    let keys = jwks["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// Standard error says that no server was asked; the answers are the same.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_the_files_are_read_and_changed() {
    let place = place();
    let list = place.keys(&["list"]);
    assert_eq!(list.code, Some(0), "{list:?}");
    assert!(
        list.stderr.contains("No server is running"),
        "{}",
        list.stderr
    );
    let old = active(&place, "RS256");
    assert_eq!(place.keys_json(&["status"])["at_rest"], true);
    let made = place.keys_json(&["generate", "RS256"]);
    let new = made["kid"].as_str().unwrap();
    assert_eq!(
        states(&place, "RS256"),
        [
            (new.to_owned(), "next".to_owned()),
            (old.clone(), "active".to_owned())
        ]
    );
    let log = place.run("audit", &["--json"]).stdout;
    let told = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|event| event["kid"] == new)
        .unwrap_or_else(|| panic!("{log}"));
    assert_eq!(
        (&told["by"], &told["uid"]),
        (&"operator".into(), &own_uid().into())
    );
    let _server = place.serve();
    let published = published(&place).await;
    assert!(published.contains(&old) && published.iter().any(|kid| kid == new));
}

/// A move from another provider: the key comes in before the first start, and signs from the
/// first token on.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_brought_in_before_the_first_start_signs() {
    let from = place();
    let kid = active(&from, "RS256");
    let out = text(&from.path("old.pem"));
    let exported = from.keys(&["export", &kid, "--private", "-o", &out]);
    assert_eq!(exported.code, Some(0), "{exported:?}");

    let (_sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    let imported = place.keys(&["import", &out, "--kid", "old-2024"]);
    assert_eq!(imported.code, Some(0), "{imported:?}");
    let _server = place.serve();
    assert_eq!(published(&place).await, ["old-2024"]);
    let rp = place.rp().await;
    let signed_in = rp.sign_in(&mut Browser::new(), &["profile"]).await;
    assert_eq!(kid_of(&signed_in.id_token), "old-2024");
}

/// Emergencies are asked at rest, too, and what was agreed to is done.
#[test]
fn what_breaks_something_is_asked_at_rest_too() {
    let place = place();
    let old = active(&place, "RS256");
    let refused = place.keys(&["revoke", &old]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    assert_eq!(active(&place, "RS256"), old);
    let done = place.keys(&["revoke", &old, "--yes"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_ne!(active(&place, "RS256"), old);
    assert!(states(&place, "RS256").contains(&(old, "revoked".to_owned())));
}

/// Looking makes nothing: no folder, no database.
#[test]
fn looking_makes_neither_folder_nor_database() {
    let place = Place::new();
    for command in [
        &["list"][..],
        &["status"],
        &["export", "abcd"],
        &["rotate", "--dry-run"],
    ] {
        let ended = place.keys(command);
        assert!(
            ended.sentence().contains("no keys"),
            "{command:?}: {ended:?}"
        );
    }
    assert!(!place.path("keys").exists());
    assert!(!place.path("data").exists());
}

/// A server whose socket is off holds the files: nothing is done behind its back.
#[test]
fn a_server_that_cannot_be_asked_is_not_worked_around() {
    let place = Place::new();
    place.edit("[keys]", "[admin]\nsocket = \"off\"\n\n[keys]");
    let _server = place.serve();
    for command in [&["list"][..], &["rotate"]] {
        let ended = place.keys(command);
        let sentence = ended.sentence();
        assert!(sentence.contains("a server that runs"), "{sentence}");
        assert!(sentence.contains("socket is off"), "{sentence}");
    }
}

/// What root writes, the server could not read: that is said before it is done.
#[test]
fn files_of_another_owner_are_not_written() {
    let place = place();
    let before = std::fs::read_to_string(place.path("keys/keyring.toml")).unwrap();
    if std::fs::metadata(place.path("keys")).unwrap().uid() != 0 {
        // Only root can give files away.
        return;
    }
    chown(place.path("keys"), Some(4711), Some(4711)).unwrap();
    let ended = place.keys(&["generate", "RS256"]);
    assert!(ended.sentence().contains("sudo -u '#4711'"), "{ended:?}");
    assert_eq!(
        std::fs::read_to_string(place.path("keys/keyring.toml")).unwrap(),
        before
    );
    assert_eq!(place.keys(&["list"]).code, Some(0), "looking is harmless");
}

/// A mounted secret belongs to root, and the server in the pod is somebody else. What is changed
/// there is written into the database, so whose that is may do it.
#[test]
fn the_list_of_a_folder_that_cannot_be_written_is_its_database_s_owner_s() {
    let place = place();
    std::fs::remove_file(place.path("keys/keyring.toml")).unwrap();
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    if chown(place.path("."), Some(NOBODY), Some(NOBODY)).is_err() {
        // Only root can give files away.
        return;
    }
    for name in ["dingpass.toml", "data", "data/dingpass.redb"] {
        chown(place.path(name), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    for file in std::fs::read_dir(place.path("keys")).unwrap() {
        let path = file.unwrap().path();
        chown(&path, None, Some(NOBODY)).unwrap();
        mode(&path, 0o440);
    }
    chown(place.path("keys"), None, Some(NOBODY)).unwrap();
    mode(&place.path("keys"), 0o750);
    if !nobody_reaches(&place.path("keys")) {
        return;
    }
    let keys = |more: &[&str]| {
        let output = as_nobody(env!("CARGO_BIN_EXE_dingpass"))
            .args(["keys", "-c", &place.file()])
            .args(more)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    let signs = active(&place, "RS256");
    let pin = ["pin", CLIENT, "--kid", &signs, "--until", "2099-01-01"];
    let (code, said) = keys(&pin);
    assert_eq!(code, Some(0), "{said}");
    // The timeline knows when a new key is due, and not that none can be made.
    assert!(said.contains("put its file there"), "{said}");
    assert!(keys(&["list"]).1.contains("pinned by"));
    // Who may write there would put a list that the server can't read in the way of its own.
    let refused = place.keys(&pin);
    assert!(
        refused.sentence().contains("sudo -u '#65534'"),
        "{refused:?}"
    );
    assert!(!place.path("keys/keyring.toml").exists());
}

/// Two commands at once on the same files: both are done, one after the other, or one is told
/// that the other holds them.
#[test]
fn two_commands_at_once_at_rest_lose_nothing() {
    let place = place();
    let ended: Vec<_> = std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| place.keys(&["generate", "RS256"])));
        both.map(|one| one.join().unwrap()).into()
    });
    let done = ended.iter().filter(|ended| ended.code == Some(0)).count();
    assert!(done >= 1, "{ended:?}");
    assert_eq!(states(&place, "RS256").len(), 1 + done, "{ended:?}");
    for one in ended.iter().filter(|ended| ended.code != Some(0)) {
        one.sentence();
    }
}
