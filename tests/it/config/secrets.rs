//! No secret is ever shown, and none is kept in clear that need not be.

use std::collections::BTreeMap;

use dingpass::config::{UpstreamKind, describe};
use proptest::prelude::*;
use secrecy::ExposeSecret as _;

use super::{CLIENT, LEAST, fault, load, load_with, loads, with};

/// Files in which a secret stands on the line of a fault, or close to it.
const LEAKS: [&str; 37] = [
    "client_secret = \"SECRET\" x",
    "client_secret = \"SECRET",
    "client_secret = SECRET",
    "client_secret \"SECRET\"",
    "client_secret = 'SECRET' # SECRET\n[http]\nlistn = 1",
    "clientsecret = \"SECRET\"",
    "client_secrt = \"SECRET\"",
    "password = \"SECRET\"",
    "\"x\" = \"SECRET\"",
    "client_secret = [\"SECRET\"]",
    "client_secret = { file = \"SECRET\" }",
    "client_secret = \"SECRET\\n\"",
    "client_secret = \"SECRETé\"",
    "client_secret_file = \"SECRET\"",
    "client_secret = \"\"\"\nSECRET\n\"\"\"",
    "client_secret = \"\"\"\nSECRET\n",
    "client_secret = \"a\"\nclient_secret = \"SECRET\"",
    "clients = [{ client_id = \"a b\", client_secret = \"SECRET\" }]",
    "clients = [{ client_secret = \"SECRET\", client_id = \"a b\", x = 1 }]",
    "clients = [{ client_secret = \"SECRET\", client_id = \"a b\", client_id = 1 }]",
    "clients = [{ client_secrt = \"SECRET\", client_id = \"a b\", client_id = 1 }]",
    "client_id = \"a\", client_secret = \"SECRET\"",
    "client_id = \"a\", pass = \"SECRET\"",
    "client_secret = \"\"\"\nname = SECRET\\q\n\"\"\"",
    "client_id client_secret = \"SECRET\"",
    "listen = x # SECRET",
    "x = 1 # client_secret = \"SECRET\"",
    "listn = 1 # SECRET",
    "redirect_uris = [\"https://me:SECRET@a.example.com/\"]",
    "url = \"postgres://me:SECRET@db/x\"",
    "proxy = \"me:SECRET@proxy:3128\"",
    "passphrase = \"SECRET\" x",
    "passphrase = \"SECRETé\"",
    "passphrase_file = \"SECRET\"",
    "passphrase_credential = \"SECRET\"",
    "passphrase_credential = \"a/SECRET\"",
    "passphrse = \"SECRET\"",
];

/// Sections in which each of them is tried.
const PLACES: [&str; 7] = [
    "",
    "[[clients]]\nclient_id = \"demo\"\n",
    "[[upstream]]\nid = \"b\"\n",
    "[outbound]\n",
    "[store]\n",
    "[http]\n",
    "[keys]\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_secret_on_the_line_of_a_fault_is_never_shown(secret in "[A-Z]{4}[A-Za-z0-9]{4,24}") {
        for (leak, place) in LEAKS.iter().flat_map(|leak| PLACES.map(|place| (leak, place))) {
            let lines = format!("{place}{}\n", leak.replace("SECRET", &secret));
            for text in [with(&lines), format!("{lines}{LEAST}")] {
                if let Err(faults) = load(&text) {
                    let shown = describe(&faults, "dingpass.toml", &text);
                    prop_assert!(!shown.contains(&secret), "{}", shown);
                }
            }
        }
    }

    #[test]
    fn a_secret_in_a_faulty_variable_is_never_shown(secret in "[A-Z]{4}[A-Za-z0-9]{4,20}") {
        let text = with(CLIENT);
        for name in [
            "DINGPASS__CLIENTS__DEMO__CLIENT_SECRET",
            "DINGPASS__CLIENTS__DEMO__CLIENT_SECRET_FILE",
            "DINGPASS__CLIENTS__DEMO__CLIENT_SECRT",
            "DINGPASS__CLIENTS__DEMOS__CLIENT_SECRET",
            "DINGPASS__CLIENTS__DEMO__REDIRECT_URIS",
            "DINGPASS__OUTBOUND__PROXY",
            "DINGPASS__STORE__URL",
            "DINGPASS__LOG__FORMAT",
            "DINGPASS__KEYS__PASSPHRASE_FILE",
            "DINGPASS__KEYS__PASSPHRASE_CREDENTIAL",
            "DINGPASS__KEYS__PASSPHRSE",
        ] {
            let faults = load_with(&text, &[(name, &secret)]).expect_err(name);
            let shown = describe(&faults, "dingpass.toml", &text);
            prop_assert!(shown.starts_with(name), "{}", shown);
            prop_assert!(!shown.contains(&secret), "{}", shown);
        }
    }
}

#[test]
fn each_of_these_files_has_a_fault_somewhere() {
    for leak in LEAKS {
        let lines = leak.replace("SECRET", "Abcd1234");
        let faulty = PLACES
            .iter()
            .any(|place| load(&with(&format!("{place}{lines}\n"))).is_err());
        assert!(faulty, "{leak}");
    }
}

#[test]
fn warnings_show_no_secret_either() {
    let text = with(
        "[[clients]]\nclient_id = \"a:b\"\nclient_secret = \"Abcd1234Abcd1234Abcd1234Abcd1234\"\nredirect_uris = [\"http://app.intranet/\"] # Abcd1234\n",
    );
    let config = loads(&text);
    assert!(!config.warnings.is_empty());
    let shown = describe(&config.warnings, "dingpass.toml", &text);
    assert!(!shown.contains("Abcd1234"), "{shown}");
    assert!(!format!("{config:?}").contains("Abcd1234"));
}

#[test]
fn a_secret_can_stand_in_a_file_beside_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let text = LEAST.replace(
        "client_secret = \"dingsecret\"",
        "client_secret_file = \"s\"",
    );
    let read = || dingpass::config::load(&text, folder.path(), &BTreeMap::new());
    let write = |bytes: &[u8]| std::fs::write(folder.path().join("s"), bytes).unwrap();

    for bytes in [&b"dingsecret"[..], b"dingsecret\n", b"dingsecret\r\n"] {
        write(bytes);
        let config = read().expect("no fault");
        let UpstreamKind::DingTalk(it) = &config.upstreams[0].kind;
        assert_eq!(it.client_secret.expose_secret(), "dingsecret");
    }
    for (bytes, part) in [
        (&b""[..], "is empty"),
        (b"\n", "is empty"),
        (b"a\nb\n", "one line of printable ASCII"),
        (b"\xff\xfe", "can't be read"),
        (&[b'x'; 70_000], "can't be read"),
    ] {
        write(bytes);
        let faults = read().expect_err(part);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].message.contains(part), "{}", faults[0].message);
    }
    std::fs::remove_file(folder.path().join("s")).unwrap();
    let faults = read().expect_err("no file");
    assert!(
        faults[0]
            .message
            .contains("can't be read: entity not found")
    );
}

#[test]
fn a_secret_is_given_once() {
    let text = LEAST.replace(
        "client_secret = \"dingsecret\"",
        "client_secret = \"dingsecret\"\nclient_secret_file = \"s\"",
    );
    assert_eq!(
        fault(&text),
        "`client_secret` and `client_secret_file` are both given; keep one"
    );
}
