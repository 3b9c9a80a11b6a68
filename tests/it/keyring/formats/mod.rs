//! Private keys in and out. The keys are throw-away ones: see `keys/README.md`.

mod any_bytes;
mod exported;
mod jwk;
mod names;
mod openssl;
mod reading;
mod refusals;
mod sealing_keys;
mod signing;
mod writing;

use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::{KeyFormatError, PreparedKey, PrivateKey};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::install_crypto;

/// A file of the folder of throw-away keys.
macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("keys/", $name, ".pem"))
    };
}
use key;

fn passphrase() -> SecretString {
    SecretString::from("correct-horse")
}

fn read(text: &str) -> Result<PrivateKey, KeyFormatError> {
    PrivateKey::parse(text.as_bytes(), Some(&passphrase()))
}

/// Ready to sign what such a key usually signs.
fn prepared(text: &str) -> PreparedKey {
    install_crypto();
    let key = read(text).unwrap();
    PreparedKey::new(&key, key.kind().usual_alg(), None).unwrap()
}

/// The thumbprint of a key.
fn print(text: &str) -> String {
    prepared(text).public().thumbprint()
}

/// The words of a refusal.
fn refused(text: &str) -> KeyFormatError {
    read(text).expect_err("it must be refused")
}

/// The private key of `rsa-pkcs1` as JWK, with all members.
fn rsa_jwk() -> Value {
    use base64::Engine as _;
    use rsa::pkcs1::DecodeRsaPrivateKey as _;
    use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
    let key = rsa::RsaPrivateKey::from_pkcs1_pem(key!("rsa-pkcs1")).unwrap();
    let text = |number: &rsa::BigUint| {
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(number.to_bytes_be())
    };
    json!({
        "kty": "RSA", "n": text(key.n()), "e": text(key.e()), "d": text(key.d()),
        "p": text(&key.primes()[0]), "q": text(&key.primes()[1]),
        "dp": text(key.dp().unwrap()), "dq": text(key.dq().unwrap()),
        "qi": text(&key.crt_coefficient().unwrap()),
    })
}

/// RFC 7515 appendix A.3.1.
fn p256_jwk() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    })
}

/// RFC 8037 appendix A.1.
fn ed25519_jwk() -> Value {
    json!({
        "kty": "OKP", "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    })
}

/// A JWK with some members changed; `null` takes one away.
fn with(jwk: &Value, changes: Value) -> String {
    let (Value::Object(mut jwk), Value::Object(changes)) = (jwk.clone(), changes) else {
        panic!("two objects");
    };
    for (name, value) in changes {
        if value.is_null() {
            jwk.remove(&name);
        } else {
            jwk.insert(name, value);
        }
    }
    Value::Object(jwk).to_string()
}

/// A key of ours for each algorithm, made once.
fn made(alg: SigningAlg) -> &'static PrivateKey {
    use std::sync::OnceLock;
    static KEYS: [OnceLock<PrivateKey>; 4] = [const { OnceLock::new() }; 4];
    let index = SigningAlg::ALL.iter().position(|it| *it == alg).unwrap();
    KEYS[index].get_or_init(|| {
        PrivateKey::generate(alg, dingpass::domain::rsa_bits::RsaBits::B2048).unwrap()
    })
}
