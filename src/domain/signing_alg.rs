//! The algorithms of signatures (RFC 7518, RFC 8037): ours and those of clients alike.
//! Symmetric ones and `none` don't exist here.

use serde::{Deserialize, Serialize};

/// An algorithm that signs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum SigningAlg {
    /// RSA, PKCS #1 v1.5 padding: what every client knows (OIDC Core section 15.1).
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// RSA, PSS padding.
    #[serde(rename = "PS256")]
    Ps256,
    /// The curve P-256.
    #[serde(rename = "ES256")]
    Es256,
    /// The curve Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlg {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of that name, which is case-sensitive.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == name)
    }
}

/// How long the modulus of an RSA key is that we make. NIST SP 800-57 and RFC 7518 section 3.3
/// allow nothing shorter; longer ones than these cost more than they protect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RsaBits {
    /// 2048: a signature takes under a millisecond, and every client can read it.
    #[default]
    B2048,
    /// 3072
    B3072,
    /// 4096
    B4096,
}

impl RsaBits {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::B2048, Self::B3072, Self::B4096];

    /// The number.
    #[must_use]
    pub const fn count(self) -> u32 {
        match self {
            Self::B2048 => 2048,
            Self::B3072 => 3072,
            Self::B4096 => 4096,
        }
    }

    /// The size of that number of bits.
    #[must_use]
    pub fn parse(count: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|bits| u64::from(bits.count()) == count)
    }
}
