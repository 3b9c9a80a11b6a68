//! A private key: made here or brought in, checked, held as PKCS #8 in DER, wiped when it is
//! dropped. It does nothing itself; what signs is made from it (see `prepared`).

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::formats::{self, KeyFormatError};
use super::key_kind::{KeyKind, KeyNotMade};
use crate::domain::rsa_bits::RsaBits;
use crate::domain::signing_alg::SigningAlg;
use crate::entropy::Entropy;

/// A private key.
pub struct PrivateKey {
    kind: KeyKind,
    pkcs8: Zeroizing<Vec<u8>>,
    kid: Option<String>,
    alg: Option<SigningAlg>,
}

/// Nothing of the key is shown.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PrivateKey").field(&self.kind).finish()
    }
}

impl PrivateKey {
    /// Makes a key for `alg`. RSA takes up to some seconds of CPU: never in the way of a
    /// request.
    ///
    /// # Errors
    /// [`KeyNotMade`] when the cryptographic library refuses.
    pub fn generate(alg: SigningAlg, rsa_bits: RsaBits) -> Result<Self, KeyNotMade> {
        let random = SystemRandom::new();
        let key = match alg {
            SigningAlg::Rs256 | SigningAlg::Ps256 => {
                let der: Pkcs8V1Der<'_> = KeyPair::generate(size(rsa_bits))
                    .and_then(|pair| pair.as_der())
                    .map_err(|_| KeyNotMade)?;
                formats::from_pkcs8(der.as_ref())
            }
            SigningAlg::Es256 => {
                let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
                    .map_err(|_| KeyNotMade)?;
                formats::from_pkcs8(der.as_ref())
            }
            SigningAlg::EdDsa => {
                let der = Ed25519KeyPair::generate_pkcs8v1(&random).map_err(|_| KeyNotMade)?;
                formats::from_pkcs8(der.as_ref())
            }
        }
        // A key of our own passes the same checks as one that is brought in.
        .map_err(|_| KeyNotMade)?;
        Ok(Self {
            kind: key.kind,
            pkcs8: key.pkcs8,
            kid: None,
            alg: None,
        })
    }

    /// Reads the one private key of a text: PEM (PKCS #1, PKCS #8, encrypted PKCS #8, SEC 1)
    /// or JWK, alone or in a set of one. A passphrase that is not needed does no harm.
    ///
    /// # Errors
    /// [`KeyFormatError`] in words for an operator; nothing of the text is in them.
    pub fn parse(text: &[u8], passphrase: Option<&SecretString>) -> Result<Self, KeyFormatError> {
        let parsed = formats::parse(text, passphrase)?;
        Ok(Self {
            kind: parsed.key.kind,
            pkcs8: parsed.key.pkcs8,
            kid: parsed.kid,
            alg: parsed.alg,
        })
    }

    /// What kind of key it is.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The name that a JWK gave it, unchecked.
    #[must_use]
    pub fn given_kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The algorithm that a JWK gave it; it fits the kind.
    #[must_use]
    pub const fn given_alg(&self) -> Option<SigningAlg> {
        self.alg
    }

    /// As PEM, PKCS #8.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        formats::to_pem(&self.pkcs8)
    }

    /// As PEM, PKCS #8, encrypted with a passphrase. Takes a fraction of a second of CPU.
    ///
    /// # Errors
    /// [`KeyNotMade`] when the passphrase is empty or the cryptographic library refuses.
    pub fn to_encrypted_pem(
        &self,
        passphrase: &SecretString,
        entropy: &dyn Entropy,
    ) -> Result<Zeroizing<String>, KeyNotMade> {
        formats::to_encrypted_pem(&self.pkcs8, passphrase, entropy).ok_or(KeyNotMade)
    }

    pub(super) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }
}

const fn size(bits: RsaBits) -> KeySize {
    match bits {
        RsaBits::B2048 => KeySize::Rsa2048,
        RsaBits::B3072 => KeySize::Rsa3072,
        RsaBits::B4096 => KeySize::Rsa4096,
    }
}
