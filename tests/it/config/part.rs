//! The readings of a part of the file, which whatever else is wrong must not keep from their
//! work.

use std::collections::BTreeMap;
use std::path::Path;

use dingpass::config::{self, KeyPlace, Notice, StoreLocation};
use dingpass::domain::signing_alg::SigningAlg;

use super::CLIENT;

const ISSUER: &str = "issuer = \"https://id.example.com\"\n";

fn key_place(text: &str) -> Result<KeyPlace, Vec<Notice>> {
    config::key_place(text, Path::new("/etc/dingpass"), &BTreeMap::new())
}

/// No upstream, and sections that are being written.
#[test]
fn work_on_keys_needs_few_sections() {
    let text = format!(
        "issuer = \"https://id.example.com\"\n[http]\nlisten = \"nowhere\"\n[pages]\ncontct = \"x\"\n[store]\nurl = \"redb:d/x.redb\"\n[keys]\ndirectory = \"k\"\n[lifetimes]\nid_token = \"5m\"\n{CLIENT}id_token_signed_response_alg = \"ES256\"\nbackchannel_logout_uri = \"https://10.1.2.3/\"\n",
    );
    assert!(config::load(&text, Path::new("/"), &BTreeMap::new()).is_err());
    let place = key_place(&text).expect("no fault of these sections");
    assert_eq!(place.keys.directory.to_str(), Some("/etc/dingpass/k"));
    assert_eq!(
        place.keys.in_use(&place.clients),
        [SigningAlg::Rs256, SigningAlg::Es256]
    );
    assert_eq!(place.lifetimes.id_token.as_secs(), 300);
    assert!(place.clients[0].backchannel_logout.is_some());
    assert_eq!(
        place.store.location,
        StoreLocation::File("/etc/dingpass/d/x.redb".into())
    );
    assert_eq!(place.issuer.as_str(), "https://id.example.com");
}

/// A client that is left out would not be told that its people have been signed out.
#[test]
fn a_fault_of_what_is_needed_is_told() {
    for (lines, part) in [
        ("[keys]\nrotate_every = \"1s\"\n", "`rotate_every`"),
        ("[keys]\nrotate_ever = \"1s\"\n", "did you mean"),
        ("[lifetimes]\nid_token = 5\n", "`id_token`"),
        ("[store]\nurl = \"x\"\n", "`url`"),
        ("[[clients]]\nclient_id = \"b\"\n", "`client_secret`"),
    ] {
        let text = format!("{ISSUER}{lines}");
        let faults = key_place(&text).expect_err(part);
        assert!(faults[0].message.contains(part), "{faults:?}");
    }
    assert!(key_place(ISSUER).is_ok());
    assert!(key_place("").is_err());
}
