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
mod opening;
mod place;
mod remembered;
mod rewriting;
mod secrets;
mod taking_up;
mod watch;
mod writing;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use arc_swap::ArcSwapOption;
use secrecy::{ExposeSecret as _, SecretString};

pub use acting::{Acted, Wish};
pub use error::{ActError, Fault};
pub use looking::Looked;
pub use opening::{Kept, Locked};
pub use remembered::{ListKeeper, Remembered};
pub use rewriting::{KeptFile, Rewriting};

use self::contents::Known;
use self::folder_state::FolderState;
use self::opening::Opener;
use self::place::{Made, Place};
use self::secrets::Secrets;
use self::writing::{News, Unwritten};
use super::list::{self, KeyList};
use super::model::{KeySet, KeyUse};
use super::rotation::{self, Policy, Roles};
use super::{Keyring, KeyringError, PrivateKey, files};
use crate::clock::Timestamp;
use crate::domain::key_change::{KeyActor, KeyChange};
use crate::domain::rsa_bits::RsaBits;
use crate::domain::secret::equal_in_constant_time;
use crate::domain::signing_alg::SigningAlg;
use crate::entropy::Entropy;

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

/// A folder that was read: see [`Custody::read`].
type Opened = (Place, Held, bool, Option<KeySet>);

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
    /// Reads the keys of a folder to serve with them, making what is missing; nothing is
    /// remembered beside the folder.
    ///
    /// # Errors
    /// [`KeyringError`] in words for an operator.
    pub fn open(
        folder: &Path,
        settings: Settings,
        entropy: Arc<dyn Entropy>,
        now: Timestamp,
    ) -> Result<Self, KeyringError> {
        Self::open_remembering(folder, settings, Remembered::default(), entropy, now)
    }

    /// Reads the keys of a folder to serve with them, making what is missing. What is
    /// remembered to be revoked is, whatever the folder says; a folder without a list goes on
    /// with the one that was kept elsewhere.
    ///
    /// # Errors
    /// [`KeyringError`] in words for an operator.
    pub fn open_remembering(
        folder: &Path,
        settings: Settings,
        remembered: Remembered,
        entropy: Arc<dyn Entropy>,
        now: Timestamp,
    ) -> Result<Self, KeyringError> {
        files::make_folder(folder)?;
        if files::can_write(folder) {
            files::remove_leftovers(folder);
        }
        let (place, mut held, is_news, kept) =
            Self::read(folder, settings, remembered, KeyActor::Start, entropy, now)?;
        if let Some(kept) = kept {
            let policy = &place.settings.policy;
            let keys = std::mem::take(&mut held.list.keys);
            held.list.keys = correcting::complete(policy, correcting::PROMOTE, keys, &kept, now)
                .map_err(|reason| KeyringError::State {
                    path: folder.display().to_string(),
                    reason,
                })?;
        }
        Self::begin(place, held, is_news, now)
    }

    /// Reads the keys of a folder that no server has in use: only acts change it. There may
    /// be none yet: a key that is imported then is the first one, and signs.
    ///
    /// # Errors
    /// [`KeyringError`] in words for an operator.
    pub fn open_at_rest(
        folder: &Path,
        settings: Settings,
        remembered: Remembered,
        entropy: Arc<dyn Entropy>,
        now: Timestamp,
    ) -> Result<Self, KeyringError> {
        files::make_folder(folder)?;
        let (place, held, ..) =
            Self::read(folder, settings, remembered, KeyActor::Folder, entropy, now)?;
        let nobody = secrets::idle_ring(place.entropy.as_ref());
        let nobody = nobody.map_err(|reason| place.refused(&reason))?;
        Ok(Self {
            place,
            serves: false,
            keyring: Arc::new(Keyring::new(nobody)),
            fault: ArcSwapOption::empty(),
            held: Mutex::new(held),
        })
    }

    /// Gives also whether there is something to be written down, and the keys of a list that
    /// was kept elsewhere and counts.
    fn read(
        folder: &Path,
        settings: Settings,
        remembered: Remembered,
        actor: KeyActor,
        entropy: Arc<dyn Entropy>,
        now: Timestamp,
    ) -> Result<Opened, KeyringError> {
        let read_only = !files::can_write(folder);
        let is_remembered = remembered.list.is_some();
        let revoked = remembered.revoked_keys();
        // Where the folder has a list, that counts, and the kept one need not even be legible.
        let mut kept = if folder.join(list::FILE).exists() {
            None
        } else {
            elsewhere::kept(&remembered)?
        };
        if let Some(kept) = &mut kept {
            remembered::put_right(&mut kept.keys, &revoked);
        }
        let known = Known {
            current: kept.as_ref().map(|kept| &kept.keys),
            revoked: &revoked,
        };
        let contents = contents::read(folder, Opener::of(&settings), &known, now)?;
        let mut list = contents.list;
        if let Some(kept) = &kept {
            list.generation = kept.generation;
            list.untold.clone_from(&kept.untold);
        }
        list.generation += u64::from(!contents.put_right.is_empty());
        let told = contents.put_right.iter();
        list.untold
            .extend(told.map(|change| writing::tell(change, actor, now)));
        let held = Held {
            list,
            secrets: contents.secrets,
            folder: FolderState {
                print: contents.print,
                is_listed: contents.is_listed,
                is_remembered,
                read_only,
                ..FolderState::default()
            },
            ..Held::empty(now)
        };
        let place = Place {
            folder: Some(folder.to_owned()),
            settings,
            keeper: remembered.keeper,
            entropy,
        };
        Ok((place, held, contents.is_news, kept.map(|kept| kept.keys)))
    }

    /// Keys in memory, which nobody keeps: for `demo` and tests. `pem` is the first key of
    /// RS256 where one is given.
    ///
    /// # Errors
    /// [`KeyringError`] when `pem` is no key, or none can be made.
    pub fn in_memory(
        pem: Option<&str>,
        settings: Settings,
        entropy: Arc<dyn Entropy>,
        now: Timestamp,
    ) -> Result<Self, KeyringError> {
        let place = Place {
            folder: None,
            settings,
            keeper: None,
            entropy,
        };
        let mut held = Held::empty(now);
        if let Some(pem) = pem {
            let key =
                PrivateKey::parse(pem.as_bytes(), None).map_err(|reason| place.refused(&reason))?;
            let made = place.bring(&key, SigningAlg::Rs256, None, now)?;
            held.spares.insert(made.key.key_use, made);
        }
        Self::begin(place, held, false, now)
    }

    /// Makes the first keys of all sets that have none, and writes them down with what the
    /// folder brought.
    fn begin(
        place: Place,
        mut held: Held,
        is_news: bool,
        now: Timestamp,
    ) -> Result<Self, KeyringError> {
        // A next key that was held back for clients must not take over because the process was
        // started anew: nobody has asked yet who lacks it. The first look does what is due.
        let policy = place.settings.policy.holding_all();
        let mut plan = rotation::advance(&held.list.keys, &policy, now);
        elsewhere::keep_present(&mut plan, &held);
        let mut made = Vec::new();
        let firsts: Vec<_> = plan.make.iter().map(|make| make.key_use).collect();
        for key_use in firsts {
            // Later keys of a set can wait for the schedule: the start is not held up by them.
            if plan.keys.active(key_use).is_some() {
                continue;
            }
            if held.folder.read_only {
                return Err(place.missing(key_use));
            }
            let new = match held.spares.remove(&key_use) {
                Some(spare) => spare,
                None => place.make(key_use, now)?,
            };
            tracing::info!(
                kid = new.key.kid,
                set = key_use.as_str(),
                "made the first key of a set"
            );
            let entered = rotation::enter(
                &plan.keys,
                &place.settings.policy,
                new.key.clone(),
                rotation::EnterAs::Auto,
                now,
            )
            .map_err(|refused| place.refused(&refused))?;
            plan.keys = entered.keys;
            plan.changes.extend(entered.changes);
            made.push(new);
        }
        let has_made = !made.is_empty();
        // Another policy may have made tokens live longer: who starts after us must know.
        let is_needed = rotation::must_be_written(&held.list.keys, &plan.keys);
        if has_made || is_news || is_needed || !plan.changes.is_empty() {
            let news = News {
                keys: plan.keys.clone(),
                changes: &plan.changes,
                actor: KeyActor::Start,
                made,
                now,
            };
            match place.hold(&mut held, news) {
                Ok(_) => {}
                Err(unwritten) if !has_made => {
                    place.goes_unwritten(&mut held, &unwritten, plan.keys);
                }
                Err(Unwritten::Failed(error)) => return Err(error),
                Err(Unwritten::Changed) => return Err(place.refused(&Unwritten::Changed)),
            }
        } else {
            held.list.keys = plan.keys;
            place.tidy(&mut held);
        }
        place.forget_elsewhere(&mut held.folder);
        held.roles = rotation::roles(&held.list.keys, now);
        let ring = secrets::ring(&held.list.keys, &held.secrets, &held.roles)
            .map_err(|reason| place.refused(&reason))?;
        Ok(Self {
            place,
            serves: true,
            keyring: Arc::new(Keyring::new(ring)),
            fault: ArcSwapOption::from(held.folder.fault.clone().map(Arc::new)),
            held: Mutex::new(held),
        })
    }

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

impl Held {
    fn empty(now: Timestamp) -> Self {
        Self {
            list: KeyList::default(),
            secrets: Secrets::new(),
            roles: Roles::default(),
            folder: FolderState::default(),
            spares: BTreeMap::new(),
            written_at: now,
        }
    }
}
