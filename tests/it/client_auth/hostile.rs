//! Games with the header of an assertion (RFC 8725).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{REDIRECT, Signer, claims, client, jwks, redeem};
use crate::support::{CLIENT, House, SECRET};
use crate::token::Ask;

/// A JWT whose signature is an HMAC by that secret.
fn hs256(secret: &[u8], header: &Value, claims: &Value) -> String {
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let signed = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(claims.to_string())
    );
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// RFC 8725 sections 2.1, 3.1 and 3.10; Casdoor, CVE-2026-9090: the key is a registered one,
/// the algorithm is the key's, and no key comes with the message.
#[tokio::test]
async fn the_header_chooses_among_registered_keys_and_nothing_else() {
    let (signer, rsa) = (Signer::es256("ec"), Signer::rsa("rsa", "RS256"));
    let bound = Signer::rsa("bound", "RS256").with("alg", json!("PS256"));
    let foreign = Signer::es256("ec");
    let house = House::plan()
        .more(&client("signer", &jwks(&[&signer, &rsa, &bound])))
        .start()
        .await;
    let ask = Ask::new().by("signer", REDIRECT);
    let code = ask.code(&house, &mut house.browser()).await;
    let claims = claims(&house, "signer", 0);
    let modulus = rsa.jwk["n"].as_str().unwrap();
    let right = signer.assert(&claims);
    let (signed, signature) = right.rsplit_once('.').unwrap();
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let none = |alg: &str| {
        let header = json!({ "alg": alg }).to_string();
        format!("{}.{}.", encode(&header), encode(&claims.to_string()))
    };
    let header = |extra: &str| format!("{{\"alg\":\"ES256\",\"kid\":\"ec\",{extra}}}");
    let jwk = Value::Object(foreign.jwk.clone());
    let with_foreign_key = json!({ "alg": "ES256", "jwk": jwk });
    let with_address =
        json!({ "alg": "ES256", "jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/" });
    let body = claims.to_string();
    let repeated = body.replacen('{', "{\"jti\":\"another\",", 1);
    let wrong = [
        // no signature, or one by what everybody knows
        none("none"),
        none("None"),
        none("ES256"),
        hs256(
            modulus.as_bytes(),
            &json!({ "alg": "HS256", "kid": "rsa" }),
            &claims,
        ),
        hs256(b"", &json!({ "alg": "HS256" }), &claims),
        hs256(
            modulus.as_bytes(),
            &json!({ "alg": "RS256", "kid": "rsa" }),
            &claims,
        ),
        // keys that the message brings
        foreign.assert(&claims),
        foreign.assert_as(&with_foreign_key, &claims),
        foreign.assert_as(&with_address, &claims),
        // another key, another type, another algorithm than the key's
        signer.assert_as(&json!({ "alg": "ES256", "kid": "rsa" }), &claims),
        signer.assert_as(&json!({ "alg": "RS256", "kid": "ec" }), &claims),
        signer.assert_as(&json!({ "alg": "ES384", "kid": "ec" }), &claims),
        signer.assert_as(&json!({ "alg": "es256", "kid": "ec" }), &claims),
        signer.assert_as(&json!({ "kid": "ec" }), &claims),
        signer.assert_as(&json!({ "alg": ["ES256"], "kid": "ec" }), &claims),
        signer.assert_as(&json!({ "alg": "ES256", "kid": "unknown" }), &claims),
        signer.assert_as(&json!({ "alg": "ES256", "kid": 7 }), &claims),
        bound.assert(&claims),
        // extensions and repetitions
        signer.assert_raw(&header("\"crit\":[\"exp\"]"), &body),
        signer.assert_raw(&header("\"crit\":[\"b64\"],\"b64\":false"), &body),
        signer.assert_raw(&header("\"crit\":[]"), &body),
        signer.assert_raw(&header("\"alg\":\"none\""), &body),
        signer.assert_raw(&header("\"x\":1"), &repeated),
        // another text than the one that was signed
        format!("{signed}x.{signature}"),
        format!("{signed}.{}", signature.to_ascii_uppercase()),
        format!("{signed}.{signature}="),
        format!("{signed}.{signature}\n"),
        format!(" {right}"),
        format!("{right}.{signature}"),
        format!("{signed}."),
        signed.to_owned(),
        "..".to_owned(),
        "e30.e30.e30".to_owned(),
        "not a token".to_owned(),
        signer.assert_raw("[\"ES256\",\"ec\",null]", &body),
        signer.assert_raw(&header("\"x\":1"), "[\"signer\",\"signer\"]"),
        signer.assert_raw(&header("\"x\":1"), &"[".repeat(8000)),
        signer.assert_raw(
            &header("\"x\":1"),
            &format!("{{\"aud\":{}", "[".repeat(8000)),
        ),
        signer.assert_raw(&header(&format!("\"x\":\"{}\"", "y".repeat(20_000))), &body),
    ];
    for assertion in wrong {
        let reply = redeem(&code, &assertion).send(&house).await;
        let shown: String = assertion.chars().take(120).collect();
        assert_eq!(reply.status, 401, "{shown}: {reply:?}");
        reply.refused(401, "invalid_client");
    }
    redeem(&code, &right).send(&house).await.tokens();
}

/// OIDC Core section 9: `client_secret_jwt` is not offered; our digests could not check it.
#[tokio::test]
async fn an_assertion_by_a_shared_secret_is_refused() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let claims = claims(&house, CLIENT, 0);
    let assertion = hs256(SECRET.as_bytes(), &json!({ "alg": "HS256" }), &claims);
    let wrong = redeem(&code, &assertion);
    wrong.send(&house).await.refused(401, "invalid_client");
}

/// RFC 8259 section 9: ten thousand levels are one more malformed assertion, not the end of a
/// stack.
#[tokio::test]
async fn an_assertion_of_ten_thousand_levels_is_refused() {
    let signer = Signer::es256("ec");
    let house = House::plan()
        .more(&client("signer", &jwks(&[&signer])))
        .start()
        .await;
    let ask = Ask::new().by("signer", REDIRECT);
    let code = ask.code(&house, &mut house.browser()).await;
    let right = signer.assert(&claims(&house, "signer", 0));
    let parts: Vec<&str> = right.split('.').collect();
    // Left open: closed ones would be longer than any form may be.
    let deep = |open: &str| URL_SAFE_NO_PAD.encode(open.repeat(10_000));
    let levels = deep("[");
    let objects = deep("{\"\":");
    let in_a_member = URL_SAFE_NO_PAD.encode(format!(
        "{{\"alg\":\"ES256\",\"kid\":\"ec\",\"x\":{}",
        "[".repeat(1000)
    ));
    for (header, payload) in [
        (levels.as_str(), parts[1]),
        (in_a_member.as_str(), parts[1]),
        (parts[0], levels.as_str()),
        (parts[0], objects.as_str()),
    ] {
        let assertion = format!("{header}.{payload}.{}", parts[2]);
        let reply = redeem(&code, &assertion).send(&house).await;
        reply.refused(401, "invalid_client");
    }
    redeem(&code, &right).send(&house).await.tokens();
}
