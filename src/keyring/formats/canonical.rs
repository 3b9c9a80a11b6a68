//! A private key as everything else here knows it.

use zeroize::Zeroizing;

use crate::domain::signing_alg::SigningAlg;
use crate::keyring::key_kind::KeyKind;

/// A key in the form that everything else is made of: PKCS #8 in DER, always written here, so
/// that nothing that came along with the key in its file lives on.
pub(in crate::keyring) struct Canonical {
    pub(in crate::keyring) kind: KeyKind,
    pub(in crate::keyring) pkcs8: Zeroizing<Vec<u8>>,
}

/// What a text held.
pub(in crate::keyring) struct Parsed {
    pub(in crate::keyring) key: Canonical,
    /// The name in a JWK.
    pub(in crate::keyring) kid: Option<String>,
    /// The algorithm in a JWK.
    pub(in crate::keyring) alg: Option<SigningAlg>,
}
