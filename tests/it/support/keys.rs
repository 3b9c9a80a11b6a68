//! Keys for tests.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use dingpass::clock::{Clock as _, SystemClock, Timestamp};
use dingpass::domain::rsa_bits::RsaBits;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::model::KeyUse;
use dingpass::keyring::rotation::Policy;
use dingpass::keyring::{Custody, Keyring, KeyringError, Remembered, Settings};
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use tempfile::TempDir;

use super::install_crypto;

/// One key for all tests: making one takes its time.
static PEM: LazyLock<String> = LazyLock::new(|| {
    rsa::RsaPrivateKey::new(&mut rand_core::OsRng, 2048)
        .unwrap()
        .to_pkcs8_pem(LineEnding::LF)
        .unwrap()
        .to_string()
});

/// What `[keys]` and `[lifetimes]` say when they say nothing.
pub(crate) fn key_settings() -> Settings {
    let (hour, day) = (Duration::from_secs(3_600), Duration::from_secs(86_400));
    Settings {
        policy: Policy {
            rotate_every: Some(90 * day),
            publish_before: 7 * day,
            jwks_max_age: hour,
            retire_margin: hour,
            token_life: hour / 6,
            sealed_life: hour,
            hint_life: 30 * day,
            uses: vec![KeyUse::Sign(SigningAlg::Rs256), KeyUse::Seal],
            held: Vec::new(),
        },
        rsa_bits: RsaBits::B2048,
        passphrase: None,
        old_passphrase: None,
    }
}

/// Keys in memory, whose RS256 key is the one of all tests.
pub(crate) fn test_custody() -> Arc<Custody> {
    custody_with(key_settings())
}

/// The same under other settings.
pub(crate) fn custody_with(settings: Settings) -> Arc<Custody> {
    of_pem(Some(&PEM), settings).unwrap()
}

fn of_pem(pem: Option<&str>, settings: Settings) -> Result<Arc<Custody>, KeyringError> {
    install_crypto();
    // As old as the house that they are for, whose clock begins at the present moment.
    let now = SystemClock.now();
    Custody::in_memory(pem, settings, Arc::new(SystemEntropy), now).map(Arc::new)
}

/// A keyring with the key of all tests.
pub(crate) fn test_keyring() -> Arc<Keyring> {
    test_custody().keyring()
}

/// A keyring with that key.
pub(crate) fn keyring_of(pem: &str) -> Arc<Keyring> {
    of_pem(Some(pem), key_settings()).unwrap().keyring()
}

/// A keyring with keys of its own.
pub(crate) fn other_keyring() -> Arc<Keyring> {
    of_pem(None, key_settings()).unwrap().keyring()
}

/// A folder that is its owner's alone, as keys want it, whatever the umask of whoever runs the
/// tests.
pub(crate) fn private_folder() -> TempDir {
    tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o700))
        .tempdir()
        .unwrap()
}

/// The keys of a folder.
pub(crate) fn open_folder(folder: &Path, now: Timestamp) -> Result<Custody, KeyringError> {
    install_crypto();
    Custody::open(
        folder,
        key_settings(),
        Remembered::default(),
        Arc::new(SystemEntropy),
        now,
    )
}

/// What a keyring publishes.
pub(crate) fn jwks_of(keyring: &Keyring) -> jsonwebtoken::jwk::JwkSet {
    serde_json::from_slice(&keyring.published().body).unwrap()
}
