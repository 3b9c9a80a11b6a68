//! Signing keys ready to sign. Preparing an RSA key costs as much as signing with it twice
//! more; jsonwebtoken's own `encode` prepares it for each signature, so it is not used. All
//! private operations run in aws-lc-rs (RUSTSEC-2023-0071).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::Jwk;

use super::key_kind::KeyKind;
use super::kid::{BadKid, check_kid};
use super::private_key::PrivateKey;
use super::public_key::PublicKey;
use super::{Signer, SigningFailed, jws};
use crate::domain::signing_alg::SigningAlg;

/// Why a private key can't sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// Another type of key.
    #[error("it is {}, which can't sign {}", .kind.as_str(), .alg.as_str())]
    WrongType {
        /// What it is.
        kind: KeyKind,
        /// What it should sign.
        alg: SigningAlg,
    },
    /// A name that a key can't have.
    #[error(transparent)]
    BadKid(#[from] BadKid),
    /// The cryptographic library does not take it.
    #[error("the cryptographic library refuses it: it is damaged, or no key that can sign")]
    Refused,
    /// A signature does not verify under the public half.
    #[error("what it signs does not verify: its halves don't belong together")]
    SelfCheck,
}

enum Pair {
    Rsa(rsa::KeyPair, &'static dyn RsaEncoding),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A key that signs with one algorithm, under one name.
pub struct PreparedKey {
    public: PublicKey,
    pair: Pair,
    random: SystemRandom,
}

/// What is signed once when a key is prepared. Never a JWS: there is no dot in it.
const SELF_CHECK: &[u8] = b"dingpass 1 self-check of a signing key";

impl PreparedKey {
    /// Prepares a key for one algorithm, under the given name, or the name in its JWK, or its
    /// thumbprint. Signs and verifies once: a key whose halves don't belong together is found
    /// here, and not by every application at once.
    ///
    /// # Errors
    /// [`PrepareError`]
    pub fn new(
        key: &PrivateKey,
        alg: SigningAlg,
        kid: Option<String>,
    ) -> Result<Self, PrepareError> {
        let kid = kid.or_else(|| key.given_kid().map(str::to_owned));
        kid.as_deref().map(check_kid).transpose()?;
        let refused = |_| PrepareError::Refused;
        let (pair, public) = match (key.kind(), alg) {
            (KeyKind::Rsa, SigningAlg::Rs256 | SigningAlg::Ps256) => {
                let pair = rsa::KeyPair::from_pkcs8(key.pkcs8()).map_err(refused)?;
                let half = pair.public_key();
                let (n, e) = (half.modulus(), half.exponent());
                let public = PublicKey::rsa(
                    n.big_endian_without_leading_zero(),
                    e.big_endian_without_leading_zero(),
                    alg,
                    kid,
                );
                let encoding: &'static dyn RsaEncoding = match alg {
                    // The salt is as long as the digest (RFC 7518 section 3.5).
                    SigningAlg::Ps256 => &RSA_PSS_SHA256,
                    SigningAlg::Rs256 | SigningAlg::Es256 | SigningAlg::EdDsa => &RSA_PKCS1_SHA256,
                };
                (Pair::Rsa(pair, encoding), public)
            }
            (KeyKind::P256, SigningAlg::Es256) => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.pkcs8())
                    .map_err(refused)?;
                let point = pair.public_key().as_ref();
                let (x, y) = point
                    .strip_prefix(&[4])
                    .and_then(|point| point.split_at_checked(32))
                    .ok_or(PrepareError::Refused)?;
                let public = PublicKey::p256(x, y, kid);
                (Pair::P256(pair), public)
            }
            (KeyKind::Ed25519, SigningAlg::EdDsa) => {
                let pair = Ed25519KeyPair::from_pkcs8(key.pkcs8()).map_err(refused)?;
                let public = PublicKey::ed25519(pair.public_key().as_ref(), kid);
                (Pair::Ed25519(pair), public)
            }
            (kind, alg) => return Err(PrepareError::WrongType { kind, alg }),
        };
        let prepared = Self {
            public,
            pair,
            random: SystemRandom::new(),
        };
        prepared.check()?;
        Ok(prepared)
    }

    /// By another way than the key itself: from the JWK that applications will have.
    fn check(&self) -> Result<(), PrepareError> {
        let wrong = PrepareError::SelfCheck;
        let signature = self.sign(SELF_CHECK).map_err(|_| wrong)?;
        let key = DecodingKey::from_jwk(self.public.jwk()).map_err(|_| wrong)?;
        let verifies = jsonwebtoken::crypto::verify(
            &URL_SAFE_NO_PAD.encode(signature),
            SELF_CHECK,
            &key,
            jws::algorithm(self.public.alg()),
        );
        match verifies {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(wrong),
        }
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl Signer for PreparedKey {
    fn kid(&self) -> &str {
        self.public.kid()
    }

    fn algorithm(&self) -> SigningAlg {
        self.public.alg()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0_u8; pair.public_modulus_len()];
                pair.sign(*encoding, &self.random, message, &mut signature)
                    .map_err(|_| SigningFailed)?;
                Ok(signature)
            }
            Pair::P256(pair) => {
                let signature = pair.sign(&self.random, message);
                Ok(signature.map_err(|_| SigningFailed)?.as_ref().to_vec())
            }
            Pair::Ed25519(pair) => {
                let signature = pair.try_sign(message);
                Ok(signature.map_err(|_| SigningFailed)?.as_ref().to_vec())
            }
        }
    }

    fn public_jwk(&self) -> Jwk {
        self.public.jwk().clone()
    }
}
