//! Private halves, ready for work: out of their files, into memory, and from there into a ring.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jsonwebtoken::jwk::Jwk;

use crate::entropy::Entropy;
use crate::keyring::model::{KeySet, KeyUse};
use crate::keyring::ring::{Parts, Ring};
use crate::keyring::rotation::Roles;
use crate::keyring::sealing::Sealer;
use crate::keyring::{SealingKey, Signer};

/// The private half of a key.
#[derive(Clone)]
pub(super) enum Secret {
    /// It signs.
    Signing(Arc<dyn Signer>),
    /// It seals.
    Sealing(Arc<SealingKey>),
}

impl Secret {
    /// What a key that seals is, whatever it is called. One that signs has a public half.
    pub(super) fn fingerprint(&self) -> Option<String> {
        match self {
            Self::Signing(_) => None,
            Self::Sealing(key) => Some(key.fingerprint()),
        }
    }
}

/// Private halves by the names of their keys.
pub(super) type Secrets = HashMap<String, Secret>;

/// Puts together what works now.
///
/// # Errors
/// In words: what is missing or no key.
pub(super) fn ring(keys: &KeySet, secrets: &Secrets, roles: &Roles) -> Result<Ring, String> {
    let signer = |kid: &String| match secrets.get(kid) {
        Some(Secret::Signing(signer)) => Ok(Arc::clone(signer)),
        Some(Secret::Sealing(_)) | None => Err(format!("the key {kid} has no private half")),
    };
    let mut active = BTreeMap::new();
    let mut sealer = None;
    for (key_use, kid) in &roles.signs {
        match key_use {
            KeyUse::Sign(alg) => {
                active.insert(*alg, signer(kid)?);
            }
            KeyUse::Seal => sealer = Some(kid),
        }
    }
    let mut pinned = HashMap::new();
    for (client, kid) in &roles.pinned {
        // The file of a retired key may be gone; its clients then go with the others.
        if let Ok(signer) = signer(kid) {
            pinned.insert(client.clone(), signer);
        }
    }
    let publics = |kids: &[String]| -> Result<Vec<Jwk>, String> {
        kids.iter().map(|kid| public(keys, kid)).collect()
    };
    Ring::new(Parts {
        active,
        pinned,
        published: publics(&roles.published)?,
        withdrawn: publics(&roles.verifies)?,
        sealer: sealing(secrets, sealer, &roles.opens)?,
    })
}

/// What works where nobody serves: nothing signs, and what is sealed is lost.
///
/// # Errors
/// In words, when the cryptographic library refuses.
pub(super) fn idle_ring(entropy: &dyn Entropy) -> Result<Ring, String> {
    let key = SealingKey::generate(entropy);
    let sealer = Sealer::new("idle".to_owned(), key.bytes()).map_err(|error| error.to_string())?;
    Ring::new(Parts {
        active: BTreeMap::new(),
        pinned: HashMap::new(),
        published: Vec::new(),
        withdrawn: Vec::new(),
        sealer,
    })
}

fn public(keys: &KeySet, kid: &str) -> Result<Jwk, String> {
    let text = keys.find(kid).and_then(|key| key.public.as_deref());
    let text = text.ok_or_else(|| format!("the key {kid} has no public half"))?;
    serde_json::from_str(text)
        .map_err(|error| format!("the public half of the key {kid} is no JWK: {error}"))
}

fn sealing(secrets: &Secrets, active: Option<&String>, opens: &[String]) -> Result<Sealer, String> {
    let key = |kid: &String| match secrets.get(kid) {
        Some(Secret::Sealing(key)) => Ok(Arc::clone(key)),
        Some(Secret::Signing(_)) | None => Err(format!("the sealing key {kid} is missing")),
    };
    let active = active.ok_or("no key seals")?;
    let refused = |_| "a sealing key was refused".to_owned();
    let mut sealer = Sealer::new(active.clone(), key(active)?.bytes()).map_err(refused)?;
    for kid in opens.iter().filter(|kid| *kid != active) {
        if let Ok(key) = key(kid) {
            sealer
                .add_opening(kid.clone(), key.bytes())
                .map_err(refused)?;
        }
    }
    Ok(sealer)
}
