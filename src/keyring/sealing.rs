//! Sealing: values that leave the house and come back (pending authorizations in cookies,
//! access tokens) are encrypted and authenticated as a whole with AES-256-GCM. The form is
//! `1.<key id>.<base64url of nonce, ciphertext and tag>`; version, key and purpose are
//! authenticated too, so that nothing sealed for one purpose opens for another.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::SigningFailed;

/// What a value is sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A pending authorization in a cookie.
    Flow,
    /// An access token.
    AccessToken,
    /// The form of a logout's confirm page.
    Logout,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::AccessToken => "access_token",
            Self::Logout => "logout",
        }
    }
}

/// Bytes of a sealing key.
pub(super) const SEALING_KEY_BYTES: usize = 32;

struct SealingKey {
    id: String,
    key: RandomizedNonceKey,
}

/// The sealing keys: the first one seals, all of them open.
pub struct Sealer {
    active: SealingKey,
    others: Vec<SealingKey>,
}

/// The version of the form.
const VERSION: &str = "1";

impl Sealer {
    /// A sealer whose key is `key`, under the name `id`.
    pub(super) fn new(id: String, key: &[u8; SEALING_KEY_BYTES]) -> Result<Self, SigningFailed> {
        Ok(Self {
            active: prepare(id, key)?,
            others: Vec::new(),
        })
    }

    /// Adds a key that opens, and does not seal.
    pub(super) fn add_opening(
        &mut self,
        id: String,
        key: &[u8; SEALING_KEY_BYTES],
    ) -> Result<(), SigningFailed> {
        self.others.push(prepare(id, key)?);
        Ok(())
    }

    /// Seals `plain` for `purpose`.
    ///
    /// # Errors
    /// [`SigningFailed`] when the cryptographic library refuses.
    pub fn seal(&self, purpose: Purpose, plain: &[u8]) -> Result<String, SigningFailed> {
        let mut sealed = plain.to_vec();
        let nonce = self
            .active
            .key
            .seal_in_place_append_tag(aad(purpose, &self.active.id), &mut sealed)
            .map_err(|_| SigningFailed)?;
        let mut bytes = nonce.as_ref().to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(format!(
            "{VERSION}.{}.{}",
            self.active.id,
            URL_SAFE_NO_PAD.encode(bytes)
        ))
    }

    /// Seals a record for `purpose`; nothing when the cryptographic library refuses.
    #[must_use]
    pub fn seal_record(&self, purpose: Purpose, record: &impl Serialize) -> Option<String> {
        let plain = serde_json::to_vec(record).ok()?;
        self.seal(purpose, &plain).ok()
    }

    /// Opens a record that was sealed for `purpose`.
    #[must_use]
    pub fn open_record<T: DeserializeOwned>(&self, purpose: Purpose, sealed: &str) -> Option<T> {
        serde_json::from_slice(&self.open(purpose, sealed)?).ok()
    }

    /// Opens what was sealed for `purpose`. Whatever else comes gives nothing, without a
    /// reason: cut short, altered, sealed elsewhere or for something else.
    #[must_use]
    pub fn open(&self, purpose: Purpose, sealed: &str) -> Option<Vec<u8>> {
        let rest = sealed.strip_prefix(VERSION)?.strip_prefix('.')?;
        let (id, text) = rest.split_once('.')?;
        let key = std::iter::once(&self.active)
            .chain(&self.others)
            .find(|key| key.id == id)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, body) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let plain = key
            .key
            .open_in_place(nonce, aad(purpose, &key.id), &mut body)
            .ok()?;
        Some(plain.to_vec())
    }
}

fn prepare(id: String, key: &[u8; SEALING_KEY_BYTES]) -> Result<SealingKey, SigningFailed> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| SigningFailed)?;
    Ok(SealingKey { id, key })
}

fn aad(purpose: Purpose, id: &str) -> Aad<Vec<u8>> {
    Aad::from(format!("dingpass {VERSION} {id} {}", purpose.as_str()).into_bytes())
}
