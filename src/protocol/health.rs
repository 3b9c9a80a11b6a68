//! Whether this process can do its work. DingTalk is no part of it: while DingTalk is down,
//! sessions that exist go on working here.

use std::sync::Arc;

use crate::keyring::{Custody, Fault};
use crate::store::{Maintenance, StoreError};

/// Answers readiness probes. Without keys nothing starts, and a folder of keys that can't be
/// used later is no reason to take a process away that goes on signing: it is said, no more.
pub struct Readiness {
    store: Arc<dyn Maintenance>,
    custody: Arc<Custody>,
}

/// What is wrong with the folder of keys. Its names and paths are for the log and for the
/// operator: anybody may ask a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyConcern {
    /// It was changed, and what is there can't be used.
    Unreadable,
    /// A change could not be written.
    Unwritable,
}

impl Readiness {
    /// Readiness over that store and those keys.
    #[must_use]
    pub fn new(store: Arc<dyn Maintenance>, custody: Arc<Custody>) -> Self {
        Self { store, custody }
    }

    /// What is wrong with the keys, although they work.
    #[must_use]
    pub fn concern(&self) -> Option<KeyConcern> {
        self.custody.fault().map(|fault| match *fault {
            Fault::Unreadable(_) => KeyConcern::Unreadable,
            Fault::Unwritable(_) => KeyConcern::Unwritable,
        })
    }

    /// Whether the store reads and keeps what is written.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }
}
