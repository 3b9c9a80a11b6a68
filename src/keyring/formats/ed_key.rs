//! Ed25519 keys (RFC 8032, RFC 8410). The public half is always computed, and compared with
//! the one that came along.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use zeroize::Zeroizing;

use super::canonical::Canonical;
use super::error::KeyFormatError;
use crate::keyring::key_kind::KeyKind;

/// Bytes of a seed.
const SEED: usize = 32;

/// PKCS #8 version 1 before the seed: OpenSSL does not read version 2.
const BEFORE: &[u8] = &[
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Reads a `CurvePrivateKey` (RFC 8410 section 7): the seed as an OCTET STRING.
pub(super) fn from_curve_private_key(
    der: &[u8],
    public: Option<&[u8]>,
) -> Result<Canonical, KeyFormatError> {
    let seed = der
        .strip_prefix(&[0x04, 0x20])
        .ok_or(KeyFormatError::Damaged)?;
    from_seed(seed, public)
}

/// Makes the key of a seed, whose public half must be `public` if that is given.
pub(super) fn from_seed(seed: &[u8], public: Option<&[u8]>) -> Result<Canonical, KeyFormatError> {
    if seed.len() != SEED {
        return Err(KeyFormatError::Damaged);
    }
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyFormatError::Damaged)?;
    if public.is_some_and(|public| public != pair.public_key().as_ref()) {
        return Err(KeyFormatError::Mismatched);
    }
    Ok(Canonical {
        kind: KeyKind::Ed25519,
        pkcs8: Zeroizing::new([BEFORE, seed].concat()),
    })
}
