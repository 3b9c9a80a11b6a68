//! A key that was revoked, as it is remembered beside the folder of keys: an old backup of the
//! folder knows nothing of it. Its public half at most is in here.

use serde::{Deserialize, Serialize};

/// A key that was revoked. It never comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedKey {
    /// Its name.
    pub kid: String,
    /// `RS256`, ..., or `A256GCM` for a key that seals.
    pub algorithm: String,
    /// When it was revoked, in milliseconds.
    pub revoked_at: i64,
    /// What it signed was to be ended, and not left alone.
    pub ends: bool,
    /// Its public half as a JWK, or the fingerprint of a key that seals: the same key is known
    /// by it under any name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<String>,
}
