//! The kinds of private keys, and what each can sign.

use crate::domain::signing_alg::SigningAlg;

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA: signs RS256 or PS256.
    Rsa,
    /// The curve P-256: signs ES256.
    P256,
    /// The curve Ed25519: signs EdDSA.
    Ed25519,
}

impl KeyKind {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "an RSA key",
            Self::P256 => "a key on P-256",
            Self::Ed25519 => "a key on Ed25519",
        }
    }

    /// Whether such a key can sign with `alg`.
    #[must_use]
    pub const fn fits(self, alg: SigningAlg) -> bool {
        match alg {
            SigningAlg::Rs256 | SigningAlg::Ps256 => matches!(self, Self::Rsa),
            SigningAlg::Es256 => matches!(self, Self::P256),
            SigningAlg::EdDsa => matches!(self, Self::Ed25519),
        }
    }

    /// What such a key signs if nothing else is said.
    #[must_use]
    pub const fn usual_alg(self) -> SigningAlg {
        match self {
            Self::Rsa => SigningAlg::Rs256,
            Self::P256 => SigningAlg::Es256,
            Self::Ed25519 => SigningAlg::EdDsa,
        }
    }
}

/// The cryptographic library could not make or write a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key could not be made or written")]
pub struct KeyNotMade;
