//! `at_hash`: binds an access token to the ID Token that came with it (OIDC Core section
//! 3.1.3.6). The hash is that of the algorithm which signs the ID Token.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::signing_alg::SigningAlg;

/// The left half of the access token's hash. Ed25519 signs with SHA-512 (RFC 8032 section
/// 5.1), so that its half has 32 bytes.
#[must_use]
pub fn at_hash(alg: SigningAlg, access_token: &str) -> String {
    let (hash, half) = match alg {
        SigningAlg::Rs256 | SigningAlg::Ps256 | SigningAlg::Es256 => (&SHA256, 16),
        SigningAlg::EdDsa => (&SHA512, 32),
    };
    let digest = digest(hash, access_token.as_bytes());
    let (left, _) = digest.as_ref().split_at(half);
    URL_SAFE_NO_PAD.encode(left)
}
