//! Sealing keys at rest: 32 bytes in base64url; with a passphrase, encrypted like private keys
//! in a PEM block of our own. AES-CBC does not notice a change, so that a digest goes with the
//! key: a wrong passphrase or a flipped bit never gives another key.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::encrypted;
use super::error::KeyFormatError;
use super::pem::{self, Label};
use super::text::text_of;
use crate::entropy::Entropy;
use crate::keyring::key_kind::KeyNotMade;
use crate::keyring::sealing::SEALING_KEY_BYTES;

/// Says what the digest is for: no other digest of the key is the same.
const FINGERPRINT: &[u8] = b"dingpass 1 sealing key fingerprint";

/// A key that seals, wiped when it is dropped.
pub struct SealingKey(Zeroizing<[u8; SEALING_KEY_BYTES]>);

/// Nothing of the key is shown.
impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

impl SealingKey {
    /// Makes a key.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut key = Zeroizing::new([0_u8; SEALING_KEY_BYTES]);
        entropy.fill(key.as_mut_slice());
        Self(key)
    }

    /// Reads either form. A passphrase that is not needed does no harm.
    ///
    /// # Errors
    /// [`KeyFormatError`] in words for an operator; nothing of the text is in them.
    pub fn parse(text: &[u8], passphrase: Option<&SecretString>) -> Result<Self, KeyFormatError> {
        let text = text_of(text)?;
        if !text.starts_with("-----BEGIN ") {
            let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
            URL_SAFE_NO_PAD
                .decode_vec(text, &mut bytes)
                .map_err(|_| KeyFormatError::NotASealingKey)?;
            return Self::exactly(&bytes).ok_or(KeyFormatError::NotASealingKey);
        }
        let blocks = pem::blocks(text)?;
        let [block] = blocks.as_slice() else {
            return Err(KeyFormatError::NotASealingKey);
        };
        if block.label != Label::SealingKey {
            return Err(KeyFormatError::NotASealingKey);
        }
        let plain = encrypted::open(&block.der()?, passphrase)?;
        plain
            .split_at_checked(SEALING_KEY_BYTES)
            .filter(|(key, check)| *check == digest(&SHA256, key).as_ref())
            .and_then(|(key, _)| Self::exactly(key))
            .ok_or(KeyFormatError::WrongPassphrase)
    }

    fn exactly(bytes: &[u8]) -> Option<Self> {
        let key = <[u8; SEALING_KEY_BYTES]>::try_from(bytes).ok()?;
        Some(Self(Zeroizing::new(key)))
    }

    /// As text, without encryption.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(48));
        URL_SAFE_NO_PAD.encode_string(self.0.as_slice(), &mut text);
        text.push('\n');
        text
    }

    /// As PEM, encrypted with a passphrase. Takes a fraction of a second of CPU.
    ///
    /// # Errors
    /// [`KeyNotMade`] when the passphrase is empty or the cryptographic library refuses.
    pub fn to_encrypted_pem(
        &self,
        passphrase: &SecretString,
        entropy: &dyn Entropy,
    ) -> Result<Zeroizing<String>, KeyNotMade> {
        let check = digest(&SHA256, self.0.as_slice());
        let plain = Zeroizing::new([self.0.as_slice(), check.as_ref()].concat());
        let der = encrypted::seal(&plain, passphrase, entropy).ok_or(KeyNotMade)?;
        Ok(pem::encode(pem::SEALING_LABEL, &der))
    }

    /// By which it is known again under another name; 256 random bits are not found by it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let text = Zeroizing::new([FINGERPRINT, self.0.as_slice()].concat());
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &text))
    }

    pub(in crate::keyring) fn bytes(&self) -> &[u8; SEALING_KEY_BYTES] {
        &self.0
    }
}
