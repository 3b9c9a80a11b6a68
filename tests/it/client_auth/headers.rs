//! Parsers under whatever comes: an answer, never a fall.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dingpass::protocol::client_auth::assertion::Assertion;
use proptest::prelude::*;

use crate::support::House;
use crate::token::Redeem;

fn text_of_bits() -> impl Strategy<Value = String> {
    const BITS: [&str; 16] = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"alg\"",
        "\"kid\"",
        "\"crit\"",
        "\"ES256\"",
        "\"none\"",
        "null",
        "1e999",
        "\"aud\"",
        "\"\\ud800\"",
        " ",
    ];
    proptest::collection::vec(proptest::sample::select(BITS.to_vec()), 0..24)
        .prop_map(|bits| bits.concat())
}

proptest! {
    /// RFC 7515 section 5.2: whatever the parts hold, it is read or refused.
    #[test]
    fn an_assertion_of_any_text_is_read_or_refused(
        header in text_of_bits(),
        payload in text_of_bits(),
        signature in proptest::collection::vec(any::<u8>(), 0..80),
        cut in any::<proptest::sample::Index>(),
    ) {
        let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
        let whole = format!(
            "{}.{}.{}",
            encode(header.as_bytes()),
            encode(payload.as_bytes()),
            encode(&signature),
        );
        let _ = Assertion::parse(&whole);
        let _ = Assertion::parse(&whole[..cut.index(whole.len())]);
    }

    #[test]
    fn any_text_is_no_assertion(text in any::<String>()) {
        prop_assert!(Assertion::parse(&text).is_err());
    }

    /// What is signed is the text up to the last dot, and the claims are of that text.
    #[test]
    fn an_assertion_is_read_from_what_is_signed(
        client in "[a-z]{1,12}",
        jti in "\\PC{1,40}",
        kid in proptest::option::of("\\PC{0,40}"),
    ) {
        let header = serde_json::json!({ "alg": "ES256", "kid": kid });
        let claims = serde_json::json!({
            "iss": client, "sub": client, "aud": "https://a.example", "exp": 1, "jti": jti,
        });
        let encode = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let text = format!("{signed}.AAAA");
        let assertion = Assertion::parse(&text).unwrap();
        prop_assert_eq!(assertion.signed, signed.as_str());
        prop_assert_eq!(assertion.client, client);
        prop_assert_eq!(assertion.jti, jti);
        prop_assert_eq!(assertion.kid, kid);
    }
}

/// RFC 7617: whatever stands in a Basic header, the answer is the same refusal.
#[test]
fn a_basic_header_of_any_bytes_is_refused_in_the_same_way() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let house = runtime.block_on(House::start());
    let raw = proptest::collection::vec(any::<u8>(), 0..60);
    let pair = ("\\PC{0,20}", "[:%+]{0,3}", "\\PC{0,20}");
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(48));
    let outcome = runner.run(&(raw, pair), |(raw, (id, between, secret))| {
        for credentials in [raw, format!("{id}{between}{secret}").into_bytes()] {
            let value = format!("Basic {}", STANDARD.encode(credentials));
            let request = Redeem::anonymous("x").header("authorization", value.as_bytes());
            let reply = runtime.block_on(request.send(&house));
            reply.refused(401, "invalid_client");
        }
        Ok(())
    });
    outcome.unwrap();
}
