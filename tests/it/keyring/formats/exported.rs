//! The forms in which keys leave, beside the ones in which they are kept.

use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::{PreparedKey, PublicKey};

use super::openssl::openssl;
use super::{key, made, prepared, read};
use crate::support::install_crypto;

/// RFC 7518 section 6, RFC 8037 section 2: a key that leaves as JWK comes back the same, under
/// the same name and for the same algorithm.
#[test]
fn a_key_that_leaves_as_jwk_comes_back_the_same() {
    install_crypto();
    for alg in SigningAlg::ALL {
        let key = made(alg);
        let public = PreparedKey::new(key, alg, Some("a/name".to_owned())).unwrap();
        let jwk = key.to_jwk(public.public()).unwrap();
        let back = read(&jwk).unwrap();
        assert_eq!(back.to_pem(), key.to_pem());
        assert_eq!(
            (back.given_kid(), back.given_alg()),
            (Some("a/name"), Some(alg))
        );
    }
    let other = prepared(key!("ed25519"));
    assert!(made(SigningAlg::Es256).to_jwk(other.public()).is_err());
}

/// RFC 7468 section 13: what `openssl` writes for the same key.
#[test]
fn a_public_half_as_pem_is_what_openssl_writes() {
    install_crypto();
    for alg in SigningAlg::ALL {
        let key = made(alg);
        let public = PreparedKey::new(key, alg, None).unwrap();
        let text = public.public().to_jwk_text().unwrap();
        let pem = PublicKey::from_jwk_text(&text).unwrap().to_pem().unwrap();
        let Some(theirs) = openssl(&["pkey", "-pubout"], key.to_pem().as_bytes()) else {
            return;
        };
        assert_eq!(pem.as_bytes(), theirs);
    }
}
