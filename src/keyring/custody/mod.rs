//! Who keeps the keys. Every change of a key's state goes through here: reckoned by
//! `rotation`, written to the folder as one rename of its list, and only then put to work. What
//! can't be written does not happen. What can't be read is refused as a whole, and the keys
//! that were read before go on.
//!
//! Everything here may wait for a disk or make an RSA key: call it from a thread that may
//! wait, never from one that serves requests. Who signs takes what it needs from the
//! [`Keyring`], which waits for nobody.

mod acting;
mod contents;
mod correcting;
mod elsewhere;
mod error;
mod folder_state;
mod lock;
mod looking;
mod newcomers;
mod opening;
mod place;
mod reader;
mod remembered;
mod rewriting;
mod secrets;
mod starting;
mod taking_up;
mod watch;
mod writing;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use arc_swap::ArcSwapOption;
use secrecy::{ExposeSecret as _, SecretString};

pub use acting::{Acted, Wish};
pub use error::{ActError, Fault};
pub use looking::Looked;
pub use opening::{Kept, Locked};
pub use remembered::{ListKeeper, Remembered};
pub use rewriting::{KeptFile, Rewriting};

use self::folder_state::FolderState;
use self::place::{Made, Place};
use self::secrets::Secrets;
use super::list::KeyList;
use super::model::{KeySet, KeyUse};
use super::rotation::{self, Policy, Roles};
use super::{Keyring, KeyringError};
use crate::clock::Timestamp;
use crate::domain::key_change::KeyChange;
use crate::domain::rsa_bits::RsaBits;
use crate::domain::secret::equal_in_constant_time;

/// What the operator wants of the keys.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The schedule; `held` is handed in at each look.
    pub policy: Policy,
    /// The size of RSA keys that are made here.
    pub rsa_bits: RsaBits,
    /// Encrypts the files.
    pub passphrase: Option<SecretString>,
    /// Opens files that still lie under it, until they are rewritten; writes none.
    pub old_passphrase: Option<SecretString>,
}

/// Keeps the keys of one provider.
pub struct Custody {
    place: Place,
    /// Whether somebody serves with these keys; else an operator looks at a folder at rest.
    serves: bool,
    keyring: Arc<Keyring>,
    /// What is wrong with the folder, for who can't wait for a disk.
    fault: ArcSwapOption<Fault>,
    held: Mutex<Held>,
}

/// What is held, changed under the lock alone.
struct Held {
    list: KeyList,
    secrets: Secrets,
    /// What the ring was made of.
    roles: Roles,
    folder: FolderState,
    /// Keys that were made and could not be entered yet: a full disk must not make a new RSA
    /// key at each look.
    spares: BTreeMap<KeyUse, Made>,
    /// When the list was last written.
    written_at: Timestamp,
}

/// The keys at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Names, states and times.
    pub keys: KeySet,
    /// Grows with each change.
    pub generation: u64,
    /// Changes that the audit log was not told of.
    pub untold: Vec<KeyChange>,
    /// What is wrong with the folder.
    pub fault: Option<Fault>,
    /// The folder can't be written: the keys are managed from outside.
    pub read_only: bool,
    /// Their states can be changed all the same: the list is kept in the database.
    pub keeps_states: bool,
    /// Where the files are; none for keys in memory.
    pub folder: Option<PathBuf>,
}

impl Custody {
    /// The keys that work now.
    #[must_use]
    pub fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.keyring)
    }

    /// The schedule that is followed; nothing is held back in it.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.place.settings.policy
    }

    /// Whether the files of keys that are made or brought in here are encrypted.
    #[must_use]
    pub const fn is_encrypting(&self) -> bool {
        self.place.settings.passphrase.is_some()
    }

    /// Whether this is the passphrase with which they are.
    #[must_use]
    pub fn is_under(&self, passphrase: &SecretString) -> bool {
        let own = self.place.settings.passphrase.as_ref();
        own.is_some_and(|own| {
            equal_in_constant_time(own.expose_secret(), passphrase.expose_secret())
        })
    }

    /// How things stand. Waits for whoever writes.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot_of(&self.held())
    }

    /// How things stand, where that can be told at once: touches no disk and waits for
    /// nobody.
    #[must_use]
    pub fn snapshot_at_once(&self) -> Option<Snapshot> {
        match self.held.try_lock() {
            Ok(held) => Some(self.snapshot_of(&held)),
            // As in `held`.
            Err(TryLockError::Poisoned(held)) => Some(self.snapshot_of(&held.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn snapshot_of(&self, held: &Held) -> Snapshot {
        Snapshot {
            keys: held.list.keys.clone(),
            generation: held.list.generation,
            untold: held.list.untold.clone(),
            fault: held.folder.fault.clone(),
            read_only: held.folder.read_only,
            keeps_states: self.place.keeps_states(&held.folder),
            folder: self.place.folder.clone(),
        }
    }

    /// What was wrong with the folder at the last look or act. Waits for nobody.
    #[must_use]
    pub fn fault(&self) -> Option<Arc<Fault>> {
        self.fault.load_full()
    }

    /// Lets it be known what is wrong with the folder.
    fn tell_fault(&self, held: &Held) {
        self.fault.store(held.folder.fault.clone().map(Arc::new));
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // What is held is exchanged as a whole: a panic in between leaves the old.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts to work what is held, where that differs from what works.
    fn put_to_work(&self, held: &mut Held, now: Timestamp) -> Result<(), KeyringError> {
        let roles = rotation::roles(&held.list.keys, now);
        if roles == held.roles || !self.serves {
            return Ok(());
        }
        let ring = secrets::ring(&held.list.keys, &held.secrets, &roles)
            .map_err(|reason| self.place.refused(&reason))?;
        self.keyring.swap(ring);
        held.roles = roles;
        Ok(())
    }
}
