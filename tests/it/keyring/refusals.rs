//! What of a folder is refused, each with its file's name and nothing of its content.

use std::fs;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _, LineEnding};

use super::{chmod, edit, folder, kid, only, opened, pem, private_folder, put, refusal, rsa_pem};

/// CONTRIBUTING.md, Decisions: any access by others and any writing by the group is refused, before a byte
/// is read; 0640 and 0440 are what Kubernetes mounts.
#[test]
fn keys_that_others_can_get_at_are_refused() {
    for suffix in [".pem", ".key"] {
        let folder = folder();
        let path = only(folder.path(), suffix);
        for mode in [
            0o604, 0o620, 0o601, 0o602, 0o644, 0o660, 0o666, 0o777, 0o444,
        ] {
            chmod(&path, mode);
            let words = refusal(folder.path());
            assert!(words.contains(&format!("{mode:04o}")), "{words}");
            assert!(words.contains(path.to_str().unwrap()), "{words}");
            assert!(words.contains("chmod 600"), "{words}");
        }
        for mode in [0o600, 0o400, 0o640, 0o440, 0o700] {
            chmod(&path, mode);
            opened(folder.path());
        }
    }
}

/// A key that is there without a list is looked at like any other.
#[test]
fn an_unlisted_key_that_others_can_read_is_refused() {
    let folder = private_folder();
    put(folder.path(), "a.pem", pem(0));
    chmod(&folder.path().join("a.pem"), 0o644);
    assert!(refusal(folder.path()).contains("0644"));
    assert!(!folder.path().join("keyring.toml").exists());
}

fn not_a_key(content: &str) -> String {
    let folder = folder();
    let path = only(folder.path(), ".pem");
    fs::write(&path, content).unwrap();
    let words = refusal(folder.path());
    assert!(words.contains(path.to_str().unwrap()), "{words}");
    assert!(words.contains("is not a private key that signs"), "{words}");
    words
}

/// PKCS#8 bytes of another algorithm as PEM.
fn as_pem(pkcs8: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(pkcs8);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let label = "PRIVATE KEY";
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// RFC 7518 section 3.3 and what a folder may hold by mistake.
#[test]
fn what_is_no_private_key_for_rs256_is_refused() {
    let key = rsa::RsaPrivateKey::from_pkcs8_pem(pem(1)).unwrap();
    let public = key
        .to_public_key()
        .to_public_key_pem(LineEnding::LF)
        .unwrap();
    let whole = pem(1);
    let lines: Vec<&str> = whole.lines().collect();
    let random = SystemRandom::new();
    let elliptic = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let elliptic = as_pem(elliptic.as_ref());
    let edwards = as_pem(Ed25519KeyPair::generate_pkcs8(&random).unwrap().as_ref());
    let without_a_line = [&lines[..5], &lines[6..]].concat().join("\n");
    for content in [
        "",
        "\n",
        "garbage",
        "\0\0\0\0",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        &whole[..whole.len() / 2],
        &whole[..whole.len() - 30],
        &without_a_line,
        &whole.replacen("PRIVATE", "ENCRYPTED PRIVATE", 2),
        &public,
        &elliptic,
        &edwards,
    ] {
        not_a_key(content);
    }
    let words = not_a_key(&rsa_pem(1024));
    assert!(words.contains("2048"), "{words}");
}

/// The list and the files must say the same.
#[test]
fn another_key_under_a_listed_kid_is_refused() {
    let folder = folder();
    let path = only(folder.path(), ".pem");
    fs::write(&path, pem(1)).unwrap();
    let words = refusal(folder.path());
    assert!(words.contains("keyring.toml"), "{words}");
    assert!(words.contains(&kid(pem(0))), "{words}");
    assert!(words.contains("another key"), "{words}");
}

/// A listed file that is gone is not made anew behind the operator's back.
#[test]
fn a_listed_key_that_is_missing_is_refused() {
    for suffix in [".pem", ".key"] {
        let folder = folder();
        let path = only(folder.path(), suffix);
        fs::remove_file(&path).unwrap();
        let words = refusal(folder.path());
        assert!(words.contains(path.to_str().unwrap()), "{words}");
        assert!(!path.exists());
    }
}

/// Which of two would sign?
#[test]
fn two_active_keys_are_refused() {
    let folder = private_folder();
    put(folder.path(), "1.pem", pem(0));
    put(folder.path(), "2.pem", pem(1));
    opened(folder.path());
    edit(folder.path(), |list| {
        list.replace("\"retired\"", "\"active\"")
    });
    assert!(refusal(folder.path()).contains("two keys of RS256 are active"));

    let folder = self::folder();
    put(
        folder.path(),
        "other.key",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
    );
    edit(folder.path(), |list| {
        list + "\n[[sealing]]\nid = \"other\"\nstate = \"active\"\nfile = \"other.key\"\ncreated_at = \"2026-01-01T00:00:00Z\"\n"
    });
    assert!(refusal(folder.path()).contains("two keys of A256GCM are active"));
}

/// A list that a later version wrote, or a hand that slipped.
#[test]
fn a_list_that_is_not_understood_is_refused() {
    type Change = fn(String) -> String;
    let changes: [(&str, Change); 8] = [
        ("a state", |list| {
            list.replacen("\"active\"", "\"asleep\"", 1)
        }),
        ("an algorithm", |list| {
            list.replacen("RS256\"", "HS256\"", 1)
        }),
        ("a version", |list| {
            list.replacen("version = 2", "version = 3", 1)
        }),
        ("no version", |list| list.replacen("version = 2", "", 1)),
        ("a member", |list| {
            list.replacen("state = ", "more = 1\nstate = ", 1)
        }),
        ("no kid", |list| list.replacen("kid = ", "name = ", 1)),
        ("no TOML", |_| "{\"version\": 1}".to_owned()),
        ("bytes", |_| "\u{1}\u{2}garbage".to_owned()),
    ];
    for (what, change) in changes {
        let folder = folder();
        edit(folder.path(), change);
        let list = fs::read(folder.path().join("keyring.toml")).unwrap();
        let words = refusal(folder.path());
        assert!(words.contains("keyring.toml"), "{what}: {words}");
        let after = fs::read(folder.path().join("keyring.toml")).unwrap();
        assert_eq!(after, list, "{what}: a refused list is left alone");
    }
}

/// An empty list would make new keys beside the ones that clients know.
#[test]
fn an_empty_list_is_refused() {
    let folder = folder();
    edit(folder.path(), |_| String::new());
    refusal(folder.path());
}

/// A sealing key has 32 bytes.
#[test]
fn what_is_no_sealing_key_is_refused() {
    for content in [
        "",
        "AAAA",
        "not base64 !!!",
        &"A".repeat(44),
        &"A".repeat(64),
        "é",
    ] {
        let folder = folder();
        let path = only(folder.path(), ".key");
        fs::write(&path, content).unwrap();
        let words = refusal(folder.path());
        assert!(words.contains(path.to_str().unwrap()), "{words}");
        assert!(words.contains("is not a sealing key"), "{words}");
    }
}

/// Who can write the folder or its list decides which key signs.
#[test]
fn a_folder_or_a_list_that_others_can_write_is_refused() {
    let folder = folder();
    let list = folder.path().join("keyring.toml");
    for mode in [0o620, 0o602, 0o666] {
        chmod(&list, mode);
        let words = refusal(folder.path());
        assert!(words.contains(list.to_str().unwrap()), "{words}");
        assert!(words.contains(&format!("{mode:04o}")), "{words}");
    }
    chmod(&list, 0o644);
    for mode in [0o770, 0o707, 0o777] {
        chmod(folder.path(), mode);
        let words = refusal(folder.path());
        assert!(words.contains("chmod go-w"), "{words}");
    }
    // Kubernetes mounts secrets into a sticky folder: nobody may replace another's file.
    for mode in [0o1777, 0o755, 0o700] {
        chmod(folder.path(), mode);
        opened(folder.path());
    }
}
