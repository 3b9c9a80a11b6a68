//! Private keys as JWK: what other providers export.

use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::{KeyFormatError as E, KeyKind, PreparedKey};
use serde_json::json;

use super::{ed25519_jwk, key, p256_jwk, prepared, print, read, refused, rsa_jwk, with};
use crate::support::install_crypto;

/// RFC 7518 section 6.3.2: the members for the Chinese remainder theorem may be absent.
#[test]
fn an_rsa_jwk_is_the_same_key_with_and_without_its_primes() {
    let expected = print(key!("rsa-pkcs1"));
    assert_eq!(print(&rsa_jwk().to_string()), expected);
    let none = json!({"p": null, "q": null, "dp": null, "dq": null, "qi": null});
    assert_eq!(print(&with(&rsa_jwk(), none)), expected);
    // All of them or none.
    assert_eq!(
        refused(&with(&rsa_jwk(), json!({"qi": null}))),
        E::JwkMember
    );
    assert_eq!(
        refused(&with(&rsa_jwk(), json!({"p": null, "q": null}))),
        E::JwkMember
    );
    let oth = json!({"oth": [{"r": "AQ", "d": "AQ", "t": "AQ"}]});
    assert_eq!(refused(&with(&rsa_jwk(), oth)), E::RsaManyPrimes);
}

/// RFC 7517 section 5: a set of one is that one; of several nobody knows which is meant.
#[test]
fn a_set_of_one_key_is_that_key() {
    let one = p256_jwk();
    let set = json!({"keys": [one]}).to_string();
    assert_eq!(print(&set), print(&one.to_string()));
    let several = json!({"keys": [one, ed25519_jwk()]}).to_string();
    assert_eq!(refused(&several), E::SeveralKeys);
    assert_eq!(refused(r#"{"keys":[]}"#), E::NotAKey);
    assert_eq!(refused("{}"), E::NotAKey);
    assert_eq!(refused(r#"{"keys":[1]}"#), E::JwkMember);
}

/// A move from another provider keeps the name, and the algorithm if it is said.
#[test]
fn a_jwk_keeps_its_name_and_its_algorithm() {
    install_crypto();
    let text = with(
        &rsa_jwk(),
        json!({"kid": "2019-a/b:c", "alg": "PS256", "use": "sig"}),
    );
    let key = read(&text).unwrap();
    assert_eq!(key.given_kid(), Some("2019-a/b:c"));
    assert_eq!(key.given_alg(), Some(SigningAlg::Ps256));
    assert_eq!(prepared(&text).public().kid(), "2019-a/b:c");
    let other = PreparedKey::new(&key, SigningAlg::Ps256, Some("other".to_owned())).unwrap();
    assert_eq!(other.public().kid(), "other");
    assert_ne!(other.public().thumbprint(), "other");

    let key = read(&with(&ed25519_jwk(), json!({"alg": "Ed25519"}))).unwrap();
    assert_eq!(key.given_alg(), Some(SigningAlg::EdDsa));
    assert_eq!((key.given_kid(), key.kind()), (None, KeyKind::Ed25519));
    // A name that can't be kept does not pass unseen.
    let key = read(&with(&ed25519_jwk(), json!({"kid": "a b"}))).unwrap();
    assert!(PreparedKey::new(&key, SigningAlg::EdDsa, None).is_err());
}

/// RFC 7517 sections 4.2 to 4.4: a key that was made to encrypt must not begin to sign.
#[test]
fn a_jwk_that_is_not_for_signing_is_refused() {
    for changes in [
        json!({"use": "enc"}),
        json!({"key_ops": ["verify"]}),
        json!({"key_ops": []}),
        json!({"alg": "RS512"}),
        json!({"alg": "RSA-OAEP"}),
        json!({"alg": "ES256"}),
        json!({"alg": "none"}),
    ] {
        assert_eq!(
            refused(&with(&rsa_jwk(), changes.clone())),
            E::NotForSigning,
            "{changes}"
        );
    }
    assert!(
        read(&with(
            &rsa_jwk(),
            json!({"use": "sig", "key_ops": ["sign", "verify"]})
        ))
        .is_ok()
    );
}

/// RFC 7518 section 6, RFC 8037 section 2: members that are missing, doubled or no numbers.
#[test]
fn a_jwk_with_unfit_members_is_refused() {
    assert_eq!(refused(&with(&rsa_jwk(), json!({"d": null}))), E::PublicKey);
    assert_eq!(
        refused(&with(&p256_jwk(), json!({"d": null}))),
        E::PublicKey
    );
    assert_eq!(
        refused(&with(&ed25519_jwk(), json!({"d": null}))),
        E::PublicKey
    );
    for (jwk, changes) in [
        (rsa_jwk(), json!({"n": null})),
        (rsa_jwk(), json!({"e": null})),
        (rsa_jwk(), json!({"e": "AQAB="})),
        (rsa_jwk(), json!({"n": 5})),
        (p256_jwk(), json!({"x": null})),
        (p256_jwk(), json!({"x": "AA"})),
        (p256_jwk(), json!({"crv": null})),
        (ed25519_jwk(), json!({"x": null})),
        (ed25519_jwk(), json!({"d": "+/8"})),
    ] {
        assert_eq!(
            refused(&with(&jwk, changes.clone())),
            E::JwkMember,
            "{changes}"
        );
    }
    assert_eq!(
        refused(&with(&ed25519_jwk(), json!({"d": "AA"}))),
        E::Damaged
    );
    let twice = rsa_jwk().to_string().replacen("{", r#"{"d":"AQ","#, 1);
    assert_eq!(refused(&twice), E::JwkMember);
    for (changes, error) in [
        (json!({"crv": "P-384"}), E::OtherCurve("P-384")),
        (json!({"crv": "secp256k1"}), E::OtherCurve("secp256k1")),
        (json!({"crv": "P-257"}), E::OtherCurve("another curve")),
        (
            json!({"kty": "OKP", "crv": "X25519"}),
            E::OtherType("a key for key agreement"),
        ),
        (
            json!({"kty": "oct", "k": "AAAA"}),
            E::OtherType("a symmetric key"),
        ),
        (
            json!({"kty": "new"}),
            E::OtherType("a key of an unknown type"),
        ),
    ] {
        assert_eq!(refused(&with(&p256_jwk(), changes)), error);
    }
}
