//! Whatever comes: no panic, no key that can't sign.

use dingpass::keyring::{PreparedKey, PrivateKey, PublicKey, SealingKey};
use proptest::prelude::*;
use rsa::pkcs8::LineEnding;
use rsa::pkcs8::der::pem;
use secrecy::SecretString;

use super::{ed25519_jwk, key, p256_jwk, passphrase, rsa_jwk};
use crate::support::install_crypto;

/// Reads it, and prepares what was read.
fn read(bytes: &[u8], passphrase: Option<&SecretString>) {
    let _ = SealingKey::parse(bytes, None);
    let _ = PublicKey::from_jwk_text(&String::from_utf8_lossy(bytes));
    if let Ok(key) = PrivateKey::parse(bytes, passphrase) {
        install_crypto();
        // What passes the reading signs, or its name is unfit.
        let prepared = PreparedKey::new(&key, key.kind().usual_alg(), Some("k".to_owned()));
        assert!(prepared.is_ok(), "{:?}", prepared.err());
        assert!(PrivateKey::parse(key.to_pem().as_bytes(), None).is_ok());
    }
}

const PEMS: [&str; 10] = [
    key!("rsa-pkcs1"),
    key!("rsa-pkcs8"),
    key!("rsa-pbkdf2"),
    key!("rsa-scrypt"),
    key!("rsa-three-primes"),
    key!("p256-sec1"),
    key!("p256-pkcs8"),
    key!("p256-explicit"),
    key!("ed25519"),
    key!("ed25519-pbkdf2"),
];

/// A text or some bytes with one piece replaced.
fn replaced(original: &[u8], at: usize, length: usize, piece: &[u8]) -> Vec<u8> {
    let at = at % (original.len() + 1);
    let end = (at + length).min(original.len());
    [&original[..at], piece, &original[end..]].concat()
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes, Some(&passphrase()));
    }

    #[test]
    fn any_text_that_looks_like_a_key_is_read_or_refused(
        text in "(-----(BEGIN|END) (RSA |EC |ENCRYPTED )?PRIVATE KEY-----\n|[A-Za-z0-9+/=]{0,64}\n|Proc-Type: 4\n|\\{\"k(ty|eys)\":[\\[\"\\]]?){0,8}"
    ) {
        read(text.as_bytes(), Some(&passphrase()));
    }

    #[test]
    fn a_pem_with_a_piece_replaced_is_read_or_refused(
        which in 0..PEMS.len(), at in any::<usize>(), length in 0..40_usize,
        piece in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        read(&replaced(PEMS[which].as_bytes(), at, length, &piece), None);
    }

    #[test]
    fn a_der_with_a_piece_replaced_is_read_or_refused(
        which in 0..PEMS.len(), at in any::<usize>(), length in 0..4_usize,
        piece in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let text = PEMS[which];
        let from = text.rfind("-----BEGIN").unwrap();
        let (label, der) = pem::decode_vec(&text.as_bytes()[from..]).unwrap();
        let changed = replaced(&der, at, length, &piece);
        let text = pem::encode_string(label, LineEnding::LF, &changed).unwrap();
        read(text.as_bytes(), None);
    }

    #[test]
    fn what_is_encrypted_is_read_or_refused_whatever_it_is(
        at in 1..100_usize, bits in 1..=255_u8,
    ) {
        let (label, mut der) = pem::decode_vec(key!("rsa-pbkdf2").as_bytes()).unwrap();
        let at = der.len() - at;
        der[at] ^= bits;
        let text = pem::encode_string(label, LineEnding::LF, &der).unwrap();
        read(text.as_bytes(), Some(&passphrase()));
    }

    #[test]
    fn a_jwk_with_a_piece_replaced_is_read_or_refused(
        which in 0..3_usize, at in any::<usize>(), length in 0..40_usize, piece in "[A-Za-z0-9_\",:{}-]{0,6}",
        without in prop::option::of(0..9_usize),
    ) {
        let mut jwk = [rsa_jwk, p256_jwk, ed25519_jwk][which]();
        if let Some(name) = without.and_then(|index| jwk.as_object().unwrap().keys().nth(index).cloned()) {
            jwk.as_object_mut().unwrap().remove(&name);
        }
        read(&replaced(jwk.to_string().as_bytes(), at, length, piece.as_bytes()), None);
    }
}
