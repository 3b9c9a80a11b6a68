//! Sealing: AES-256-GCM over the whole, with version, key and purpose authenticated.

use std::sync::{Arc, OnceLock};

use dingpass::keyring::{Keyring, Purpose};
use proptest::prelude::*;

use super::{edit, folder, opened, put};
use crate::support::test_keyring;

fn keyring() -> &'static Keyring {
    static KEYRING: OnceLock<Arc<Keyring>> = OnceLock::new();
    KEYRING.get_or_init(test_keyring)
}

fn purpose() -> impl Strategy<Value = Purpose> {
    prop_oneof![
        Just(Purpose::Flow),
        Just(Purpose::AccessToken),
        Just(Purpose::Logout)
    ]
}

proptest! {
    /// What was sealed opens, for its purpose and for no other; the form is fit for a cookie.
    #[test]
    fn what_was_sealed_opens_for_its_purpose_alone(
        plain in proptest::collection::vec(any::<u8>(), 0..600),
        purpose in purpose(),
    ) {
        let sealer = keyring().sealer();
        let sealed = sealer.seal(purpose, &plain).unwrap();
        prop_assert!(sealed.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c)));
        prop_assert_eq!(sealer.open(purpose, &sealed), Some(plain));
        let other = match purpose {
            Purpose::Flow => Purpose::AccessToken,
            Purpose::AccessToken => Purpose::Logout,
            Purpose::Logout => Purpose::Flow,
        };
        prop_assert!(sealer.open(other, &sealed).is_none());
    }
}

/// A nonce is never used twice, so that equal values seal to different ones.
#[test]
fn equal_values_seal_differently() {
    let sealer = keyring().sealer();
    let sealed: std::collections::BTreeSet<String> = (0..1_000)
        .map(|_| sealer.seal(Purpose::Flow, b"the same").unwrap())
        .collect();
    assert_eq!(sealed.len(), 1_000);
}

/// Version and key id are authenticated: what names another key is not tried with ours.
#[test]
fn version_and_key_id_are_part_of_what_is_authenticated() {
    let folder = folder();
    // The same key under another id, and it opens nothing that names the first.
    let id = |list: &str| {
        let table: toml::Table = list.parse().unwrap();
        table["sealing"][0]["id"].as_str().unwrap().to_owned()
    };
    let sealed = opened(folder.path())
        .sealer()
        .seal(Purpose::Flow, b"x")
        .unwrap();
    let list = std::fs::read_to_string(folder.path().join("keyring.toml")).unwrap();
    let old = id(&list);
    edit(folder.path(), |list| {
        list.replace(&format!("id = \"{old}\""), "id = \"renamed\"")
    });
    let renamed = opened(folder.path());
    assert!(renamed.sealer().open(Purpose::Flow, &sealed).is_none());
    let relabelled = sealed.replacen(&old, "renamed", 1);
    assert!(renamed.sealer().open(Purpose::Flow, &relabelled).is_none());
    let newer = format!("2{}", &sealed[1..]);
    edit(folder.path(), |list| {
        list.replace("id = \"renamed\"", &format!("id = \"{old}\""))
    });
    let again = opened(folder.path());
    assert!(again.sealer().open(Purpose::Flow, &newer).is_none());
    assert!(again.sealer().open(Purpose::Flow, &sealed).is_some());
}

/// A retired key opens what it sealed; a revoked one does not.
#[test]
fn a_retired_sealing_key_opens_and_a_revoked_one_does_not() {
    let folder = folder();
    let sealed = opened(folder.path())
        .sealer()
        .seal(Purpose::AccessToken, b"x")
        .unwrap();
    put(folder.path(), "new.key", &format!("{}E\n", "B".repeat(42)));
    edit(folder.path(), |list| {
        let (signing, sealing) = list.split_once("[[sealing]]").unwrap();
        let retired = sealing.replace("active", "retired");
        format!(
            "{signing}[[sealing]]{retired}\n[[sealing]]\nid = \"new\"\nstate = \"active\"\nfile = \"new.key\"\ncreated_at = \"2026-01-01T00:00:00Z\"\n"
        )
    });
    let keyring = opened(folder.path());
    assert!(
        keyring
            .sealer()
            .open(Purpose::AccessToken, &sealed)
            .is_some()
    );
    let newer = keyring.sealer().seal(Purpose::AccessToken, b"x").unwrap();
    assert!(newer.starts_with("1.new."), "{newer}");
    edit(folder.path(), |list| list.replace("retired", "revoked"));
    let keyring = opened(folder.path());
    assert!(
        keyring
            .sealer()
            .open(Purpose::AccessToken, &sealed)
            .is_none()
    );
    assert!(
        keyring
            .sealer()
            .open(Purpose::AccessToken, &newer)
            .is_some()
    );
}
