//! The folder of keys: PEM files that sign, `.key` files that seal, and the list of both.
//! What is missing is made at the first start; a folder that was filled by hand or by a
//! secret store is taken as it is, and needs not be writable.

use std::path::Path;
use std::sync::Arc;

use super::formats::SealingKey;
use super::prepared::PreparedKey;
use super::private_key::PrivateKey;
use super::sealing::Sealer;
use super::state::{FILE, KeyList, KeyState, SealingEntry, SigningAlgorithm, SigningEntry};
use super::{Keyring, KeyringError, Signer, files};
use crate::clock::Timestamp;
use crate::domain::rsa_bits::RsaBits;
use crate::domain::secret::random_token;
use crate::domain::signing_alg::SigningAlg;
use crate::entropy::Entropy;

/// The version of the list that this program writes.
const LIST_VERSION: u32 = 1;

pub(super) fn open(
    folder: &Path,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Keyring, KeyringError> {
    files::make_folder(folder)?;
    let mut list = read_list(folder)?;
    let adopted = adopt_unlisted(folder, &mut list, now)?;
    let mut made = false;
    if !list.signing.iter().any(|key| key.state == KeyState::Active) {
        list.signing.push(make_signing_key(folder, now)?);
        made = true;
    }
    if !list.sealing.iter().any(|key| key.state == KeyState::Active) {
        list.sealing.push(make_sealing_key(folder, entropy, now)?);
        made = true;
    }
    let keyring = load(folder, &list)?;
    if made || adopted {
        match write_list(folder, &list) {
            // Filled from outside: the names of the files say the same at each start.
            Err(error) if !made => tracing::info!(%error, "the list of keys can't be kept"),
            outcome => outcome?,
        }
    }
    Ok(keyring)
}

fn write_list(folder: &Path, list: &KeyList) -> Result<(), KeyringError> {
    let text = toml::to_string(list).map_err(|error| list_error(folder, error.to_string()))?;
    files::replace(folder, FILE, &text)
}

fn read_list(folder: &Path) -> Result<KeyList, KeyringError> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(KeyList {
            version: LIST_VERSION,
            ..KeyList::default()
        });
    }
    let list: KeyList = toml::from_str(&files::read_list(&path)?)
        .map_err(|error| list_error(folder, error.message().to_owned()))?;
    let files = list.signing.iter().map(|key| &key.file);
    for file in files.chain(list.sealing.iter().map(|key| &key.file)) {
        if file.contains('/') {
            return Err(list_error(
                folder,
                format!("{file:?} must be the name of a file in this folder"),
            ));
        }
    }
    if list.version != LIST_VERSION {
        return Err(list_error(
            folder,
            format!("version {} is not known here", list.version),
        ));
    }
    Ok(list)
}

/// Takes up the files of a folder that has no list: the newest name signs and seals.
fn adopt_unlisted(folder: &Path, list: &mut KeyList, now: Timestamp) -> Result<bool, KeyringError> {
    if !list.signing.is_empty() || !list.sealing.is_empty() {
        return Ok(false);
    }
    let pems = files::names(folder, ".pem")?;
    for (index, file) in pems.iter().enumerate() {
        let key = read_signing_key(folder, file)?;
        list.signing.push(SigningEntry {
            kid: key.kid().to_owned(),
            algorithm: SigningAlgorithm::Rs256,
            state: newest_is_active(index, pems.len()),
            file: file.clone(),
            created_at: rfc3339(now),
        });
    }
    let keys = files::names(folder, ".key")?;
    for (index, file) in keys.iter().enumerate() {
        list.sealing.push(SealingEntry {
            id: sealing_id(file),
            state: newest_is_active(index, keys.len()),
            file: file.clone(),
            created_at: rfc3339(now),
        });
    }
    let adopted = !pems.is_empty() || !keys.is_empty();
    if adopted {
        tracing::warn!(
            folder = %folder.display(),
            signing = pems.len(),
            sealing = keys.len(),
            "there is no keyring.toml, so the newest files sign and seal and the others are \
             published too; a key that had been revoked is among them if its file is here"
        );
    }
    Ok(adopted)
}

const fn newest_is_active(index: usize, count: usize) -> KeyState {
    if index + 1 == count {
        KeyState::Active
    } else {
        KeyState::Retired
    }
}

fn load(folder: &Path, list: &KeyList) -> Result<Keyring, KeyringError> {
    let mut active: Option<Arc<dyn Signer>> = None;
    let mut published: Vec<Arc<dyn Signer>> = Vec::new();
    for entry in &list.signing {
        if entry.state == KeyState::Revoked {
            continue;
        }
        let key = read_signing_key(folder, &entry.file)?;
        if key.kid() != entry.kid {
            return Err(list_error(
                folder,
                format!("{} holds another key than {}", entry.file, entry.kid),
            ));
        }
        let key: Arc<dyn Signer> = Arc::new(key);
        if entry.state == KeyState::Active {
            if active.replace(key).is_some() {
                return Err(list_error(folder, "two signing keys are active".to_owned()));
            }
        } else {
            published.push(key);
        }
    }
    let active = active.ok_or_else(|| list_error(folder, "no signing key is active".to_owned()))?;
    Keyring::of(active, &published, load_sealer(folder, list)?)
        .map_err(|reason| list_error(folder, reason))
}

fn load_sealer(folder: &Path, list: &KeyList) -> Result<Sealer, KeyringError> {
    let mut active = list
        .sealing
        .iter()
        .filter(|key| key.state == KeyState::Active);
    let (Some(entry), None) = (active.next(), active.next()) else {
        return Err(list_error(
            folder,
            "exactly one sealing key must be active".to_owned(),
        ));
    };
    let refused = |_| list_error(folder, "a sealing key was refused".to_owned());
    let mut sealer = Sealer::new(
        entry.id.clone(),
        read_sealing_key(folder, &entry.file)?.bytes(),
    )
    .map_err(refused)?;
    for entry in &list.sealing {
        if matches!(entry.state, KeyState::Next | KeyState::Retired) {
            let key = read_sealing_key(folder, &entry.file)?;
            sealer
                .add_opening(entry.id.clone(), key.bytes())
                .map_err(refused)?;
        }
    }
    Ok(sealer)
}

fn read_signing_key(folder: &Path, file: &str) -> Result<PreparedKey, KeyringError> {
    let path = folder.join(file);
    let pem = files::read_secret(&path)?;
    let wrong = |reason| KeyringError::NotAKey {
        path: path.display().to_string(),
        expected: "a private key that signs RS256",
        reason,
    };
    let key = PrivateKey::parse(pem.as_bytes(), None).map_err(|error| wrong(error.to_string()))?;
    PreparedKey::new(&key, SigningAlg::Rs256, None).map_err(|error| wrong(error.to_string()))
}

fn read_sealing_key(folder: &Path, file: &str) -> Result<SealingKey, KeyringError> {
    let path = folder.join(file);
    let text = files::read_secret(&path)?;
    SealingKey::parse(text.as_bytes(), None).map_err(|error| KeyringError::NotAKey {
        path: path.display().to_string(),
        expected: "a sealing key",
        reason: error.to_string(),
    })
}

fn make_signing_key(folder: &Path, now: Timestamp) -> Result<SigningEntry, KeyringError> {
    let failed = |reason| KeyringError::NotAKey {
        path: folder.display().to_string(),
        expected: "a new signing key",
        reason,
    };
    let private = PrivateKey::generate(SigningAlg::Rs256, RsaBits::default())
        .map_err(|error| failed(error.to_string()))?;
    let key = PreparedKey::new(&private, SigningAlg::Rs256, None)
        .map_err(|error| failed(error.to_string()))?;
    let file = format!("{}-RS256-{}.pem", compact(now), key.kid());
    files::replace(folder, &file, &private.to_pem())?;
    tracing::info!(kid = key.kid(), file, "made a signing key");
    Ok(SigningEntry {
        kid: key.kid().to_owned(),
        algorithm: SigningAlgorithm::Rs256,
        state: KeyState::Active,
        file,
        created_at: rfc3339(now),
    })
}

fn make_sealing_key(
    folder: &Path,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<SealingEntry, KeyringError> {
    let key = SealingKey::generate(entropy);
    let id = random_token::<6>(entropy);
    let file = format!("{}-A256GCM-{id}.key", compact(now));
    files::replace(folder, &file, &key.to_text())?;
    tracing::info!(id, file, "made a sealing key");
    Ok(SealingEntry {
        id,
        state: KeyState::Active,
        file,
        created_at: rfc3339(now),
    })
}

/// The id in `20261125T101500Z-A256GCM-<id>.key`; for other names the name itself, whose
/// dots would end the id in a sealed value.
fn sealing_id(file: &str) -> String {
    let stem = file.strip_suffix(".key").unwrap_or(file);
    let id = stem.splitn(3, '-').nth(2).unwrap_or(stem);
    id.replace('.', "_")
}

/// `20261125T101500Z`: sorts, and a person can read it.
fn compact(now: Timestamp) -> String {
    moment(now).strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn rfc3339(now: Timestamp) -> String {
    moment(now).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn moment(now: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or_default()
}

fn list_error(folder: &Path, reason: String) -> KeyringError {
    KeyringError::State {
        path: folder.join(FILE).display().to_string(),
        reason,
    }
}
