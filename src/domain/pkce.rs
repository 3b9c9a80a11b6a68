//! Proof Key for Code Exchange, S256 alone (RFC 7636; `plain` is refused by RFC 9700).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::domain::secret::{Digest, equal_in_constant_time};

/// A `code_challenge` made by S256: 43 characters of base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

/// Why a challenge is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// A method other than S256, or none, which means `plain`.
    #[error("code_challenge_method must be S256")]
    Method,
    /// Not the 43 characters that S256 gives.
    #[error("code_challenge must be 43 characters of base64url")]
    Malformed,
}

impl CodeChallenge {
    /// Parses `code_challenge` and `code_challenge_method` (RFC 7636 section 4.3).
    ///
    /// # Errors
    /// [`ChallengeError`] when it is not an S256 challenge.
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, ChallengeError> {
        if method != Some("S256") {
            return Err(ChallengeError::Method);
        }
        let decoded = URL_SAFE_NO_PAD
            .decode(challenge)
            .map_err(|_| ChallengeError::Malformed)?;
        if decoded.len() != 32 {
            return Err(ChallengeError::Malformed);
        }
        Ok(Self(challenge.to_owned()))
    }

    /// Whether `verifier` is the one that this challenge was made from (section 4.6). A
    /// verifier outside the grammar of section 4.1 never is.
    #[must_use]
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let grammatical = (43..=128).contains(&verifier.len())
            && verifier
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        grammatical
            && equal_in_constant_time(
                &URL_SAFE_NO_PAD.encode(Digest::of(verifier).as_bytes()),
                &self.0,
            )
    }
}
