//! Keys: the folder, what is refused of it, signing and sealing.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod adoption;
mod custody;
mod first_start;
mod formats;
mod hardships;
mod readyz;
mod refusals;
mod remembered;
mod rewriting;
mod rotation;
mod sealing;
mod shown;
mod signing;
mod succession;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use dingpass::clock::Timestamp;
use dingpass::keyring::{Keyring, KeyringError};
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};

use crate::support::{jwks_of, keyring_of, open_folder, private_folder};

/// 2027-01-15T08:00:00Z
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn open(folder: &Path) -> Result<Arc<Keyring>, KeyringError> {
    open_folder(folder, NOW).map(|custody| custody.keyring())
}

fn opened(folder: &Path) -> Arc<Keyring> {
    open(folder).unwrap_or_else(|error| panic!("{error}"))
}

/// The words of a refusal, which show nothing of a key.
fn refusal(folder: &Path) -> String {
    let error = open(folder).err().expect("it must be refused");
    let (words, debug) = (error.to_string(), format!("{error:?}"));
    for file in files(folder) {
        let Ok(text) = fs::read_to_string(folder.join(&file)) else {
            continue;
        };
        if file.ends_with(".pem") || file.ends_with(".key") {
            for line in text.lines().filter(|line| !line.starts_with("-----")) {
                for piece in line.as_bytes().chunks(12).filter(|it| it.len() == 12) {
                    let piece = String::from_utf8_lossy(piece);
                    assert!(!words.contains(&*piece), "a part of {file} is in: {words}");
                    assert!(!debug.contains(&*piece), "a part of {file} is in: {debug}");
                }
            }
        }
    }
    words
}

/// The names in a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn only(folder: &Path, suffix: &str) -> PathBuf {
    let found: Vec<String> = files(folder)
        .into_iter()
        .filter(|name| name.ends_with(suffix))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    folder.join(&found[0])
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Writes a secret file as an operator would.
fn put(folder: &Path, name: &str, content: &str) {
    fs::write(folder.join(name), content).unwrap();
    chmod(&folder.join(name), 0o600);
}

/// A few RSA keys as PEM, made once: making one takes its time.
fn pem(number: usize) -> &'static str {
    static PEMS: [OnceLock<String>; 3] = [const { OnceLock::new() }; 3];
    PEMS[number].get_or_init(|| rsa_pem(2048))
}

fn rsa_pem(bits: usize) -> String {
    let key = rsa::RsaPrivateKey::new(&mut rand_core::OsRng, bits).unwrap();
    key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

/// The kid of such a PEM.
fn kid(pem: &str) -> String {
    let keyring = keyring_of(pem);
    keyring.signer().unwrap().kid().to_owned()
}

/// The kids that are published, sorted.
fn published(keyring: &Keyring) -> Vec<String> {
    let mut kids: Vec<String> = jwks_of(keyring)
        .keys
        .into_iter()
        .map(|key| key.common.key_id.unwrap())
        .collect();
    kids.sort();
    kids
}

/// A folder that was never served, with the signing key `pem(0)`: copies of its keys live for as
/// long as the first server says.
fn unserved_folder() -> tempfile::TempDir {
    let folder = private_folder();
    put(folder.path(), "20260101T000000Z-RS256-a.pem", pem(0));
    folder
}

/// A folder with the keys of a first start whose signing key is `pem(0)`.
fn folder() -> tempfile::TempDir {
    let folder = unserved_folder();
    opened(folder.path());
    folder
}

/// Changes the list of keys.
fn edit(folder: &Path, change: impl FnOnce(String) -> String) {
    let path = folder.join("keyring.toml");
    let before = fs::read_to_string(&path).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after, "the edit changes something");
    fs::write(path, after).unwrap();
}
