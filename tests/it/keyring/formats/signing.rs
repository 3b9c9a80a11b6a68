//! What prepared keys sign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::{
    KeyKind, PrepareError, PreparedKey, PublicKey, Signer as _, TokenType, sign,
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value, json};

use super::{ed25519_jwk, made, prepared};
use crate::support::install_crypto;

const fn theirs(alg: SigningAlg) -> Algorithm {
    match alg {
        SigningAlg::Rs256 => Algorithm::RS256,
        SigningAlg::Ps256 => Algorithm::PS256,
        SigningAlg::Es256 => Algorithm::ES256,
        SigningAlg::EdDsa => Algorithm::EdDSA,
    }
}

/// RFC 7518 section 3.1, RFC 8037 section 3.1: each by another library, over the public half
/// as it is read back from its text.
#[test]
fn each_algorithms_tokens_verify_under_the_published_half() {
    install_crypto();
    for alg in SigningAlg::ALL {
        let key = PreparedKey::new(made(alg), alg, None).unwrap();
        assert_eq!(key.algorithm(), alg);
        let claims = json!({"sub": "s", "exp": 4_000_000_000_u64});
        let token = sign(&key, TokenType::Id, &claims).unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.alg, theirs(alg));
        assert_eq!(header.kid.as_deref(), Some(key.kid()));
        let text = key.public().to_jwk_text().unwrap();
        let public = PublicKey::from_jwk_text(&text).unwrap();
        let public = DecodingKey::from_jwk(public.jwk()).unwrap();
        let rules = Validation::new(theirs(alg));
        let verify = |token: &str| {
            jsonwebtoken::decode::<Map<String, Value>>(token, &public, &rules).is_ok()
        };
        assert!(verify(&token));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        if alg == SigningAlg::Es256 {
            assert_eq!(bytes.len(), 64, "r and s (RFC 7518 section 3.4), not DER");
        }
        bytes[20] ^= 1;
        assert!(!verify(&format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(bytes)
        )));
    }
}

/// RFC 8037 appendix A.4.
#[test]
fn a_signature_by_ed25519_is_that_of_the_specs_example() {
    let key = prepared(&ed25519_jwk().to_string());
    let input = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = URL_SAFE_NO_PAD.encode(key.sign(input).unwrap());
    assert_eq!(
        signature,
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
}

/// One RSA key serves the algorithm that its set says, and no key serves another type's.
#[test]
fn a_key_signs_what_its_type_can_and_nothing_else() {
    install_crypto();
    for alg in SigningAlg::ALL {
        for other in SigningAlg::ALL {
            let key = made(alg);
            let fits = key.kind().fits(other);
            let prepared = PreparedKey::new(key, other, None);
            assert_eq!(
                prepared.is_ok(),
                fits,
                "{} {}",
                alg.as_str(),
                other.as_str()
            );
            if let Err(error) = prepared {
                assert!(matches!(error, PrepareError::WrongType { .. }));
                assert!(error.to_string().contains(other.as_str()), "{error}");
            }
        }
    }
    assert!(KeyKind::Rsa.fits(SigningAlg::Rs256) && KeyKind::Rsa.fits(SigningAlg::Ps256));
}
