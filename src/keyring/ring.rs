//! The keys that work now. A rotation swaps them as a whole: whoever took a key before goes on
//! with it to the end of its request, and nobody waits for anybody.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Serialize;

use super::jws::{self, Verifier};
use super::prepared::PreparedKey;
use super::private_key::PrivateKey;
use super::sealing::{SEALING_KEY_BYTES, Sealer};
use super::{KeyringError, OwnToken, Signer, SigningFailed, TokenType, VerifyError, directory};
use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::id::ClientId;
use crate::domain::rsa_bits::RsaBits;
use crate::domain::secret::random_token;
use crate::domain::signing_alg::SigningAlg;
use crate::entropy::Entropy;

/// What is published at `jwks_uri`: public halves alone (RFC 7517 section 5).
#[derive(Clone, Debug)]
pub struct PublishedKeys {
    /// The document.
    pub body: Bytes,
    /// A strong entity tag, quoted.
    pub etag: Arc<str>,
    /// The names of the keys in it.
    pub kids: Arc<[String]>,
}

/// A set of keys that work together.
pub(super) struct Ring {
    active: BTreeMap<SigningAlg, Arc<dyn Signer>>,
    pinned: HashMap<ClientId, Arc<dyn Signer>>,
    published: Arc<PublishedKeys>,
    verifiers: HashMap<String, Verifier>,
    sealer: Arc<Sealer>,
}

/// What a ring is made of.
pub(super) struct Parts {
    /// Who signs, for each algorithm.
    pub(super) active: BTreeMap<SigningAlg, Arc<dyn Signer>>,
    /// Who signs for clients that stay with an older key.
    pub(super) pinned: HashMap<ClientId, Arc<dyn Signer>>,
    /// Public halves to be published, in that order.
    pub(super) published: Vec<Jwk>,
    /// Public halves that verify, beside the published ones.
    pub(super) withdrawn: Vec<Jwk>,
    /// What seals and opens.
    pub(super) sealer: Sealer,
}

impl Ring {
    /// Puts a set together; prepares what verifies.
    ///
    /// # Errors
    /// In words, when a public half is none.
    pub(super) fn new(parts: Parts) -> Result<Self, String> {
        let mut verifiers = HashMap::new();
        for jwk in parts.published.iter().chain(&parts.withdrawn) {
            let verifier = Verifier::new(jwk)?;
            verifiers.insert(verifier.kid().to_owned(), verifier);
        }
        Ok(Self {
            active: parts.active,
            pinned: parts.pinned,
            published: Arc::new(publish(parts.published)?),
            verifiers,
            sealer: Arc::new(parts.sealer),
        })
    }
}

fn publish(keys: Vec<Jwk>) -> Result<PublishedKeys, String> {
    let kids = keys
        .iter()
        .filter_map(|key| key.common.key_id.clone())
        .collect();
    let body = serde_json::to_vec(&JwkSet { keys }).map_err(|error| error.to_string())?;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
    let tag: String = URL_SAFE_NO_PAD.encode(digest).chars().take(22).collect();
    Ok(PublishedKeys {
        body: Bytes::from(body),
        etag: format!("\"{tag}\"").into(),
        kids,
    })
}

/// The keys of one provider. Readers take what is there.
pub struct Keyring {
    ring: ArcSwap<Ring>,
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
        let key = PrivateKey::generate(SigningAlg::Rs256, RsaBits::default())
            .map_err(|error| in_memory(error.to_string()))?;
        Self::from_pem(&key.to_pem(), entropy)
    }

    /// The signing key of a PKCS#8 PEM text with throw-away sealing keys.
    ///
    /// # Errors
    /// [`KeyringError`] when the text is no RSA key of 2048 bits or more.
    pub fn from_pem(pem: &str, entropy: &dyn Entropy) -> Result<Self, KeyringError> {
        let key = PrivateKey::parse(pem.as_bytes(), None)
            .map_err(|error| in_memory(error.to_string()))?;
        let signer = PreparedKey::new(&key, SigningAlg::Rs256, None)
            .map_err(|error| in_memory(error.to_string()))?;
        let mut key = [0_u8; SEALING_KEY_BYTES];
        entropy.fill(&mut key);
        let sealer = Sealer::new(random_token::<6>(entropy), &key)
            .map_err(|error| in_memory(error.to_string()))?;
        Self::of(Arc::new(signer), &[], sealer).map_err(in_memory)
    }

    pub(super) fn of(
        active: Arc<dyn Signer>,
        published: &[Arc<dyn Signer>],
        sealer: Sealer,
    ) -> Result<Self, String> {
        let all = std::iter::once(&active).chain(published);
        let published = all.map(|signer| signer.public_jwk()).collect();
        let ring = Ring::new(Parts {
            active: BTreeMap::from([(SigningAlg::Rs256, active)]),
            pinned: HashMap::new(),
            published,
            withdrawn: Vec::new(),
            sealer,
        })?;
        Ok(Self::new(ring))
    }

    pub(super) fn new(ring: Ring) -> Self {
        Self {
            ring: ArcSwap::from_pointee(ring),
        }
    }

    /// The key that signs for whoever has no wishes.
    ///
    /// # Errors
    /// [`SigningFailed`] when there is none, which no set of ours lacks.
    pub fn signer(&self) -> Result<Arc<dyn Signer>, SigningFailed> {
        let ring = self.ring.load();
        ring.active
            .get(&SigningAlg::default())
            .cloned()
            .ok_or(SigningFailed)
    }

    /// The key that signs for a client: the one place where its algorithm is chosen, so that
    /// its logout tokens are signed as its ID Tokens are. Taken once for each request, so that
    /// what is written down and what is signed name the same key.
    ///
    /// # Errors
    /// [`SigningFailed`] when there is no key of its algorithm.
    pub fn signer_for(&self, client: &Client) -> Result<Arc<dyn Signer>, SigningFailed> {
        let ring = self.ring.load();
        ring.pinned
            .get(&client.id)
            .or_else(|| ring.active.get(&client.id_token_signed_response_alg))
            .cloned()
            .ok_or(SigningFailed)
    }

    /// What is published now.
    #[must_use]
    pub fn published(&self) -> Arc<PublishedKeys> {
        Arc::clone(&self.ring.load().published)
    }

    /// Signs a JWT with the key that signs for whoever has no wishes.
    ///
    /// # Errors
    /// [`SigningFailed`]
    pub fn sign<T: Serialize>(&self, claims: &T) -> Result<String, SigningFailed> {
        jws::sign(self.signer()?.as_ref(), TokenType::Id, claims)
    }

    /// Signs a JWT for a client.
    ///
    /// # Errors
    /// [`SigningFailed`]
    pub fn sign_for<T: Serialize>(
        &self,
        client: &Client,
        kind: TokenType,
        claims: &T,
    ) -> Result<String, SigningFailed> {
        jws::sign(self.signer_for(client)?.as_ref(), kind, claims)
    }

    /// Verifies an ID Token that was issued here, whether or not its time is over.
    ///
    /// # Errors
    /// [`VerifyError`] for everything else.
    pub fn verify_own(&self, issuer: &str, token: &str) -> Result<OwnToken, VerifyError> {
        let ring = self.ring.load();
        jws::verify(|kid| ring.verifiers.get(kid), issuer, token)
    }

    /// The sealing keys.
    #[must_use]
    pub fn sealer(&self) -> Arc<Sealer> {
        Arc::clone(&self.ring.load().sealer)
    }
}

fn in_memory(reason: String) -> KeyringError {
    KeyringError::NotAKey {
        path: "the key in memory".to_owned(),
        expected: "an RSA key",
        reason,
    }
}
