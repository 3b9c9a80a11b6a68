//! Handles and their digests. A handle (authorization code, cookie value, client secret) is
//! known to its holder alone; the house keeps its SHA-256 digest. Handles carry 256 random
//! bits, which no slow hash could make harder to guess, so a plain digest is enough.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use subtle::ConstantTimeEq as _;

use crate::entropy::Entropy;

/// `BYTES` random bytes in base64url without padding.
#[must_use]
pub fn random_token<const BYTES: usize>(entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; BYTES];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A 256-bit random value that unlocks something: 43 characters of base64url.
/// It is not `Debug`-printed, so that it can't slip into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Handle(String);

impl Handle {
    /// A new handle.
    #[must_use]
    pub fn mint(entropy: &dyn Entropy) -> Self {
        Self(random_token::<32>(entropy))
    }

    /// The text that is handed to its holder.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the house keeps of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle(..)")
    }
}

/// The SHA-256 digest of a handle. Equality takes the same time wherever the first
/// difference is, so that a guess can't be improved byte by byte.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of what a caller presented.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, presented.as_bytes());
        let mut bytes = [0_u8; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    /// The digest's bytes, for a store's key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(serde::de::Error::custom)?;
        let bytes = <[u8; 32]>::try_from(bytes)
            .map_err(|_| serde::de::Error::custom("a digest has 32 bytes"))?;
        Ok(Self(bytes))
    }
}

/// Whether two texts are equal, in a time that depends on neither.
#[must_use]
pub fn equal_in_constant_time(left: &str, right: &str) -> bool {
    Digest::of(left) == Digest::of(right)
}
