//! The public half of a key, as it is published: a JWK (RFC 7517, RFC 8037) with name,
//! algorithm and use. It is kept as text after the private half is gone, and read back.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters,
    EllipticCurveKeyType, Jwk, KeyAlgorithm, OctetKeyPairParameters, OctetKeyPairType,
    PublicKeyUse, RSAKeyParameters, RSAKeyType,
};

use super::kid::{check_kid, thumbprint};
use crate::domain::signing_alg::SigningAlg;

/// Why a text is no public half that was written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// No JWK, or one without a member that ours have.
    #[error("it is no JWK of a public key with \"kid\" and \"alg\"")]
    NotAJwk,
    /// `alg` is none of ours, or the key is of another type.
    #[error("its \"alg\" is not one of RS256, PS256, ES256 and EdDSA, or does not fit its key")]
    Algorithm,
    /// The name is not allowed.
    #[error("its \"kid\" is not a name that a key may have")]
    Kid,
    /// The numbers are no key.
    #[error("its numbers are no key that can verify")]
    Numbers,
}

/// The public half of a signing key.
#[derive(Clone, Debug)]
pub struct PublicKey {
    kid: String,
    alg: SigningAlg,
    jwk: Jwk,
}

impl PublicKey {
    /// The half of an RSA key, in big-endian numbers.
    pub(super) fn rsa(n: &[u8], e: &[u8], alg: SigningAlg, kid: Option<String>) -> Self {
        let key = AlgorithmParameters::RSA(RSAKeyParameters {
            key_type: RSAKeyType::RSA,
            n: URL_SAFE_NO_PAD.encode(n),
            e: URL_SAFE_NO_PAD.encode(e),
        });
        Self::of(kid.unwrap_or_else(|| thumbprint_of(&key)), alg, key)
    }

    /// The half of a key on P-256, as coordinates.
    pub(super) fn p256(x: &[u8], y: &[u8], kid: Option<String>) -> Self {
        let key = AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters {
            key_type: EllipticCurveKeyType::EC,
            curve: EllipticCurve::P256,
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
        });
        let kid = kid.unwrap_or_else(|| thumbprint_of(&key));
        Self::of(kid, SigningAlg::Es256, key)
    }

    /// The half of a key on Ed25519.
    pub(super) fn ed25519(x: &[u8], kid: Option<String>) -> Self {
        let key = AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
            key_type: OctetKeyPairType::OctetKeyPair,
            curve: EllipticCurve::Ed25519,
            x: URL_SAFE_NO_PAD.encode(x),
        });
        let kid = kid.unwrap_or_else(|| thumbprint_of(&key));
        Self::of(kid, SigningAlg::EdDsa, key)
    }

    fn of(kid: String, alg: SigningAlg, key: AlgorithmParameters) -> Self {
        let common = CommonParameters {
            public_key_use: Some(PublicKeyUse::Signature),
            key_algorithm: Some(key_algorithm(alg)),
            key_id: Some(kid.clone()),
            ..CommonParameters::default()
        };
        let jwk = Jwk {
            common,
            algorithm: key,
        };
        Self { kid, alg, jwk }
    }

    /// Reads what [`Self::to_jwk_text`] wrote; nothing else that may be in the text lives on.
    ///
    /// # Errors
    /// [`PublicKeyError`]
    pub fn from_jwk_text(text: &str) -> Result<Self, PublicKeyError> {
        let jwk: Jwk = serde_json::from_str(text).map_err(|_| PublicKeyError::NotAJwk)?;
        let kid = jwk.common.key_id.ok_or(PublicKeyError::NotAJwk)?;
        check_kid(&kid).map_err(|_| PublicKeyError::Kid)?;
        let alg = jwk.common.key_algorithm.ok_or(PublicKeyError::NotAJwk)?;
        let alg = SigningAlg::ALL
            .into_iter()
            .find(|ours| key_algorithm(*ours) == alg)
            .ok_or(PublicKeyError::Algorithm)?;
        check(&jwk.algorithm, alg)?;
        Ok(Self::of(kid, alg, jwk.algorithm))
    }

    /// The JWK as text.
    ///
    /// # Errors
    /// [`PublicKeyError`], which this type never gives.
    pub fn to_jwk_text(&self) -> Result<String, PublicKeyError> {
        serde_json::to_string(&self.jwk).map_err(|_| PublicKeyError::NotAJwk)
    }

    /// Its name.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Its thumbprint (RFC 7638), whatever its name.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        thumbprint_of(&self.jwk.algorithm)
    }

    /// The algorithm that it verifies.
    #[must_use]
    pub const fn alg(&self) -> SigningAlg {
        self.alg
    }

    /// As it is published.
    #[must_use]
    pub const fn jwk(&self) -> &Jwk {
        &self.jwk
    }
}

/// RFC 7638 section 3.2, RFC 8037 section 2. jsonwebtoken has one too, which panics where it
/// finds no provider of cryptography.
fn thumbprint_of(key: &AlgorithmParameters) -> String {
    match key {
        AlgorithmParameters::RSA(key) => {
            thumbprint(&[("e", &key.e), ("kty", "RSA"), ("n", &key.n)])
        }
        AlgorithmParameters::EllipticCurve(key) => thumbprint(&[
            ("crv", "P-256"),
            ("kty", "EC"),
            ("x", &key.x),
            ("y", &key.y),
        ]),
        AlgorithmParameters::OctetKeyPair(key) => {
            thumbprint(&[("crv", "Ed25519"), ("kty", "OKP"), ("x", &key.x)])
        }
        // None of ours: it can't be made in this file.
        _ => String::new(),
    }
}

/// Bytes of a modulus of 2048 to 8192 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// Whether these numbers are a key that verifies `alg`.
fn check(key: &AlgorithmParameters, alg: SigningAlg) -> Result<(), PublicKeyError> {
    let octets = |text: &str| {
        URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| PublicKeyError::Numbers)
    };
    let (algorithm, bytes): (&'static dyn VerificationAlgorithm, _) = match (alg, key) {
        (SigningAlg::Rs256 | SigningAlg::Ps256, AlgorithmParameters::RSA(key)) => {
            let (n, e) = (octets(&key.n)?, octets(&key.e)?);
            // The library looks at the size only when it verifies.
            if !RSA_BYTES.contains(&n.len()) {
                return Err(PublicKeyError::Numbers);
            }
            let bytes = RsaPublicKeyComponents { n: &n, e: &e };
            let verifies = match alg {
                SigningAlg::Ps256 => &RSA_PSS_2048_8192_SHA256,
                SigningAlg::Rs256 | SigningAlg::Es256 | SigningAlg::EdDsa => {
                    &RSA_PKCS1_2048_8192_SHA256
                }
            };
            return bytes
                .to_parsed_public_key(verifies)
                .map(drop)
                .map_err(|_| PublicKeyError::Numbers);
        }
        (SigningAlg::Es256, AlgorithmParameters::EllipticCurve(key))
            if key.curve == EllipticCurve::P256 =>
        {
            let mut point = vec![4];
            point.extend_from_slice(&octets(&key.x)?);
            point.extend_from_slice(&octets(&key.y)?);
            (&ECDSA_P256_SHA256_FIXED, point)
        }
        (SigningAlg::EdDsa, AlgorithmParameters::OctetKeyPair(key))
            if key.curve == EllipticCurve::Ed25519 =>
        {
            (&ED25519, octets(&key.x)?)
        }
        _ => return Err(PublicKeyError::Algorithm),
    };
    ParsedPublicKey::new(algorithm, &bytes)
        .map(drop)
        .map_err(|_| PublicKeyError::Numbers)
}

/// The name that jsonwebtoken has for it in a JWK.
const fn key_algorithm(alg: SigningAlg) -> KeyAlgorithm {
    match alg {
        SigningAlg::Rs256 => KeyAlgorithm::RS256,
        SigningAlg::Ps256 => KeyAlgorithm::PS256,
        SigningAlg::Es256 => KeyAlgorithm::ES256,
        SigningAlg::EdDsa => KeyAlgorithm::EdDSA,
    }
}
