//! Folders that others fill: by hand, or from a secret store.

use std::fs;
use std::os::unix::fs::symlink;

use dingpass::keyring::Purpose;

use super::{chmod, edit, files, folder, kid, opened, pem, private_folder, published, put};

/// The newest name signs; the others stay published, so that what they signed verifies.
#[test]
fn unlisted_keys_are_taken_up_and_the_newest_signs() {
    let folder = private_folder();
    put(folder.path(), "20260301T000000Z-RS256-b.pem", pem(1));
    put(folder.path(), "20260101T000000Z-RS256-a.pem", pem(0));
    put(folder.path(), "20260201T000000Z-RS256-c.pem", pem(2));
    put(folder.path(), "README", "not a key");
    let keyring = opened(folder.path());
    assert_eq!(keyring.signer().unwrap().kid(), kid(pem(1)));
    let mut all = [0, 1, 2].map(|number| kid(pem(number))).to_vec();
    all.sort();
    assert_eq!(published(&keyring), all);
    // From then on the list tells, whatever the names.
    fs::rename(
        folder.path().join("README"),
        folder.path().join("notes.txt"),
    )
    .unwrap();
    let again = opened(folder.path());
    assert_eq!(again.signer().unwrap().kid(), kid(pem(1)));
    assert_eq!(published(&again), all);
}

/// Sealing keys likewise: the newest seals, all of them open.
#[test]
fn unlisted_sealing_keys_are_taken_up_and_the_newest_seals() {
    let (old, new) = ("A".repeat(43), format!("{}E", "B".repeat(42)));
    let alone = |name: &str, key: &str| {
        let folder = private_folder();
        put(folder.path(), "a.pem", pem(0));
        put(folder.path(), name, key);
        opened(folder.path())
    };
    let by_old = alone("1-old.key", &old);
    let by_new = alone("2-new.key", &new);
    let folder = private_folder();
    put(folder.path(), "a.pem", pem(0));
    put(folder.path(), "1-old.key", &old);
    put(folder.path(), "2-new.key", &new);
    let both = opened(folder.path());
    for one in [&by_old, &by_new] {
        let sealed = one.sealer().seal(Purpose::Flow, b"x").unwrap();
        assert!(both.sealer().open(Purpose::Flow, &sealed).is_some());
    }
    let sealed = both.sealer().seal(Purpose::Flow, b"x").unwrap();
    assert!(by_new.sealer().open(Purpose::Flow, &sealed).is_some());
    assert!(by_old.sealer().open(Purpose::Flow, &sealed).is_none());
}

/// States: `next` and `retired` are published and open, `revoked` neither (CONTRIBUTING.md, Decisions).
#[test]
fn a_revoked_key_is_neither_published_nor_read() {
    let folder = private_folder();
    put(folder.path(), "1.pem", pem(0));
    put(folder.path(), "2.pem", pem(1));
    opened(folder.path());
    edit(folder.path(), |list| {
        list.replace("\"retired\"", "\"next\"")
    });
    assert_eq!(published(&opened(folder.path())).len(), 2);
    edit(folder.path(), |list| {
        list.replace("\"next\"", "\"revoked\"")
    });
    let keyring = opened(folder.path());
    assert_eq!(published(&keyring), [kid(pem(1))]);
    // Its private half is removed: nobody needs it, and a thief might.
    assert!(!folder.path().join("1.pem").exists());
    assert_eq!(published(&opened(folder.path())), [kid(pem(1))]);
}

/// What a revoked key signed is nothing any more; a retired one's is good.
#[test]
fn tokens_of_retired_keys_verify_and_those_of_revoked_ones_do_not() {
    let folder = private_folder();
    put(folder.path(), "1.pem", pem(0));
    let token = opened(folder.path())
        .sign(&serde_json::json!({"iss": "https://id.example", "sub": "s", "aud": "a"}))
        .unwrap();
    fs::remove_file(folder.path().join("keyring.toml")).unwrap();
    put(folder.path(), "2.pem", pem(1));
    let keyring = opened(folder.path());
    assert_ne!(keyring.signer().unwrap().kid(), kid(pem(0)));
    assert!(keyring.verify_own("https://id.example", &token).is_ok());
    edit(folder.path(), |list| {
        list.replacen("\"retired\"", "\"revoked\"", 1)
    });
    let keyring = opened(folder.path());
    assert!(keyring.verify_own("https://id.example", &token).is_err());
}

/// The layout of a mounted Kubernetes secret: links into a hidden folder, mode 0440.
#[test]
fn a_mounted_secret_is_read_through_its_links() {
    let source = folder();
    let mount = private_folder();
    let hidden = mount.path().join("..2026_11_25");
    fs::create_dir(&hidden).unwrap();
    chmod(&hidden, 0o700);
    symlink("..2026_11_25", mount.path().join("..data")).unwrap();
    for name in files(source.path()) {
        fs::copy(source.path().join(&name), hidden.join(&name)).unwrap();
        chmod(&hidden.join(&name), 0o440);
        symlink(format!("..data/{name}"), mount.path().join(&name)).unwrap();
    }
    let before = files(mount.path());
    assert_eq!(opened(mount.path()).signer().unwrap().kid(), kid(pem(0)));
    assert_eq!(files(mount.path()), before);
}

/// Whether the kernel lets this process write into such a folder all the same, as it lets root.
fn can_write(folder: &std::path::Path) -> bool {
    let probe = folder.join("probe");
    let written = fs::write(&probe, "").is_ok();
    let _ = fs::remove_file(probe);
    written
}

/// A folder that can't be written works with all keys in it, also without a list: whoever
/// fills it from outside has keys and not our list of them.
#[test]
fn a_folder_that_can_t_be_written_works() {
    for listed in [true, false] {
        let folder = folder();
        if !listed {
            fs::remove_file(folder.path().join("keyring.toml")).unwrap();
        }
        chmod(folder.path(), 0o500);
        if !can_write(folder.path()) {
            assert_eq!(opened(folder.path()).signer().unwrap().kid(), kid(pem(0)));
        }
        chmod(folder.path(), 0o700);
    }
}

/// The same where not even root can write: the place of the new list is taken by a folder.
#[test]
fn keys_are_taken_up_though_their_list_can_t_be_written() {
    let folder = folder();
    fs::remove_file(folder.path().join("keyring.toml")).unwrap();
    fs::create_dir_all(folder.path().join(".keyring.toml.new").join("in the way")).unwrap();
    for _ in 0..2 {
        assert_eq!(opened(folder.path()).signer().unwrap().kid(), kid(pem(0)));
    }
    assert!(!folder.path().join("keyring.toml").exists());
}

/// A key that was made, however, must be kept with its list, or each start would make another.
#[test]
fn a_key_that_can_t_be_kept_is_not_used() {
    let folder = private_folder();
    fs::create_dir_all(folder.path().join(".keyring.toml.new").join("in the way")).unwrap();
    let words = super::open(folder.path()).err().unwrap().to_string();
    assert!(words.contains("keyring.toml"), "{words}");
}
