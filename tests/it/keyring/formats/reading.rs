//! What is read, as other programs write it.

use dingpass::keyring::{KeyKind, PrivateKey};

use super::{key, passphrase, print, read};

/// RFC 8017 appendix A.1.2, RFC 5958, RFC 8018: one key in each of its forms.
#[test]
fn an_rsa_key_is_the_same_in_all_its_forms() {
    let expected = print(key!("rsa-pkcs8"));
    for text in [
        key!("rsa-pkcs1"),
        key!("rsa-pbkdf2"),
        key!("rsa-scrypt"),
        key!("rsa-aes128"),
    ] {
        assert_eq!(read(text).unwrap().kind(), KeyKind::Rsa);
        assert_eq!(print(text), expected);
    }
}

/// RFC 5915, with the curve before the key, the point compressed, left out, or text around it.
#[test]
fn a_key_on_p_256_is_the_same_in_all_its_forms() {
    let expected = print(key!("p256-pkcs8"));
    for text in [
        key!("p256-sec1"),
        key!("p256-compressed"),
        key!("p256-no-public"),
        key!("p256-text"),
    ] {
        assert_eq!(read(text).unwrap().kind(), KeyKind::P256);
        assert_eq!(print(text), expected);
    }
}

/// RFC 8410 section 7.
#[test]
fn a_key_on_ed25519_is_the_same_in_all_its_forms() {
    let expected = print(key!("ed25519"));
    assert_eq!(print(key!("ed25519-pbkdf2")), expected);
    assert_eq!(read(key!("ed25519")).unwrap().kind(), KeyKind::Ed25519);
    // With its public half, as version 2 of the form has it.
    let pair = aws_lc_rs::signature::Ed25519KeyPair::generate().unwrap();
    let both = pem_of(pair.to_pkcs8().unwrap().as_ref());
    let alone = pem_of(pair.to_pkcs8v1().unwrap().as_ref());
    assert_ne!(both, alone);
    assert_eq!(print(&both), print(&alone));
}

fn pem_of(der: &[u8]) -> String {
    use rsa::pkcs8::LineEnding;
    rsa::pkcs8::der::pem::encode_string("PRIVATE KEY", LineEnding::LF, der).unwrap()
}

/// A small exponent is allowed (RFC 8017 section 3.1), three primes aren't.
#[test]
fn an_exponent_of_three_is_taken() {
    print(key!("rsa-exponent-3"));
}

/// RFC 7468 section 2 lets text stand around a block; editors and mail do the rest.
#[test]
fn what_stands_around_a_key_does_no_harm() {
    let key = key!("rsa-pkcs8");
    let expected = print(key);
    let one_line = {
        let lines: Vec<&str> = key.lines().collect();
        let (first, last) = (lines[0], lines[lines.len() - 1]);
        format!("{first}\n{}\n{last}", lines[1..lines.len() - 1].concat())
    };
    for text in [
        format!("\u{feff}{key}"),
        key.replace('\n', "\r\n"),
        key.replace('\n', " \t\n"),
        key.replace('\n', "\n  "),
        format!("\n\n{key}\n\n"),
        key.trim_end().to_owned(),
        format!("Bag Attributes\n    friendlyName: x\nKey Attributes: <No Attributes>\n{key}"),
        one_line,
        // Web servers keep both in one file.
        format!("{}{key}", key!("rsa-certificate")),
        format!("{key}{}{}", key!("rsa-certificate"), key!("rsa-public")),
    ] {
        assert_eq!(print(&text), expected, "{text}");
    }
}

/// One passphrase for a folder in which not every file is encrypted.
#[test]
fn a_passphrase_that_is_not_needed_does_no_harm() {
    let key = key!("ed25519").as_bytes();
    assert!(PrivateKey::parse(key, None).is_ok());
    assert!(PrivateKey::parse(key, Some(&passphrase())).is_ok());
}
