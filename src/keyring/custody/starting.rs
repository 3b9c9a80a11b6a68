//! How the custody of keys begins: a folder is read, put right by what is remembered beside it,
//! and completed with the first keys of sets that have none. A folder that can't be used stops
//! the start with words, and nothing in it is changed then.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwapOption;

use super::contents::{self, Known};
use super::folder_state::FolderState;
use super::opening::Opener;
use super::place::Place;
use super::remembered::{self, Remembered};
use super::secrets::{self, Secrets};
use super::writing::{self, News, Unwritten};
use super::{Custody, Fault, Held, Settings, correcting, elsewhere, taking_up};
use crate::clock::Timestamp;
use crate::domain::key_change::KeyActor;
use crate::domain::signing_alg::SigningAlg;
use crate::entropy::Entropy;
use crate::keyring::list::{self, KeyList};
use crate::keyring::model::KeySet;
use crate::keyring::rotation::{self, Roles};
use crate::keyring::{Keyring, KeyringError, PrivateKey, files};

/// A folder that was read: see [`Custody::read`].
type Opened = (Place, Held, bool, Option<KeySet>);

impl Custody {
    /// Reads the keys of a folder to serve with them, making what is missing. What is
    /// remembered to be revoked is, whatever the folder says; a folder without a list goes on
    /// with the one that was kept elsewhere.
    ///
    /// # Errors
    /// [`KeyringError`] in words for an operator.
    pub fn open(
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
            tell_differences(&mut held.list, &kept, KeyActor::Start, now);
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
        let (place, mut held, _, kept) =
            Self::read(folder, settings, remembered, KeyActor::Folder, entropy, now)?;
        if let Some(kept) = kept {
            // A start would refuse it: only what is the way out may be done.
            let policy = &place.settings.policy;
            let keys = held.list.keys.clone();
            if let Err(words) = correcting::complete(policy, correcting::PROMOTE, keys, &kept, now)
            {
                held.folder.fault = Some(Fault::Unreadable(words));
            }
            tell_differences(&mut held.list, &kept, KeyActor::Folder, now);
        }
        let nobody = secrets::idle_ring(place.entropy.as_ref());
        let nobody = nobody.map_err(|reason| place.refused(&reason))?;
        Ok(Self {
            place,
            serves: false,
            keyring: Arc::new(Keyring::new(nobody)),
            fault: ArcSwapOption::from(held.folder.fault.clone().map(Arc::new)),
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

/// What became of keys whose files came or went while nobody served is told like the rest.
fn tell_differences(list: &mut KeyList, kept: &KeySet, actor: KeyActor, now: Timestamp) {
    let changes = taking_up::differences(kept, &list.keys);
    list.generation += u64::from(!changes.is_empty());
    list.untold.extend(
        changes
            .iter()
            .map(|change| writing::tell(change, actor, now)),
    );
}
