//! Private keys and passphrases on their way in and out.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use dingpass::operator::keys::{
    Exported, KeyAnswer, KeyFormat, KeyQuestion, Refusal, RefusalCause, SecretText,
};

use super::stand_in::{ACTIVE, Asked, usual};
use crate::cli::place::text;

const PEM: &str = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";

fn exporting() -> Asked {
    Asked::answering(|request| match &request.ask {
        KeyQuestion::Export { kid, private, .. } => KeyAnswer::Exported(Exported {
            kid: kid.clone(),
            private: *private,
            text: SecretText::new(PEM),
        }),
        _ => usual(request),
    })
}

fn write(path: &Path, text: impl AsRef<[u8]>, mode: u32) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// The public half, unless the private one is asked for.
#[test]
fn a_key_is_exported_to_standard_output_by_its_public_half() {
    let asked = exporting();
    let ended = asked.keys(&["export", ACTIVE]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.stdout, PEM);
    let KeyQuestion::Export {
        private, format, ..
    } = asked.asked().pop().unwrap().ask
    else {
        panic!();
    };
    assert!(!private);
    assert_eq!(format, KeyFormat::Pem);
    asked.keys(&["export", ACTIVE, "--format", "jwk"]);
    let last = asked.asked().pop().unwrap().ask;
    assert!(matches!(
        last,
        KeyQuestion::Export {
            format: KeyFormat::Jwk,
            ..
        }
    ));
}

/// A private key gets a file of its own that nobody else can read, and nothing is written over.
#[test]
fn a_private_key_goes_into_a_new_file_of_its_owner() {
    let asked = exporting();
    let out = asked.place.path("out.pem");
    let shown = text(&out);
    let ended = asked.keys(&["export", ACTIVE, "--private", "--out", &shown]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.is_empty(), "{}", ended.stdout);
    assert!(ended.stderr.contains("not encrypted"), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), PEM);
    assert_eq!(std::fs::metadata(&out).unwrap().mode() & 0o7777, 0o600);

    let before = asked.asked().len();
    write(&out, "something else", 0o600);
    let again = asked.keys(&["export", ACTIVE, "--private", "--out", &shown]);
    assert!(again.sentence().contains("is there already"), "{again:?}");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "something else");
    // A link is there, too, even one that leads nowhere.
    let link = asked.place.path("link.pem");
    symlink(asked.place.path("nowhere"), &link).unwrap();
    let linked = asked.keys(&["export", ACTIVE, "--private", "--out", &text(&link)]);
    assert!(linked.sentence().contains("is there already"), "{linked:?}");
    assert!(!asked.place.path("nowhere").exists());
    let missing = text(&asked.place.path("missing/out.pem"));
    let nowhere = asked.keys(&["export", ACTIVE, "--private", "--out", &missing]);
    assert!(nowhere.sentence().contains("can't be made"), "{nowhere:?}");
    assert_eq!(asked.asked().len(), before, "the key never left the server");

    let standard = asked.keys(&["export", ACTIVE, "--private", "-o", "-"]);
    assert_eq!(standard.stdout, PEM);
}

/// No empty file is left where the server says no.
#[test]
fn a_refused_export_leaves_no_file() {
    let asked = Asked::answering(|request| match &request.ask {
        KeyQuestion::Export { .. } => KeyAnswer::Refused(Refusal {
            cause: RefusalCause::CannotBeTold,
            words: "the audit log can't be told".to_owned(),
        }),
        _ => usual(request),
    });
    let out = asked.place.path("out.pem");
    let ended = asked.keys(&["export", ACTIVE, "--private", "--out", &text(&out)]);
    assert!(ended.sentence().contains("can't be told"), "{ended:?}");
    assert!(!out.exists());
}

/// A key and its passphrase come from files, and are sent as they are.
#[test]
fn a_key_and_its_passphrase_are_read_from_files() {
    let asked = Asked::answering(usual);
    let (key, pass) = (asked.place.path("k.pem"), asked.place.path("pass.txt"));
    write(&key, PEM, 0o600);
    write(&pass, "correct horse \r\n", 0o600);
    let ended = asked.keys(&[
        "import",
        &text(&key),
        "--passphrase-file",
        &text(&pass),
        "--kid",
        "-old-",
        "--algorithm",
        "PS256",
    ]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.stderr.contains("Warning"), "{}", ended.stderr);
    let KeyQuestion::Import {
        text: sent,
        passphrase,
        algorithm,
        kid,
    } = asked.asked().pop().unwrap().ask
    else {
        panic!();
    };
    assert_eq!(sent.expose(), PEM);
    assert_eq!(passphrase.unwrap().expose(), "correct horse ");
    assert_eq!(algorithm.unwrap().as_str(), "PS256");
    assert_eq!(kid.as_deref(), Some("-old-"));
}

/// A key can be piped in, and then it lies in no file.
#[test]
fn a_key_is_read_from_standard_input() {
    let asked = Asked::answering(usual);
    let output = Command::new("sh")
        .args([
            "-c",
            r#"printf '%s' "$KEY" | "$0" keys import - --config "$1""#,
        ])
        .args([env!("CARGO_BIN_EXE_dingpass"), &asked.place.file()])
        .env("KEY", PEM)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let KeyQuestion::Import { text, .. } = asked.asked().pop().unwrap().ask else {
        panic!();
    };
    assert_eq!(text.expose(), PEM);
}

/// Whoever can read a key's file can sign: that is said, and no part of the key.
#[test]
fn a_key_that_everybody_can_read_is_warned_of() {
    let asked = Asked::answering(usual);
    let key = asked.place.path("k.pem");
    write(&key, PEM, 0o644);
    let ended = asked.keys(&["import", &text(&key)]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("mode 0644"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("c2VjcmV0") && !ended.stdout.contains("c2VjcmV0"));
}

/// What is no key in text is said to be none before anybody is asked.
#[test]
fn a_file_that_cannot_be_a_key_is_refused_with_the_reason() {
    let asked = Asked::answering(usual);
    let file = asked.place.path("k");
    let shown = text(&file);
    for (content, words) in [
        (b"\x30\x82\x04\xbd\xff".to_vec(), "openssl pkey -inform der"),
        (vec![b'a'; 40_000], "too large"),
    ] {
        write(&file, content, 0o600);
        let ended = asked.keys(&["import", &shown]);
        assert!(ended.sentence().contains(words), "{ended:?}");
    }
    let missing = asked.keys(&["import", &text(&asked.place.path("missing"))]);
    assert!(missing.sentence().contains("can't be read"), "{missing:?}");
    write(&file, PEM, 0o600);
    let pass = asked.place.path("pass");
    for (content, words) in [
        ("\n", "is empty"),
        ("", "is empty"),
        ("a\nb\n", "several lines"),
    ] {
        write(&pass, content, 0o600);
        let ended = asked.keys(&["import", &shown, "--passphrase-file", &text(&pass)]);
        assert!(ended.sentence().contains(words), "{ended:?}");
    }
    assert!(asked.asked().is_empty());
}
