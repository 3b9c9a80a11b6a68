//! The passphrase of the private keys: three forms, of which one is given, and none shown.

use std::collections::BTreeMap;
use std::path::Path;

use dingpass::config::{self, Config, Notice};
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::{CLIENT, fault, load_with, loads, warnings, with};

const LONG: &str = "correct horse battery";

fn keys(lines: &str) -> String {
    with(&format!("{CLIENT}[keys]\n{lines}"))
}

fn passphrase(config: &Config) -> Option<&str> {
    let found = config.keys.passphrase.as_ref();
    found.map(ExposeSecret::expose_secret)
}

fn credentials(files: &[(&str, &str)]) -> TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    }
    folder
}

fn load_in(folder: &TempDir, text: &str) -> Result<Config, Vec<Notice>> {
    let path = folder.path().to_str().unwrap().to_owned();
    let environment = BTreeMap::from([("CREDENTIALS_DIRECTORY".to_owned(), path)]);
    config::load(text, Path::new("/etc/dingpass"), &environment)
}

#[test]
fn it_stands_in_the_file_or_in_another_or_in_a_credential() {
    let text = keys(&format!("passphrase = \"{LONG}\""));
    assert_eq!(passphrase(&loads(&text)), Some(LONG));
    assert_eq!(warnings(&text), [""; 0]);

    let folder = credentials(&[("dingpass-keys", &format!("{LONG}\n"))]);
    let path = folder.path().join("dingpass-keys");
    let text = keys(&format!("passphrase_file = \"{}\"", path.display()));
    assert_eq!(passphrase(&loads(&text)), Some(LONG));

    let text = keys("passphrase_credential = \"dingpass-keys\"");
    let config = load_in(&folder, &text).expect("no fault");
    assert_eq!(passphrase(&config), Some(LONG));
    assert_eq!(config.warnings, []);
    assert_eq!(passphrase(&loads(&keys(""))), None);
}

#[test]
fn one_form_is_given() {
    for lines in [
        "passphrase = \"a\"\npassphrase_file = \"b\"",
        "passphrase = \"a\"\npassphrase_credential = \"b\"",
        "passphrase_file = \"/proc/version\"\npassphrase_credential = \"b\"",
    ] {
        let message = fault(&keys(lines));
        assert!(message.ends_with("keep one"), "{lines}: {message}");
    }
}

/// The environment's form replaces the file's, whichever it is: that is how a command gets at
/// the keys where there is no unit.
#[test]
fn a_form_of_the_environment_replaces_each_of_the_file() {
    for lines in [
        "passphrase = \"another of some length\"",
        "passphrase_file = \"nowhere\"",
        "passphrase_credential = \"nowhere\"",
    ] {
        let variables = [("DINGPASS__KEYS__PASSPHRASE", LONG)];
        let config = load_with(&keys(lines), &variables).expect("no fault");
        assert_eq!(passphrase(&config), Some(LONG), "{lines}");
        assert_eq!(config.warnings, [], "{lines}");
    }
}

/// systemd.exec(5): the name of a credential is that of a file in $CREDENTIALS_DIRECTORY.
#[test]
fn a_credential_is_looked_for_in_its_folder_alone() {
    let folder = credentials(&[("empty", "")]);
    for (name, part) in [
        ("../keys", "without a path"),
        ("/etc/passwd", "without a path"),
        ("..", "without a path"),
        (".", "without a path"),
        ("nowhere", "entity not found"),
        ("empty", "is empty"),
    ] {
        let text = keys(&format!("passphrase_credential = \"{name}\""));
        let faults = load_in(&folder, &text).expect_err(name);
        assert_eq!(faults.len(), 1);
        let message = &faults[0].message;
        assert!(message.contains(part), "{name}: {message}");
        assert!(!message.contains("passwd"), "{message}");
    }
}

/// What systemd hands to the unit is missing where `check` is run by hand, and that is no fault
/// of the file; a server without it must not start and make keys that are not encrypted.
#[test]
fn a_missing_folder_of_credentials_stops_a_server_but_not_a_check() {
    let text = keys("passphrase_credential = \"dingpass-keys\"");
    let message = fault(&text);
    assert!(
        message.contains("$CREDENTIALS_DIRECTORY is not set"),
        "{message}"
    );

    let checked = config::check(&text, Path::new("/etc/dingpass"), &BTreeMap::new());
    let told = checked.expect("no fault").warnings;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].message, message);
    // Another fault is one for both.
    let path = keys("passphrase_credential = \"a/b\"");
    assert!(config::check(&path, Path::new("/"), &BTreeMap::new()).is_err());
}

#[test]
fn a_short_one_is_told() {
    let eleven = "passphrase = \"12345678901\"";
    let told = warnings(&keys(eleven));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("less than 12 characters"), "{told:?}");
    assert_eq!(warnings(&keys("passphrase = \"123456789012\"")), [""; 0]);
}
