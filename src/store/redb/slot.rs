//! The open database. After an error of the file system (a full disk, a lost mount) redb
//! refuses all further work until the file is opened anew, so the writer does that by
//! itself: nobody should have to be woken to restart a process that only needs its disk.

use std::panic::{UnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use redb::Database;

use super::database;
use crate::store::StoreError;

/// Where the database is.
pub(super) enum Place {
    Memory,
    File { path: PathBuf, cache: usize },
}

/// The open database; empty while it can't be opened.
pub(super) struct Slot {
    place: Place,
    open: RwLock<Option<Arc<Database>>>,
}

impl Slot {
    pub(super) fn open(place: Place) -> Result<Self, StoreError> {
        let database = match &place {
            Place::Memory => database::in_memory()?,
            Place::File { path, cache } => guarded(path, || database::at(path, *cache))?,
        };
        Ok(Self {
            place,
            open: RwLock::new(Some(Arc::new(database))),
        })
    }

    /// The database, for as long as one read or one transaction takes.
    pub(super) fn get(&self) -> Result<Arc<Database>, StoreError> {
        self.open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(|| StoreError::Failed("the database is closed".to_owned()))
    }

    /// Closes the database and opens it anew. While a read is still going on the file stays
    /// locked and this fails; the next try is the next act's. What is in memory has no disk
    /// to fail, and would be lost. The lock is not held while the file is opened, which may
    /// walk all of it: who reads meanwhile must not hold up a thread that answers requests.
    /// One thread alone may call this, the writer's.
    pub(super) fn reopen(&self) -> Result<(), StoreError> {
        let Place::File { path, cache } = &self.place else {
            return Ok(());
        };
        self.put(None);
        let database = guarded(path, || database::again(path, *cache))?;
        self.put(Some(Arc::new(database)));
        Ok(())
    }

    fn put(&self, database: Option<Arc<Database>>) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *open, database);
        drop(open);
        // What was open is closed here, which may write: not under the lock.
        drop(before);
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }
}

/// redb panics over some kinds of damage; an operator wants a sentence.
pub(super) fn guarded<T>(
    path: &Path,
    open: impl FnOnce() -> Result<T, StoreError> + UnwindSafe,
) -> Result<T, StoreError> {
    catch_unwind(open).unwrap_or_else(|_| {
        Err(StoreError::CannotOpen {
            path: path.display().to_string(),
            reason: "it is damaged; restore a backup".to_owned(),
        })
    })
}
