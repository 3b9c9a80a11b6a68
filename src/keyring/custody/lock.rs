//! One writer at a time, whichever process it is: a lock on the folder itself, which needs no
//! file of its own and is gone with whoever held it.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use crate::keyring::{KeyringError, files};

/// Waited for a writer: it writes a few small files.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Held while the folder is written.
pub(super) struct FolderLock(#[expect(dead_code, reason = "holds the lock")] File);

impl FolderLock {
    /// Takes the lock.
    ///
    /// # Errors
    /// [`KeyringError`] when the folder can't be opened, or another process writes for long.
    pub(super) fn take(folder: &Path) -> Result<Self, KeyringError> {
        let file = File::open(folder).map_err(|error| files::file_error(folder, &error))?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(std::fs::TryLockError::WouldBlock) if waited < PATIENCE => {
                    std::thread::sleep(PAUSE);
                    waited += PAUSE;
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    return Err(KeyringError::File {
                        path: folder.display().to_string(),
                        reason: "another dingpass is writing there".to_owned(),
                    });
                }
                // A file system without locks: the lock within the process and that of the
                // database remain.
                Err(std::fs::TryLockError::Error(error)) => {
                    tracing::debug!(%error, "the folder of keys can't be locked");
                    return Ok(Self(file));
                }
            }
        }
    }
}
