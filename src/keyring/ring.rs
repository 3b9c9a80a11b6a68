//! The keys of one provider as a whole.

use std::path::Path;
use std::sync::Arc;

use jsonwebtoken::jwk::JwkSet;
use serde::Serialize;

use super::prepared::{Rs256Key, generate_rsa_pem};
use super::sealing::{SEALING_KEY_BYTES, Sealer};
use super::{
    KeyringError, OwnToken, Signer, SigningFailed, TokenType, VerifyError, directory, jws,
};
use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::secret::random_token;
use crate::entropy::Entropy;

/// Signing and sealing keys, read-only once made.
pub struct Keyring {
    /// The key that signs.
    active: Arc<dyn Signer>,
    /// Published beside it.
    published: Vec<Arc<dyn Signer>>,
    sealer: Sealer,
}

impl Keyring {
    /// Reads the keys of a folder, making what is missing.
    ///
    /// # Errors
    /// [`KeyringError`] in words for an operator.
    pub fn open(
        folder: &Path,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<Self, KeyringError> {
        directory::open(folder, entropy, now)
    }

    /// Throw-away keys, for `demo`. Takes up to some seconds of CPU.
    ///
    /// # Errors
    /// [`KeyringError`] when no key can be made.
    pub fn ephemeral(entropy: &dyn Entropy) -> Result<Self, KeyringError> {
        let pem = generate_rsa_pem().map_err(in_memory)?;
        Self::from_pem(&pem, entropy)
    }

    /// The signing key of a PKCS#8 PEM text with throw-away sealing keys.
    ///
    /// # Errors
    /// [`KeyringError`] when the text is no RSA key of 2048 bits or more.
    pub fn from_pem(pem: &str, entropy: &dyn Entropy) -> Result<Self, KeyringError> {
        let signer = Rs256Key::from_pem(pem).map_err(in_memory)?;
        let mut key = [0_u8; SEALING_KEY_BYTES];
        entropy.fill(&mut key);
        let sealer = Sealer::new(random_token::<6>(entropy), &key)
            .map_err(|error| in_memory(error.to_string()))?;
        Ok(Self::of(Arc::new(signer), Vec::new(), sealer))
    }

    pub(super) fn of(
        active: Arc<dyn Signer>,
        published: Vec<Arc<dyn Signer>>,
        sealer: Sealer,
    ) -> Self {
        Self {
            active,
            published,
            sealer,
        }
    }

    /// The key that signs ID Tokens.
    #[must_use]
    pub fn signer(&self) -> &dyn Signer {
        self.active.as_ref()
    }

    /// What is published at `jwks_uri`: public halves alone (RFC 7517 section 5).
    #[must_use]
    pub fn jwks(&self) -> JwkSet {
        JwkSet {
            keys: std::iter::once(&self.active)
                .chain(&self.published)
                .map(|signer| signer.public_jwk())
                .collect(),
        }
    }

    /// The key of that name, if it is published.
    pub(super) fn find(&self, kid: &str) -> Option<&dyn Signer> {
        std::iter::once(&self.active)
            .chain(&self.published)
            .find(|signer| signer.kid() == kid)
            .map(AsRef::as_ref)
    }

    /// Signs a JWT with the key that signs now.
    ///
    /// # Errors
    /// [`SigningFailed`]
    pub fn sign<T: Serialize>(&self, claims: &T) -> Result<String, SigningFailed> {
        jws::sign(self.signer(), TokenType::Id, claims)
    }

    /// Signs a JWT for a client: the one place where a client's algorithm is chosen, so that
    /// its logout tokens are signed as its ID Tokens are. Today there is RS256 for all.
    ///
    /// # Errors
    /// [`SigningFailed`]
    pub fn sign_for<T: Serialize>(
        &self,
        _client: &Client,
        kind: TokenType,
        claims: &T,
    ) -> Result<String, SigningFailed> {
        jws::sign(self.signer(), kind, claims)
    }

    /// Verifies an ID Token that was issued here, whether or not its time is over.
    ///
    /// # Errors
    /// [`VerifyError`] for everything else.
    pub fn verify_own(&self, issuer: &str, token: &str) -> Result<OwnToken, VerifyError> {
        jws::verify(self, issuer, token)
    }

    /// The sealing keys.
    #[must_use]
    pub const fn sealer(&self) -> &Sealer {
        &self.sealer
    }
}

fn in_memory(reason: String) -> KeyringError {
    KeyringError::NotAKey {
        path: "the key in memory".to_owned(),
        expected: "an RSA key",
        reason,
    }
}
