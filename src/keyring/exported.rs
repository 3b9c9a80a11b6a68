//! Keys on their way out: the private half as a JWK, the public half as PEM. The two other
//! forms are the ones in which they are kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::AlgorithmParameters;
use rsa::pkcs8::{EncodePublicKey as _, PrivateKeyInfo};
use rsa::{BigUint, RsaPublicKey, pkcs1};
use zeroize::Zeroizing;

use super::formats;
use super::key_kind::{KeyKind, KeyNotMade};
use super::private_key::PrivateKey;
use super::public_key::{PublicKey, PublicKeyError};

/// Where the scalar of a key on P-256 lies in the PKCS #8 that is written here.
const P256_SCALAR: std::ops::Range<usize> = 36..68;
/// Where the seed of a key on Ed25519 lies.
const ED25519_SEED: std::ops::Range<usize> = 16..48;

/// `SubjectPublicKeyInfo` on P-256 (RFC 5480), before the point.
const P256_INFO: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// `SubjectPublicKeyInfo` on Ed25519 (RFC 8410), before the key.
const ED25519_INFO: &[u8] = &[
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

impl PrivateKey {
    /// As a JWK (RFC 7518 section 6, RFC 8037): the members of its public half, and the private
    /// ones.
    ///
    /// # Errors
    /// [`KeyNotMade`] when the halves are of different types.
    pub fn to_jwk(&self, public: &PublicKey) -> Result<Zeroizing<String>, KeyNotMade> {
        let text = public.to_jwk_text().map_err(|_| KeyNotMade)?;
        let mut jwk = Zeroizing::new(String::with_capacity(8 * 1024));
        jwk.push_str(text.strip_suffix('}').ok_or(KeyNotMade)?);
        let der = self.pkcs8();
        match (self.kind(), &public.jwk().algorithm) {
            (KeyKind::Rsa, AlgorithmParameters::RSA(_)) => {
                let info = PrivateKeyInfo::try_from(der).map_err(|_| KeyNotMade)?;
                let key =
                    pkcs1::RsaPrivateKey::try_from(info.private_key).map_err(|_| KeyNotMade)?;
                for (name, number) in [
                    ("d", &key.private_exponent),
                    ("p", &key.prime1),
                    ("q", &key.prime2),
                    ("dp", &key.exponent1),
                    ("dq", &key.exponent2),
                    ("qi", &key.coefficient),
                ] {
                    member(&mut jwk, name, number.as_bytes());
                }
            }
            (KeyKind::P256, AlgorithmParameters::EllipticCurve(_)) => {
                member(&mut jwk, "d", der.get(P256_SCALAR).ok_or(KeyNotMade)?);
            }
            (KeyKind::Ed25519, AlgorithmParameters::OctetKeyPair(_)) => {
                member(&mut jwk, "d", der.get(ED25519_SEED).ok_or(KeyNotMade)?);
            }
            (KeyKind::Rsa | KeyKind::P256 | KeyKind::Ed25519, _) => return Err(KeyNotMade),
        }
        jwk.push('}');
        Ok(jwk)
    }
}

/// Adds a member whose value is base64url.
fn member(jwk: &mut Zeroizing<String>, name: &str, bytes: &[u8]) {
    let value = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes));
    for part in [",\"", name, "\":\"", &value, "\""] {
        jwk.push_str(part);
    }
}

impl PublicKey {
    /// As PEM, `SubjectPublicKeyInfo` (RFC 7468 section 13).
    ///
    /// # Errors
    /// [`PublicKeyError`] when its numbers are no key.
    pub fn to_pem(&self) -> Result<String, PublicKeyError> {
        let octets = |text: &str| {
            URL_SAFE_NO_PAD
                .decode(text)
                .map_err(|_| PublicKeyError::Numbers)
        };
        let der = match &self.jwk().algorithm {
            AlgorithmParameters::RSA(key) => {
                let number = |text: &str| octets(text).map(|it| BigUint::from_bytes_be(&it));
                RsaPublicKey::new_unchecked(number(&key.n)?, number(&key.e)?)
                    .to_public_key_der()
                    .map_err(|_| PublicKeyError::Numbers)?
                    .into_vec()
            }
            AlgorithmParameters::EllipticCurve(key) => {
                [P256_INFO, &octets(&key.x)?, &octets(&key.y)?].concat()
            }
            AlgorithmParameters::OctetKeyPair(key) => [ED25519_INFO, &octets(&key.x)?].concat(),
            _ => return Err(PublicKeyError::Algorithm),
        };
        Ok(formats::encode("PUBLIC KEY", &der).to_string())
    }
}
