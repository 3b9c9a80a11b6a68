//! What the first start makes, and what the second finds (CONTRIBUTING.md, Decisions).

use std::fs;

use super::{files, mode, only, open, opened, private_folder, published};

/// Names, modes and the list.
#[test]
fn the_first_start_makes_keys_for_the_owner_alone() {
    let parent = private_folder();
    let folder = parent.path().join("deep").join("keys");
    let keyring = opened(&folder);
    assert_eq!(mode(&folder), 0o700);
    let names = files(&folder);
    assert_eq!(names.len(), 3, "{names:?}");
    for name in &names {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    // Date, algorithm and kid, never the state.
    let signer = keyring.signer().unwrap();
    let kid = signer.kid();
    assert!(
        names.contains(&format!("20270115T080000Z-RS256-{kid}.pem")),
        "{names:?}"
    );
    let sealing = only(&folder, ".key");
    let sealing = sealing.file_name().unwrap().to_str().unwrap();
    assert!(
        sealing.starts_with("20270115T080000Z-A256GCM-"),
        "{sealing}"
    );

    let list: toml::Table = fs::read_to_string(folder.join("keyring.toml"))
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(list["version"].as_integer(), Some(2));
    let signing = &list["signing"][0];
    assert_eq!(signing["kid"].as_str(), Some(kid));
    assert_eq!(signing["algorithm"].as_str(), Some("RS256"));
    assert_eq!(signing["state"].as_str(), Some("active"));
    assert_eq!(signing["created_at"].as_str(), Some("2027-01-15T08:00:00Z"));
    assert_eq!(list["sealing"][0]["state"].as_str(), Some("active"));
    assert_eq!(list["sealing"][0]["file"].as_str(), Some(sealing));
}

/// The list tells of keys and holds none.
#[test]
fn the_list_holds_no_key() {
    let folder = private_folder();
    opened(folder.path());
    let list = fs::read_to_string(folder.path().join("keyring.toml")).unwrap();
    let sealing = fs::read_to_string(only(folder.path(), ".key")).unwrap();
    assert!(!list.contains(sealing.trim()));
    assert!(!list.contains("PRIVATE"));
}

/// Nothing is made anew, nothing is written: the same key signs, and what was sealed opens.
#[test]
fn the_second_start_finds_the_same_keys_and_changes_nothing() {
    let folder = private_folder();
    let first = opened(folder.path());
    let sealed = first
        .sealer()
        .seal(dingpass::keyring::Purpose::Flow, b"a flow")
        .unwrap();
    let read = || {
        files(folder.path())
            .into_iter()
            .map(|name| (fs::read(folder.path().join(&name)).unwrap(), name))
            .collect::<Vec<_>>()
    };
    let before = read();
    let second = opened(folder.path());
    assert_eq!(
        second.signer().unwrap().kid(),
        first.signer().unwrap().kid()
    );
    assert_eq!(published(&second), published(&first));
    let plain = second
        .sealer()
        .open(dingpass::keyring::Purpose::Flow, &sealed);
    assert_eq!(plain.as_deref(), Some(b"a flow".as_slice()));
    assert_eq!(read(), before);
}

/// What a crash in the middle of a start left behind is no obstacle, and does not stay.
#[test]
fn leftovers_of_an_interrupted_start_are_cleared_away() {
    let folder = private_folder();
    super::put(folder.path(), ".keyring.toml.new", "half a li");
    super::put(folder.path(), ".something.pem.new", "-----BEGIN");
    opened(folder.path());
    assert!(!folder.path().join(".keyring.toml.new").exists());
    opened(folder.path());
}

/// Keys were written, the list was not: a crash between the two. The next start takes up what
/// is there.
#[test]
fn keys_without_their_list_are_taken_up() {
    let folder = private_folder();
    let first = opened(folder.path());
    fs::remove_file(folder.path().join("keyring.toml")).unwrap();
    let second = opened(folder.path());
    assert_eq!(
        second.signer().unwrap().kid(),
        first.signer().unwrap().kid()
    );
    let sealed = first
        .sealer()
        .seal(dingpass::keyring::Purpose::AccessToken, b"x")
        .unwrap();
    let opened = second
        .sealer()
        .open(dingpass::keyring::Purpose::AccessToken, &sealed);
    assert!(opened.is_some());
    assert_eq!(files(folder.path()).len(), 3);
}

/// A file where the folder should be is named in the error.
#[test]
fn a_file_in_place_of_the_folder_is_named() {
    let parent = private_folder();
    let folder = parent.path().join("keys");
    fs::write(&folder, "x").unwrap();
    let error = open(&folder).err().unwrap().to_string();
    assert!(error.contains("keys"), "{error}");
}
