//! The name of a set of keys: the algorithm that they sign with, or `A256GCM` for those that
//! seal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::signing_alg::SigningAlg;
use crate::keyring::model::KeyUse;

/// Which set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetName(pub KeyUse);

impl SetName {
    /// All that there can be.
    pub const ALL: [Self; 5] = [
        Self(KeyUse::Sign(SigningAlg::Rs256)),
        Self(KeyUse::Sign(SigningAlg::Ps256)),
        Self(KeyUse::Sign(SigningAlg::Es256)),
        Self(KeyUse::Sign(SigningAlg::EdDsa)),
        Self(KeyUse::Seal),
    ];

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0.as_str()
    }
}

impl fmt::Display for SetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SetName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|set| set.as_str() == text)
            .ok_or("one of RS256, PS256, ES256, EdDSA, or A256GCM for the keys that seal")
    }
}

impl Serialize for SetName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SetName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
