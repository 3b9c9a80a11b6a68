//! Names of keys, their published halves, and what they sign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dingpass::keyring::Keyring;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Map, Value, json};

use super::{folder, opened, pem, published};
use crate::support::{install_crypto, jwks_of, keyring_of};

const ISSUER: &str = "https://id.example";

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "s", "aud": "a", "sid": "x", "exp": 1})
}

/// RFC 7638 section 3, computed by hand from the key itself.
#[test]
fn the_kid_is_the_thumbprint() {
    let keyring = opened(folder().path());
    let key = rsa::RsaPrivateKey::from_pkcs8_pem(pem(0)).unwrap();
    let encode = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
    let canonical = format!(
        r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
        encode(key.e()),
        encode(key.n())
    );
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, canonical.as_bytes());
    assert_eq!(
        keyring.signer().unwrap().kid(),
        URL_SAFE_NO_PAD.encode(digest)
    );
}

/// RFC 7517 section 4: what is published, and no private member (RFC 7518 section 6.3.2).
#[test]
fn the_jwks_has_public_members_alone() {
    let keyring = opened(folder().path());
    let jwks = serde_json::to_value(jwks_of(&keyring)).unwrap();
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    let names: Vec<&String> = keys[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(published(&keyring), [keyring.signer().unwrap().kid()]);
}

/// RFC 7515 by another library, over the published half.
#[test]
fn a_signature_verifies_under_the_published_key_and_under_no_other() {
    let keyring = opened(folder().path());
    let token = keyring.sign(&claims()).unwrap();
    let mut rules = Validation::new(Algorithm::RS256);
    rules.validate_exp = false;
    rules.validate_aud = false;
    let verify = |keyring: &Keyring, token: &str| {
        let key = DecodingKey::from_jwk(&jwks_of(keyring).keys[0]).unwrap();
        jsonwebtoken::decode::<Map<String, Value>>(token, &key, &rules).map(|token| token.claims)
    };
    assert_eq!(Value::Object(verify(&keyring, &token).unwrap()), claims());
    let other = keyring_of(pem(1));
    assert!(verify(&other, &token).is_err());
    let (head, signature) = token.rsplit_once('.').unwrap();
    let altered = head.replacen('.', ".e", 1);
    assert!(verify(&keyring, &format!("{altered}.{signature}")).is_err());
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// RFC 8725 section 3.1: the algorithm is the key's and never the header's; a hint is good
/// after its end, and only here.
#[test]
fn only_our_own_tokens_pass_as_hints() {
    install_crypto();
    let keyring = opened(folder().path());
    let signer = keyring.signer().unwrap();
    let kid = signer.kid();
    let good = keyring.sign(&claims()).unwrap();
    assert_eq!(keyring.verify_own(ISSUER, &good).unwrap().sub, "s");

    let signature = good.rsplit('.').next().unwrap();
    let none = unsigned(&json!({"alg": "none", "kid": kid}), &claims());
    let hmac = unsigned(&json!({"alg": "HS256", "kid": kid}), &claims());
    let key = aws_lc_rs::hmac::Key::new(
        aws_lc_rs::hmac::HMAC_SHA256,
        serde_json::to_string(&jwks_of(&keyring))
            .unwrap()
            .as_bytes(),
    );
    let tag = URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, hmac.as_bytes()));
    let by_another_key = keyring_of(pem(1)).sign(&claims()).unwrap();
    let with_our_kid = unsigned(&json!({"alg": "RS256", "kid": kid}), &claims());
    let without_kid = unsigned(&json!({"alg": "RS256"}), &claims());
    for wrong in [
        format!("{none}."),
        format!("{none}.{signature}"),
        format!("{hmac}.{tag}"),
        by_another_key,
        format!("{with_our_kid}.{signature}"),
        format!("{without_kid}.{signature}"),
        good[..good.len() - 2].to_owned(),
        good.replacen('.', "..", 1),
        String::new(),
        "a.b.c".to_owned(),
        keyring.sign(&json!({"sub": "s", "aud": "a"})).unwrap(),
        keyring.sign(&json!({"iss": ISSUER, "aud": "a"})).unwrap(),
        keyring.sign(&json!({"iss": ISSUER, "sub": "s"})).unwrap(),
        keyring
            .sign(&json!({"iss": "https://id.example/", "sub": "s", "aud": "a"}))
            .unwrap(),
    ] {
        assert!(keyring.verify_own(ISSUER, &wrong).is_err(), "{wrong}");
    }
    assert!(keyring.verify_own("https://other.example", &good).is_err());
}
