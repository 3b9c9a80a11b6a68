//! The successor of a refresh token, sealed so that only who has the predecessor can open it:
//! AES-256-GCM under a key that HKDF-SHA256 (RFC 5869) makes of the predecessor's text, which
//! is kept nowhere. So a repeated refresh gets the same answer, also after a restart, and a
//! stolen store holds no token.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::SigningFailed;

/// Says what the key is for (RFC 5869 section 3.2): the same text gives no other key of ours.
const INFO: &[u8] = b"dingpass 1 refresh successor";

/// Bytes of the key.
struct KeyBytes;

impl KeyType for KeyBytes {
    fn len(&self) -> usize {
        32
    }
}

/// Seals `successor` for who presents `predecessor`.
///
/// # Errors
/// [`SigningFailed`] when the cryptographic library refuses.
pub fn seal_successor(predecessor: &str, successor: &str) -> Result<String, SigningFailed> {
    let mut sealed = successor.as_bytes().to_vec();
    let nonce = key(predecessor)?
        .seal_in_place_append_tag(Aad::from(INFO), &mut sealed)
        .map_err(|_| SigningFailed)?;
    let mut bytes = nonce.as_ref().to_vec();
    bytes.extend_from_slice(&sealed);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What was sealed for `predecessor`; nothing for anybody else.
#[must_use]
pub fn open_successor(predecessor: &str, sealed: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, body) = bytes.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut body = body.to_vec();
    let plain = key(predecessor)
        .ok()?
        .open_in_place(nonce, Aad::from(INFO), &mut body)
        .ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

/// The predecessor's secret has 256 random bits, so that no salt is needed.
fn key(predecessor: &str) -> Result<RandomizedNonceKey, SigningFailed> {
    let secret = Salt::new(HKDF_SHA256, &[]).extract(predecessor.as_bytes());
    let mut bytes = Zeroizing::new([0_u8; 32]);
    secret
        .expand(&[INFO], KeyBytes)
        .and_then(|okm| okm.fill(bytes.as_mut()))
        .map_err(|_| SigningFailed)?;
    RandomizedNonceKey::new(&AES_256_GCM, bytes.as_ref()).map_err(|_| SigningFailed)
}
