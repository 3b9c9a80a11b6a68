//! Private keys as JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037), alone or in a set
//! of one, as other providers export them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::canonical::{Canonical, Parsed};
use super::error::KeyFormatError;
use super::rsa_key::Numbers;
use super::{ec_key, ed_key, rsa_key};
use crate::domain::signing_alg::SigningAlg;

/// A number or a key within a JWK, decoded.
struct Octets(Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        URL_SAFE_NO_PAD
            .decode_vec(text.as_bytes(), &mut bytes)
            .map_err(|_| serde::de::Error::custom("no base64url"))?;
        Ok(Self(bytes))
    }
}

/// A private key is never shown, whole or in part.
impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Octets(..)")
    }
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: Option<String>,
    n: Option<Octets>,
    e: Option<Octets>,
    d: Option<Octets>,
    p: Option<Octets>,
    q: Option<Octets>,
    dp: Option<Octets>,
    dq: Option<Octets>,
    qi: Option<Octets>,
    oth: Option<IgnoredAny>,
    x: Option<Octets>,
    y: Option<Octets>,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    key_use: Option<String>,
    key_ops: Option<Vec<String>>,
}

/// What tells a set, a key and neither apart.
#[derive(Deserialize)]
struct Shape {
    keys: Option<Vec<IgnoredAny>>,
    kty: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Set {
    keys: [Jwk; 1],
}

/// Reads a JWK, or a set of one.
pub(super) fn parse(text: &str) -> Result<Parsed, KeyFormatError> {
    let shape: Shape = serde_json::from_str(text).map_err(|error| {
        // The words of the error may quote the text.
        if error.is_eof() {
            KeyFormatError::Truncated
        } else {
            KeyFormatError::JwkMember
        }
    })?;
    let wrong = |_| KeyFormatError::JwkMember;
    let jwk = match (shape.kty, shape.keys) {
        (Some(_), None) => serde_json::from_str::<Jwk>(text).map_err(wrong)?,
        (None, Some(keys)) => match keys.len() {
            0 => return Err(KeyFormatError::NotAKey),
            1 => {
                let Set { keys: [jwk] } = serde_json::from_str(text).map_err(wrong)?;
                jwk
            }
            _ => return Err(KeyFormatError::SeveralKeys),
        },
        (None, None) | (Some(_), Some(_)) => return Err(KeyFormatError::NotAKey),
    };
    let key = read(&jwk)?;
    let alg = algorithm(&jwk, &key)?;
    Ok(Parsed {
        key,
        kid: jwk.kid,
        alg,
    })
}

fn read(jwk: &Jwk) -> Result<Canonical, KeyFormatError> {
    match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", None) => rsa(jwk),
        ("EC", Some("P-256")) => {
            let d = private(jwk)?;
            let mut point = vec![4_u8];
            for coordinate in [&jwk.x, &jwk.y] {
                let coordinate = present(coordinate)?;
                // RFC 7518 section 6.2.1.2: leading zeros are not left out.
                if coordinate.len() != ec_key::SCALAR {
                    return Err(KeyFormatError::JwkMember);
                }
                point.extend_from_slice(coordinate);
            }
            ec_key::from_scalar(d, Some(&point))
        }
        ("OKP", Some("Ed25519")) => ed_key::from_seed(private(jwk)?, Some(present(&jwk.x)?)),
        ("EC", Some("P-384")) => Err(KeyFormatError::OtherCurve("P-384")),
        ("EC", Some("P-521")) => Err(KeyFormatError::OtherCurve("P-521")),
        ("EC", Some("secp256k1")) => Err(KeyFormatError::OtherCurve("secp256k1")),
        ("OKP", Some("Ed448")) => Err(KeyFormatError::OtherCurve("Ed448")),
        ("OKP", Some("X25519" | "X448")) => {
            Err(KeyFormatError::OtherType("a key for key agreement"))
        }
        ("EC" | "OKP", Some(_)) => Err(KeyFormatError::OtherCurve("another curve")),
        ("EC" | "OKP", None) => Err(KeyFormatError::JwkMember),
        ("oct", _) => Err(KeyFormatError::OtherType("a symmetric key")),
        _ => Err(KeyFormatError::OtherType("a key of an unknown type")),
    }
}

fn rsa(jwk: &Jwk) -> Result<Canonical, KeyFormatError> {
    let d = private(jwk)?;
    if jwk.oth.is_some() {
        return Err(KeyFormatError::RsaManyPrimes);
    }
    // RFC 7518 section 6.3.2: all of these, or none.
    let (primes, crt) = match (&jwk.p, &jwk.q, &jwk.dp, &jwk.dq, &jwk.qi) {
        (Some(p), Some(q), Some(dp), Some(dq), Some(qi)) => (
            Some([p, q].map(|it| it.0.as_slice())),
            Some([dp, dq, qi].map(|it| it.0.as_slice())),
        ),
        (None, None, None, None, None) => (None, None),
        _ => return Err(KeyFormatError::JwkMember),
    };
    rsa_key::from_numbers(&Numbers {
        n: present(&jwk.n)?,
        e: present(&jwk.e)?,
        d,
        primes,
        crt,
    })
}

fn present(member: &Option<Octets>) -> Result<&[u8], KeyFormatError> {
    member
        .as_ref()
        .map(|octets| octets.0.as_slice())
        .ok_or(KeyFormatError::JwkMember)
}

fn private(jwk: &Jwk) -> Result<&[u8], KeyFormatError> {
    present(&jwk.d).map_err(|_| KeyFormatError::PublicKey)
}

/// RFC 7517 sections 4.2 to 4.4: what the key is meant for. A key must not begin to sign that
/// was made to encrypt.
fn algorithm(jwk: &Jwk, key: &Canonical) -> Result<Option<SigningAlg>, KeyFormatError> {
    let is_for_signing = jwk.key_use.as_deref().is_none_or(|it| it == "sig")
        && jwk
            .key_ops
            .as_ref()
            .is_none_or(|ops| ops.iter().any(|op| op == "sign"));
    if !is_for_signing {
        return Err(KeyFormatError::NotForSigning);
    }
    let Some(name) = jwk.alg.as_deref() else {
        return Ok(None);
    };
    // RFC 9864 section 2.2 names the same by its curve.
    let name = if name == "Ed25519" { "EdDSA" } else { name };
    SigningAlg::parse(name)
        .filter(|alg| key.kind.fits(*alg))
        .map(Some)
        .ok_or(KeyFormatError::NotForSigning)
}
