//! Names of keys (RFC 7638) and their public halves (RFC 7517).

use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::{
    PrepareError, PreparedKey, PublicKey, PublicKeyError, Signer as _, check_kid, kid_in_file_name,
};
use jsonwebtoken::jwk::ThumbprintHash;
use serde_json::{Value, json};

use super::{ed25519_jwk, made, p256_jwk, prepared, print, with};
use crate::support::install_crypto;

/// RFC 7638 section 3.1.
#[test]
fn the_thumbprint_of_an_rsa_key_is_that_of_the_specs_example() {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    let jwk = json!({"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"});
    let key = PublicKey::from_jwk_text(&jwk.to_string()).unwrap();
    assert_eq!(
        key.thumbprint(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
    assert_eq!(key.kid(), "2011-04-29");
}

/// RFC 8037 appendix A.3.
#[test]
fn the_thumbprint_of_a_key_on_ed25519_is_that_of_the_specs_example() {
    let expected = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
    assert_eq!(print(&ed25519_jwk().to_string()), expected);
}

/// RFC 7638 section 3.2 for P-256, by hand; and all by another implementation.
#[test]
fn a_key_without_a_name_has_its_thumbprint_for_a_name() {
    install_crypto();
    let jwk = p256_jwk();
    let canonical = format!(
        r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
        jwk["x"], jwk["y"]
    );
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, canonical.as_bytes());
    use base64::Engine as _;
    let by_hand = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest);
    assert_eq!(prepared(&jwk.to_string()).kid(), by_hand);
    for alg in SigningAlg::ALL {
        let key = PreparedKey::new(made(alg), alg, None).unwrap();
        let other = key.public_jwk().thumbprint(ThumbprintHash::SHA256).unwrap();
        assert_eq!(key.kid(), other);
    }
}

/// RFC 7517 section 4: what is published, and nothing of the private half.
#[test]
fn a_public_half_has_the_members_of_its_type_alone() {
    install_crypto();
    for (alg, expected) in [
        (
            SigningAlg::Rs256,
            &["alg", "e", "kid", "kty", "n", "use"][..],
        ),
        (SigningAlg::Ps256, &["alg", "e", "kid", "kty", "n", "use"]),
        (
            SigningAlg::Es256,
            &["alg", "crv", "kid", "kty", "use", "x", "y"],
        ),
        (SigningAlg::EdDsa, &["alg", "crv", "kid", "kty", "use", "x"]),
    ] {
        let key = PreparedKey::new(made(alg), alg, Some("a-name".to_owned())).unwrap();
        let jwk = serde_json::to_value(key.public_jwk()).unwrap();
        let names: Vec<&String> = jwk.as_object().unwrap().keys().collect();
        assert_eq!(names, expected);
        assert_eq!(
            (&jwk["kid"], &jwk["use"]),
            (&json!("a-name"), &json!("sig"))
        );
        assert_eq!(jwk["alg"], alg.as_str());
    }
}

/// The public half is kept as text when the private one is gone.
#[test]
fn a_public_half_is_read_back_from_its_text() {
    install_crypto();
    for alg in SigningAlg::ALL {
        let key = PreparedKey::new(made(alg), alg, None).unwrap();
        let text = key.public().to_jwk_text().unwrap();
        let back = PublicKey::from_jwk_text(&text).unwrap();
        assert_eq!((back.kid(), back.alg()), (key.kid(), alg));
        assert_eq!(*back.jwk(), key.public_jwk());
        // What does not belong there is not taken along.
        let mut more: Value = serde_json::from_str(&text).unwrap();
        more["d"] = json!("AQAB");
        more["x5u"] = json!("https://evil.example");
        let back = PublicKey::from_jwk_text(&more.to_string()).unwrap();
        assert_eq!(back.to_jwk_text().unwrap(), text);

        let value: Value = serde_json::from_str(&text).unwrap();
        for (changes, error) in [
            (json!({"kid": null}), PublicKeyError::NotAJwk),
            (json!({"alg": null}), PublicKeyError::NotAJwk),
            (json!({"kty": null}), PublicKeyError::Algorithm),
            (json!({"kid": "a b"}), PublicKeyError::Kid),
            (json!({"alg": "HS256"}), PublicKeyError::Algorithm),
            (json!({"alg": "RS512"}), PublicKeyError::Algorithm),
            (json!({"n": "AQAB", "x": "AQAB"}), PublicKeyError::Numbers),
            (json!({"n": "+", "x": "+"}), PublicKeyError::Numbers),
        ] {
            let wrong = PublicKey::from_jwk_text(&with(&value, changes.clone()));
            assert_eq!(wrong.unwrap_err(), error, "{} {changes}", alg.as_str());
        }
    }
    assert_eq!(
        PublicKey::from_jwk_text("x").unwrap_err(),
        PublicKeyError::NotAJwk
    );
    let point = with(
        &p256_jwk(),
        json!({"d": null, "kid": "k", "alg": "ES256", "x": p256_jwk()["y"]}),
    );
    assert_eq!(
        PublicKey::from_jwk_text(&point).unwrap_err(),
        PublicKeyError::Numbers
    );
}

/// A name goes into headers, JWKS, logs and lists.
#[test]
fn names_are_printable_and_short() {
    for good in [
        "a",
        "2011-04-29",
        "kPrK_qmx",
        "a/b:c+d=@#",
        &"x".repeat(128),
    ] {
        assert!(check_kid(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        " ",
        "a b",
        "a\"b",
        "a'b",
        "a`b",
        "a\\b",
        "a\n",
        "\u{7f}",
        "é",
        "钉",
        &"x".repeat(129),
    ] {
        assert!(check_kid(bad).is_err(), "{bad:?}");
        let key = made(SigningAlg::EdDsa);
        let error = PreparedKey::new(key, SigningAlg::EdDsa, Some(bad.to_owned())).err();
        assert!(matches!(error, Some(PrepareError::BadKid(_))), "{bad:?}");
    }
}

/// A name from elsewhere must not lead out of the folder, nor meet another.
#[test]
fn names_become_parts_of_file_names_without_meeting() {
    let thumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
    assert_eq!(kid_in_file_name(thumbprint), thumbprint);
    let names: Vec<String> = [
        "../x",
        "..-x",
        ".._x",
        "__ _x",
        "_/x",
        ".",
        "..",
        &"x".repeat(128),
        &"x".repeat(127),
    ]
    .into_iter()
    .map(kid_in_file_name)
    .collect();
    for name in &names {
        assert!(
            !name.contains('/') && !name.starts_with('.') && name.len() < 100,
            "{name}"
        );
    }
    let different: std::collections::BTreeSet<&String> = names.iter().collect();
    assert_eq!(different.len(), names.len());
}
