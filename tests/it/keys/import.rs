//! Keys that were made elsewhere.

use std::process::Command;

use dingpass::domain::signing_alg::SigningAlg;
use dingpass::operator::keys::{KeyQuestion, RefusalCause, SecretText};

use super::{Bureau, ES256, RS256, WAIT, kid_of, revoke, rotate, word};
use crate::support::has;

fn openssl(arguments: &[&str]) -> String {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn ec_key() -> String {
    openssl(&[
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ])
}

fn import(text: &str, kid: Option<&str>) -> KeyQuestion {
    KeyQuestion::Import {
        text: SecretText::new(text),
        passphrase: None,
        algorithm: None,
        kid: kid.map(str::to_owned),
    }
}

/// Issue: a move from another provider keeps its kid.
#[tokio::test]
async fn an_imported_key_keeps_its_name_and_signs_in_its_turn() {
    if !has("openssl") {
        return;
    }
    let bureau = Bureau::start().await;
    let key = openssl(&[
        "genpkey",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:2048",
    ]);
    let planned = bureau.planned(import(&key, Some("old-provider-1"))).await;
    assert!(!planned.breaks);
    assert!(
        bureau
            .list()
            .await
            .keys
            .iter()
            .all(|key| key.kid != "old-provider-1")
    );
    let done = bureau.done(import(&key, Some("old-provider-1"))).await;
    assert_eq!(done.kid.as_deref(), Some("old-provider-1"));
    let line = bureau.key("old-provider-1").await;
    assert_eq!(
        (word(&line.state).as_str(), line.bits),
        ("next", Some(2048))
    );
    bureau.done(rotate(RS256)).await;
    bureau.serve(WAIT + 1).await;
    let rp = bureau.house.rp().await;
    let tokens = rp.sign_in(&mut bureau.house.browser(), &[]).await;
    assert_eq!(kid_of(&tokens.id_token), "old-provider-1");
}

/// The kid and the algorithm of a JWK are its own.
#[tokio::test]
async fn a_jwk_brings_its_name() {
    let bureau = Bureau::start().await;
    // RFC 7515 appendix A.3.
    let jwk = r#"{"kty":"EC","crv":"P-256","kid":"of-the-rfc","alg":"ES256",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;
    let done = bureau.done(import(jwk, None)).await;
    assert_eq!(done.kid.as_deref(), Some("of-the-rfc"));
    assert_eq!(bureau.key("of-the-rfc").await.algorithm, ES256);
}

/// Bad input of the issue, one by one: nothing of it changes anything, and no word of it is
/// repeated.
#[tokio::test]
async fn what_is_no_usable_key_is_refused_with_words() {
    if !has("openssl") {
        return;
    }
    let bureau = Bureau::start().await;
    let before = bureau.list().await.keys;
    let good = ec_key();
    let file = bureau.folder.path().join("key.pem");
    std::fs::write(&file, &good).unwrap();
    let path = file.to_str().unwrap();
    let public = openssl(&["pkey", "-in", path, "-pubout"]);
    let encrypted = openssl(&["pkey", "-in", path, "-aes256", "-passout", "pass:right"]);
    let truncated: String = good.chars().take(good.len() / 2).collect();
    for (text, cause) in [
        (truncated.as_str(), RefusalCause::NotAKey),
        (public.as_str(), RefusalCause::NotAKey),
        ("nothing", RefusalCause::NotAKey),
        ("", RefusalCause::NotAKey),
        (encrypted.as_str(), RefusalCause::Passphrase),
    ] {
        let refusal = bureau.refused(import(text, None)).await;
        assert_eq!(refusal.cause, cause, "{}", refusal.words);
        let body = text.lines().nth(1).unwrap_or("no such line");
        assert!(!refusal.words.contains(body), "{}", refusal.words);
    }
    let with = |passphrase: &str| KeyQuestion::Import {
        text: SecretText::new(encrypted.as_str()),
        passphrase: Some(SecretText::new(passphrase)),
        algorithm: None,
        kid: None,
    };
    let refusal = bureau.refused(with("wrong")).await;
    assert_eq!(refusal.cause, RefusalCause::Passphrase);
    let other = KeyQuestion::Import {
        text: SecretText::new(good.as_str()),
        passphrase: None,
        algorithm: Some(SigningAlg::Rs256),
        kid: None,
    };
    assert_eq!(bureau.cause(other).await, RefusalCause::OtherAlgorithm);
    let refusal = bureau.refused(import(&good, Some("with blanks"))).await;
    assert_eq!(refusal.cause, RefusalCause::BadValue);
    assert!(
        refusal.words.starts_with("the kid can't be used: "),
        "{}",
        refusal.words
    );
    assert_eq!(bureau.list().await.keys, before);
    bureau.done(with("right")).await;
}

/// Two keys can't have one name, and one key can't have two; a revoked one never comes back,
/// under whatever name.
#[tokio::test]
async fn a_key_comes_in_once() {
    if !has("openssl") {
        return;
    }
    let bureau = Bureau::start().await;
    let key = ec_key();
    bureau.done(import(&key, Some("first"))).await;
    for (text, kid) in [
        (key.as_str(), "first"),
        (&ec_key(), "first"),
        (&key, "second"),
    ] {
        assert_eq!(
            bureau.cause(import(text, Some(kid))).await,
            RefusalCause::AlreadyThere
        );
    }
    bureau.confirmed(revoke("first")).await;
    for kid in ["first", "second"] {
        let refusal = bureau.refused(import(&key, Some(kid))).await;
        assert_eq!(refusal.cause, RefusalCause::AlreadyThere);
        assert!(refusal.words.contains("revoked"), "{}", refusal.words);
    }
}
