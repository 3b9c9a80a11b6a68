//! Public keys with which a client proves who it is (RFC 7517, RFC 7518): parsed once, and
//! only those that can verify a signature that we take. A key says which algorithms it is good
//! for; a message's header can only choose among them (RFC 8725 section 3.1), so that nobody
//! gets a signature checked by an algorithm of their own choosing. Symmetric keys and `none`
//! don't exist here.

use std::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::domain::signing_alg::SigningAlg;

/// Why a key is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Its secret half is public now.
    #[error(
        "holds private or secret members (like \"d\"); make a new key and write its public half alone"
    )]
    Private,
    /// `use` or `key_ops` is something else.
    #[error("is not for signatures (\"use\" must be \"sig\", \"key_ops\" hold \"verify\")")]
    OtherUse,
    /// A type, curve or algorithm that isn't taken.
    #[error("must be RSA (RS256, PS256), EC P-256 (ES256) or OKP Ed25519 (EdDSA)")]
    OtherType,
    /// RSA of fewer than 2048 bits, or of more than 8192.
    #[error("is an RSA key of fewer than 2048 or more than 8192 bits")]
    RsaLength,
    /// Members are missing, not base64url, or make no key.
    #[error("is malformed")]
    Malformed,
}

/// Why a document is no set of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetFault {
    /// Not `{"keys": [..]}`.
    #[error("must be a JWK Set: an object whose \"keys\" is an array")]
    Shape,
    /// More keys than anybody needs; each may have to be tried.
    #[error("holds more than 32 keys")]
    TooMany,
}

const MOST_KEYS: usize = 32;

/// A set of keys, of which at most some fit a signature.
#[derive(Clone, Debug, Default)]
pub struct ClientKeySet(Vec<ClientKey>);

/// A key that can verify.
#[derive(Clone)]
struct ClientKey {
    kid: Option<String>,
    /// What the key says of itself; else its type decides.
    alg: Option<SigningAlg>,
    material: Material,
}

#[derive(Clone)]
enum Material {
    Rsa {
        pkcs1: ParsedPublicKey,
        pss: ParsedPublicKey,
    },
    P256(ParsedPublicKey),
    Ed25519(ParsedPublicKey),
}

/// What a set says of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// A key of the set made it.
    Good,
    /// The key that the header names did not make it.
    Bad,
    /// No key of the set is the one: a newer set may have it.
    NoKey,
}

impl ClientKeySet {
    /// Parses a JWK Set. Keys that are of no use are left out and told beside it, by their
    /// place (RFC 7517 section 5).
    ///
    /// # Errors
    /// [`KeySetFault`]
    pub fn parse(document: &Value) -> Result<(Self, Vec<(usize, KeyFault)>), KeySetFault> {
        let keys = document
            .get("keys")
            .and_then(Value::as_array)
            .ok_or(KeySetFault::Shape)?;
        if keys.len() > MOST_KEYS {
            return Err(KeySetFault::TooMany);
        }
        let mut fit = Vec::new();
        let mut faults = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            match ClientKey::parse(key) {
                Ok(key) => fit.push(key),
                Err(fault) => faults.push((place, fault)),
            }
        }
        Ok((Self(fit), faults))
    }

    /// How many keys can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none can be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a key of the set fits the algorithm.
    #[must_use]
    pub fn fits(&self, alg: SigningAlg) -> bool {
        self.0.iter().any(|key| key.verifier(alg).is_some())
    }

    /// Looks for the key that made a signature. `kid` picks; without one, or for keys that
    /// have none, every fitting key is tried.
    pub fn verify(
        &self,
        kid: Option<&str>,
        alg: SigningAlg,
        message: &[u8],
        signature: &[u8],
    ) -> Verdict {
        let mut named = false;
        for key in &self.0 {
            if kid.is_some() && key.kid.is_some() && key.kid.as_deref() != kid {
                continue;
            }
            let Some(verifier) = key.verifier(alg) else {
                continue;
            };
            if verifier.verify_sig(message, signature).is_ok() {
                return Verdict::Good;
            }
            named |= kid.is_some() && key.kid.is_some();
        }
        if named { Verdict::Bad } else { Verdict::NoKey }
    }
}

impl ClientKey {
    fn parse(jwk: &Value) -> Result<Self, KeyFault> {
        const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
        let jwk = jwk.as_object().ok_or(KeyFault::Malformed)?;
        if SECRET_MEMBERS.iter().any(|name| jwk.contains_key(*name)) {
            return Err(KeyFault::Private);
        }
        let alg = match text(jwk, "alg")? {
            Some(name) => Some(SigningAlg::parse(name).ok_or(KeyFault::OtherType)?),
            None => None,
        };
        if text(jwk, "use")?.is_some_and(|it| it != "sig") {
            return Err(KeyFault::OtherUse);
        }
        if let Some(operations) = jwk.get("key_ops") {
            let operations = operations.as_array().ok_or(KeyFault::Malformed)?;
            if !operations.iter().any(|it| it == "verify") {
                return Err(KeyFault::OtherUse);
            }
        }
        let key = Self {
            kid: text(jwk, "kid")?.map(str::to_owned),
            alg,
            material: Material::parse(jwk)?,
        };
        match alg {
            Some(alg) if key.verifier(alg).is_none() => Err(KeyFault::OtherType),
            _ => Ok(key),
        }
    }

    /// The key for that algorithm, if it is good for it.
    fn verifier(&self, alg: SigningAlg) -> Option<&ParsedPublicKey> {
        if self.alg.is_some_and(|own| own != alg) {
            return None;
        }
        match (&self.material, alg) {
            (Material::Rsa { pkcs1, .. }, SigningAlg::Rs256) => Some(pkcs1),
            (Material::Rsa { pss, .. }, SigningAlg::Ps256) => Some(pss),
            (Material::P256(key), SigningAlg::Es256)
            | (Material::Ed25519(key), SigningAlg::EdDsa) => Some(key),
            (Material::Rsa { .. }, SigningAlg::Es256 | SigningAlg::EdDsa)
            | (Material::P256(_), SigningAlg::Rs256 | SigningAlg::Ps256 | SigningAlg::EdDsa)
            | (Material::Ed25519(_), SigningAlg::Rs256 | SigningAlg::Ps256 | SigningAlg::Es256) => {
                None
            }
        }
    }
}

impl Material {
    fn parse(jwk: &Map<String, Value>) -> Result<Self, KeyFault> {
        match (text(jwk, "kty")?, text(jwk, "crv")?) {
            (Some("RSA"), _) => Self::rsa(&bytes(jwk, "n")?, &bytes(jwk, "e")?),
            (Some("EC"), Some("P-256")) => {
                let (x, y) = (bytes(jwk, "x")?, bytes(jwk, "y")?);
                // RFC 7518 section 6.2.1.2: full length. Else the halves could be shifted.
                if x.len() != 32 || y.len() != 32 {
                    return Err(KeyFault::Malformed);
                }
                let point = [&[4_u8][..], &x, &y].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .map(Self::P256)
                    .map_err(|_| KeyFault::Malformed)
            }
            (Some("OKP"), Some("Ed25519")) => {
                let x = bytes(jwk, "x")?;
                if x.len() != 32 {
                    return Err(KeyFault::Malformed);
                }
                ParsedPublicKey::new(&ED25519, x)
                    .map(Self::Ed25519)
                    .map_err(|_| KeyFault::Malformed)
            }
            (None, _) => Err(KeyFault::Malformed),
            (Some(_), _) => Err(KeyFault::OtherType),
        }
    }

    fn rsa(n: &[u8], e: &[u8]) -> Result<Self, KeyFault> {
        // Encoders that write signed integers put a zero in front.
        let n = without_zeros(n);
        let e = without_zeros(e);
        let unused = n.first().map_or(0, |byte| byte.leading_zeros() as usize);
        let bits = n.len() * 8 - unused;
        if !(2048..=8192).contains(&bits) {
            return Err(KeyFault::RsaLength);
        }
        // An exponent of 1 makes every message its own signature; even ones make no key.
        let is_odd = e.last().is_some_and(|byte| byte % 2 == 1);
        if !is_odd || e == [1] {
            return Err(KeyFault::Malformed);
        }
        let components = RsaPublicKeyComponents { n, e };
        let parse = |parameters| {
            components
                .to_parsed_public_key(parameters)
                .map_err(|_| KeyFault::Malformed)
        };
        Ok(Self::Rsa {
            pkcs1: parse(&RSA_PKCS1_2048_8192_SHA256)?,
            pss: parse(&RSA_PSS_2048_8192_SHA256)?,
        })
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, KeyFault> {
    match jwk.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(KeyFault::Malformed),
    }
}

fn bytes(jwk: &Map<String, Value>, name: &str) -> Result<Vec<u8>, KeyFault> {
    let text = text(jwk, name)?.ok_or(KeyFault::Malformed)?;
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| KeyFault::Malformed)
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientKey")
            .field("kid", &self.kid)
            .field("alg", &self.alg)
            .finish_non_exhaustive()
    }
}
