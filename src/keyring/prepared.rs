//! Signing keys ready to sign. Preparing an RSA key costs as much as signing with it twice
//! more; jsonwebtoken's own `encode` prepares it for each signature, so it is not used.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::Jwk;
use rand_core::OsRng;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use rsa::traits::PublicKeyParts as _;
use zeroize::Zeroizing;

use super::{Signer, SigningFailed, jwk};

/// The smallest modulus that is accepted, in bits (RFC 7518 section 3.3).
const SMALLEST_MODULUS: usize = 2048;
/// The modulus of the keys that we make, in bits.
const MODULUS: usize = 2048;

/// An RSA key that signs RS256.
pub(super) struct Rs256Key {
    kid: String,
    jwk: Jwk,
    pair: KeyPair,
    random: SystemRandom,
}

impl Rs256Key {
    /// Prepares the key in a PKCS#8 PEM text. The error never quotes the text.
    pub(super) fn from_pem(pem: &str) -> Result<Self, String> {
        let key = RsaPrivateKey::from_pkcs8_pem(pem).map_err(|error| error.to_string())?;
        Self::prepare(&key)
    }

    fn prepare(key: &RsaPrivateKey) -> Result<Self, String> {
        key.validate().map_err(|error| error.to_string())?;
        if key.n().bits() < SMALLEST_MODULUS {
            return Err(format!("it has fewer than {SMALLEST_MODULUS} bits"));
        }
        let der = key.to_pkcs8_der().map_err(|error| error.to_string())?;
        let pair = KeyPair::from_pkcs8(der.as_bytes()).map_err(|error| error.to_string())?;
        let jwk = jwk::rs256(&key.to_public_key()).map_err(|error| error.to_string())?;
        let kid = jwk.common.key_id.clone().unwrap_or_default();
        Ok(Self {
            kid,
            jwk,
            pair,
            random: SystemRandom::new(),
        })
    }
}

/// Makes a new RSA key and returns it as PKCS#8 PEM. Takes up to some seconds of CPU: never
/// in the way of a request.
pub(super) fn generate_rsa_pem() -> Result<Zeroizing<String>, String> {
    let key = RsaPrivateKey::new(&mut OsRng, MODULUS).map_err(|error| error.to_string())?;
    key.to_pkcs8_pem(LineEnding::LF)
        .map_err(|error| error.to_string())
}

impl Signer for Rs256Key {
    fn kid(&self) -> &str {
        &self.kid
    }

    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        let mut signature = vec![0_u8; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature)
            .map_err(|_| SigningFailed)?;
        Ok(signature)
    }

    fn public_jwk(&self) -> Jwk {
        self.jwk.clone()
    }
}
