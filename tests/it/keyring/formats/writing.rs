//! What is written can be read, and holds nothing else.

use dingpass::domain::rsa_bits::RsaBits;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::{KeyFormatError, PrivateKey};
use secrecy::SecretString;

use super::{key, made, passphrase, read};

/// RFC 5958, RFC 7468: each algorithm's key comes back the same, with and without encryption.
#[test]
fn a_key_that_is_written_is_read_back_the_same() {
    for alg in SigningAlg::ALL {
        let key = made(alg);
        assert!(key.kind().fits(alg));
        let plain = key.to_pem();
        assert!(plain.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert!(plain.lines().all(|line| line.len() <= 64));
        assert_eq!(read(&plain).unwrap().to_pem(), plain);
        let sealed = key.to_encrypted_pem(&passphrase(), &SystemEntropy).unwrap();
        assert!(sealed.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        assert_eq!(read(&sealed).unwrap().to_pem(), plain);
        let again = key.to_encrypted_pem(&passphrase(), &SystemEntropy).unwrap();
        assert_ne!(
            again, sealed,
            "salt and initialisation vector are new each time"
        );
        let wrong = PrivateKey::parse(sealed.as_bytes(), Some(&SecretString::from("x")));
        assert_eq!(wrong.unwrap_err(), KeyFormatError::WrongPassphrase);
    }
}

/// Whatever form a key came in, one form is kept.
#[test]
fn all_forms_are_written_as_one() {
    let pkcs8 = read(key!("rsa-pkcs8")).unwrap().to_pem();
    assert_eq!(*pkcs8, *key!("rsa-pkcs8"));
    assert_eq!(read(key!("rsa-pkcs1")).unwrap().to_pem(), pkcs8);
    let pkcs8 = read(key!("p256-pkcs8")).unwrap().to_pem();
    assert_eq!(*pkcs8, *key!("p256-pkcs8"));
    assert_eq!(read(key!("p256-no-public")).unwrap().to_pem(), pkcs8);
    assert_eq!(*read(key!("ed25519")).unwrap().to_pem(), *key!("ed25519"));
}

/// Encryption with nothing is none.
#[test]
fn an_empty_passphrase_encrypts_nothing() {
    let empty = SecretString::from("");
    let key = made(SigningAlg::EdDsa);
    assert!(key.to_encrypted_pem(&empty, &SystemEntropy).is_err());
}

/// `rsa_bits`: 2048, 3072 and 4096.
#[test]
fn rsa_keys_have_the_bits_that_are_asked_for() {
    for size in RsaBits::ALL {
        use rsa::pkcs8::DecodePrivateKey as _;
        use rsa::traits::PublicKeyParts as _;
        let key = PrivateKey::generate(SigningAlg::Ps256, size).unwrap();
        let key = rsa::RsaPrivateKey::from_pkcs8_pem(&key.to_pem()).unwrap();
        assert_eq!(key.n().bits(), usize::from(size.bits()));
        assert_eq!(*key.e(), rsa::BigUint::from(65537_u32));
        assert_eq!(RsaBits::from_bits(u64::from(size.bits())), Some(size));
    }
    assert_eq!(RsaBits::from_bits(1024), None);
}

/// A key that slips into a log shows nothing.
#[test]
fn a_key_is_not_shown_by_debug() {
    let shown = format!("{:?}", read(key!("ed25519")).unwrap());
    assert_eq!(shown, "PrivateKey(Ed25519)");
}
