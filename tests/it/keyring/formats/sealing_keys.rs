//! Sealing keys at rest.

use dingpass::entropy::SystemEntropy;
use dingpass::keyring::{KeyFormatError as E, SealingKey};
use secrecy::SecretString;

use super::{key, passphrase};

fn read(text: &str) -> Result<SealingKey, E> {
    SealingKey::parse(text.as_bytes(), Some(&passphrase()))
}

/// 32 bytes in base64url, as before; with a passphrase, encrypted.
#[test]
fn a_sealing_key_is_read_back_from_both_forms() {
    let key = SealingKey::generate(&SystemEntropy);
    let plain = key.to_text();
    assert_eq!(plain.trim_end().len(), 43);
    assert_eq!(read(&plain).unwrap().to_text(), plain);
    assert_eq!(
        read(&format!("\u{feff}{}\r\n", plain.trim()))
            .unwrap()
            .to_text(),
        plain
    );
    let sealed = key.to_encrypted_pem(&passphrase(), &SystemEntropy).unwrap();
    assert!(!sealed.contains(plain.trim()));
    assert_eq!(read(&sealed).unwrap().to_text(), plain);
    let empty = SecretString::from("");
    assert!(key.to_encrypted_pem(&empty, &SystemEntropy).is_err());
    assert_eq!(format!("{key:?}"), "SealingKey(..)");
}

/// AES-CBC by itself would give another key; the digest within does not let it.
#[test]
fn an_encrypted_sealing_key_gives_itself_or_nothing() {
    let key = SealingKey::generate(&SystemEntropy);
    let sealed = key.to_encrypted_pem(&passphrase(), &SystemEntropy).unwrap();
    let none = SealingKey::parse(sealed.as_bytes(), None).unwrap_err();
    assert_eq!(none, E::PassphraseNeeded);
    let wrong = SealingKey::parse(sealed.as_bytes(), Some(&SecretString::from("x")));
    assert_eq!(wrong.unwrap_err(), E::WrongPassphrase);

    let (label, der) = rsa::pkcs8::der::pem::decode_vec(sealed.as_bytes()).unwrap();
    // The 80 bytes at the end are what is encrypted; before them is the initialisation vector.
    let from = der.len() - 80 - 2 - 16;
    for at in [
        from,
        from + 15,
        der.len() - 80,
        der.len() - 40,
        der.len() - 1,
    ] {
        let mut changed = der.clone();
        changed[at] ^= 1;
        let line = rsa::pkcs8::LineEnding::LF;
        let text = rsa::pkcs8::der::pem::encode_string(label, line, &changed).unwrap();
        assert_eq!(read(&text).unwrap_err(), E::WrongPassphrase, "{at}");
    }
}

/// What lies there by mistake.
#[test]
fn what_is_no_sealing_key_is_refused() {
    for text in [
        "",
        "AAAA",
        &"A".repeat(44),
        &"A".repeat(42),
        &"+".repeat(43),
        key!("rsa-pkcs8"),
        key!("rsa-pbkdf2"),
    ] {
        assert_eq!(read(text).unwrap_err(), E::NotASealingKey, "{text}");
    }
    let key = SealingKey::generate(&SystemEntropy);
    let sealed = key.to_encrypted_pem(&passphrase(), &SystemEntropy).unwrap();
    assert_eq!(super::refused(&sealed), E::OtherType("a sealing key"));
    let twice = format!("{}{}", &*sealed, &*sealed);
    assert_eq!(read(&twice).unwrap_err(), E::NotASealingKey);
}
