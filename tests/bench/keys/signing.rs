//! Signatures a second, and how long it takes to make a key.

use anyhow::{Context as _, Error};
use dingpass::domain::rsa_bits::RsaBits;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::{PrivateKey, TokenType};
use serde_json::{Value, json};

use crate::openssl::OpenSsl;
use crate::{cpu, house};

/// What is measured: an algorithm, the size of its RSA keys, and the line of `openssl speed`.
const ROWS: [(SigningAlg, u32, &str); 8] = [
    (SigningAlg::Rs256, 2048, "rsa 2048 bits"),
    (SigningAlg::Ps256, 2048, "rsa 2048 bits"),
    (SigningAlg::Rs256, 3072, "rsa 3072 bits"),
    (SigningAlg::Ps256, 3072, "rsa 3072 bits"),
    (SigningAlg::Rs256, 4096, "rsa 4096 bits"),
    (SigningAlg::Ps256, 4096, "rsa 4096 bits"),
    (SigningAlg::Es256, 2048, "256 bits ecdsa (nistp256)"),
    (SigningAlg::EdDsa, 2048, "253 bits EdDSA (Ed25519)"),
];

pub(crate) fn report() -> Result<(), Error> {
    let openssl = OpenSsl::measure();
    let version = openssl
        .as_ref()
        .map_or("no openssl command here", |it| it.version.as_str());
    println!("signatures of ID Tokens by the keyring, and {version}");
    println!(
        "{:<12} {:>10} {:>10} {:>10} {:>8} {:>14}",
        "", "CPU us", "a second", "openssl", "ratio", "making ms"
    );
    for (alg, bits, line) in ROWS {
        let name = match alg {
            SigningAlg::Rs256 | SigningAlg::Ps256 => format!("{} {bits}", alg.as_str()),
            SigningAlg::Es256 | SigningAlg::EdDsa => alg.as_str().to_owned(),
        };
        let each = signature(alg, bits)?;
        let rate = 1e9 / each;
        let theirs = openssl.as_ref().and_then(|it| it.signatures(line));
        let column = |figure: Option<f64>, digits| {
            figure.map_or_else(|| "-".to_owned(), |it| format!("{it:.digits$}"))
        };
        println!(
            "{name:<12} {:>10.1} {rate:>10.0} {:>10} {:>8} {:>14.1}",
            each / 1e3,
            column(theirs, 0),
            column(theirs.map(|it| rate / it), 2),
            making(alg, bits)?,
        );
    }
    Ok(())
}

/// Nanoseconds of one signature.
fn signature(alg: SigningAlg, bits: u32) -> Result<f64, Error> {
    let config = house::configuration(bits)?;
    let keyring = house::keys(&config)?.keyring();
    let mut clients = config.clients.iter();
    let client = clients
        .find(|it| it.id_token_signed_response_alg == alg)
        .context("no such client")?;
    let claims = claims();
    cpu::each(|| {
        keyring.sign_for(client, TokenType::Id, &claims)?;
        Ok(())
    })
}

/// Milliseconds of making a key.
fn making(alg: SigningAlg, bits: u32) -> Result<f64, Error> {
    let bits = RsaBits::from_bits(bits.into()).context("no such size")?;
    cpu::once(|| {
        PrivateKey::generate(alg, bits)?;
        Ok(())
    })
}

/// The claims of an ordinary ID Token.
fn claims() -> Value {
    json!({
        "iss": "https://id.example",
        "sub": "dz5fUcfd6K2mFXJQJ3V4xw",
        "aud": "application",
        "iat": 1_800_000_000,
        "exp": 1_800_003_600,
        "auth_time": 1_799_999_990,
        "nonce": "n-0S6_WzA2Mj9eGzUuA1xQk4Yw",
        "acr": "urn:dingpass:acr:dingtalk",
        "sid": "Vd9cJ3pQ6sVZ0a1hXyZbLw",
        "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
        "name": "张三",
        "preferred_username": "zhangsan",
        "email": "zhangsan@corp.example",
        "email_verified": true,
        "updated_at": 1_799_000_000
    })
}
