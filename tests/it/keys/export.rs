//! Copies of keys.

use std::sync::Arc;

use dingpass::operator::keys::{
    Exported, KeyAnswer, KeyFormat, KeyQuestion, KeyRequest, RefusalCause, SecretText,
};

use super::telling::{Deaf, office_of};
use super::{Bureau, ES256, RS256, SEAL};
use crate::support::has;

fn export(kid: &str, private: bool, format: KeyFormat) -> KeyQuestion {
    KeyQuestion::Export {
        kid: kid.to_owned(),
        private,
        format,
        passphrase: None,
    }
}

async fn exported(bureau: &Bureau, ask: KeyQuestion) -> Exported {
    match bureau.ask(KeyRequest::new(ask)).await {
        KeyAnswer::Exported(exported) => exported,
        other => panic!("{other:?}"),
    }
}

/// Both halves of each algorithm come out in both forms, and what comes out is the key.
#[tokio::test]
async fn what_is_exported_is_the_key() {
    let mut settings = super::settings();
    settings.policy.uses.push(
        "EdDSA"
            .parse::<dingpass::operator::keys::SetName>()
            .unwrap()
            .0,
    );
    let bureau = Bureau::of(crate::support::House::plan().more(super::WIKI), settings).await;
    for set in [RS256, ES256, "EdDSA".parse().unwrap()] {
        let kid = bureau.active(set).await;
        let public = exported(&bureau, export(&kid, false, KeyFormat::Jwk)).await;
        let published: serde_json::Value =
            serde_json::from_slice(&bureau.house.keyring.published().body).unwrap();
        let jwk: serde_json::Value = serde_json::from_str(public.text.expose()).unwrap();
        assert!(published["keys"].as_array().unwrap().contains(&jwk));
        let pem = exported(&bureau, export(&kid, false, KeyFormat::Pem)).await;
        assert!(
            pem.text
                .expose()
                .starts_with("-----BEGIN PUBLIC KEY-----\n")
        );
        for format in [KeyFormat::Pem, KeyFormat::Jwk] {
            let private = exported(&bureau, export(&kid, true, format)).await;
            assert!(private.private && private.kid == kid);
            let key = dingpass::keyring::PrivateKey::parse(private.text.expose().as_bytes(), None)
                .unwrap();
            let alg = dingpass::domain::signing_alg::SigningAlg::parse(set.as_str()).unwrap();
            let prepared =
                dingpass::keyring::PreparedKey::new(&key, alg, Some(kid.clone())).unwrap();
            use dingpass::keyring::Signer as _;
            assert_eq!(serde_json::to_value(prepared.public_jwk()).unwrap(), jwk);
        }
    }
}

/// OpenSSL, which knows nothing of us, reads the public PEM and finds in it the key of the
/// private one.
#[tokio::test]
async fn openssl_reads_what_is_exported() {
    if !has("openssl") {
        return;
    }
    let bureau = Bureau::start().await;
    for set in [RS256, ES256] {
        let kid = bureau.active(set).await;
        let public = exported(&bureau, export(&kid, false, KeyFormat::Pem)).await;
        let ask = KeyQuestion::Export {
            kid,
            private: true,
            format: KeyFormat::Pem,
            passphrase: Some(SecretText::new("correct horse")),
        };
        let private = exported(&bureau, ask).await;
        assert!(private.text.expose().starts_with("-----BEGIN ENCRYPTED"));
        let file = bureau.folder.path().join("private.pem");
        std::fs::write(&file, private.text.expose()).unwrap();
        let output = std::process::Command::new("openssl")
            .args(["pkey", "-pubout", "-passin", "pass:correct horse", "-in"])
            .arg(&file)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.trim(), public.text.expose().trim());
    }
}

/// A private key that leaves the house is told first, with who took it.
#[tokio::test]
async fn an_export_of_a_private_key_is_told() {
    let bureau = Bureau::start().await;
    let kid = bureau.active(RS256).await;
    exported(&bureau, export(&kid, false, KeyFormat::Pem)).await;
    let acted = |event: &serde_json::Value| event["event"] == "operator_acted";
    assert!(
        !bureau.events().await.iter().any(acted),
        "public halves are public"
    );
    exported(&bureau, export(&kid, true, KeyFormat::Pem)).await;
    let events = bureau.events().await;
    let told: Vec<_> = events.iter().filter(|event| acted(event)).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["act"], "key_exported");
    assert_eq!(
        (&told[0]["kid"], &told[0]["uid"]),
        (&kid.into(), &bureau.uid().into())
    );
}

/// What can't be told is not handed out.
#[tokio::test]
async fn a_private_key_is_not_handed_out_while_the_log_is_deaf() {
    let bureau = Bureau::start().await;
    let kid = bureau.active(RS256).await;
    let deaf = Arc::new(Deaf::of(&bureau.house));
    let office = office_of(&bureau.house, deaf.clone());
    let ask = || KeyRequest::new(export(&kid, true, KeyFormat::Pem));
    match office.ask(ask(), Some(7)).await {
        KeyAnswer::Refused(refusal) => assert_eq!(refusal.cause, RefusalCause::CannotBeTold),
        other => panic!("{other:?}"),
    }
    deaf.hear();
    assert!(matches!(
        office.ask(ask(), Some(7)).await,
        KeyAnswer::Exported(_)
    ));
}

/// What can't be handed out is said so, and not told as if it had been.
#[tokio::test]
async fn exports_that_can_not_be_made_are_refused() {
    let bureau = Bureau::start().await;
    let kid = bureau.active(RS256).await;
    let seal = bureau.active(SEAL).await;
    assert_eq!(
        bureau.cause(export(&seal, true, KeyFormat::Pem)).await,
        RefusalCause::CannotExport
    );
    assert_eq!(
        bureau.cause(export("nothing", true, KeyFormat::Pem)).await,
        RefusalCause::UnknownKey
    );
    let encrypted_jwk = KeyQuestion::Export {
        kid,
        private: true,
        format: KeyFormat::Jwk,
        passphrase: Some(SecretText::new("correct horse")),
    };
    assert_eq!(
        bureau.cause(encrypted_jwk).await,
        RefusalCause::CannotExport
    );
    let acted = |event: &serde_json::Value| event["event"] == "operator_acted";
    assert!(!bureau.events().await.iter().any(acted));
}
