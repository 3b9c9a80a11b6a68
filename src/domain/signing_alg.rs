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
