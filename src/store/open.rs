//! The one match over backends.

use std::path::PathBuf;
use std::sync::Arc;

use super::redb::{AuditFile, RedbStore};
use super::{Audit, Store, StoreError};

/// Where a store is.
#[derive(Clone, Debug)]
pub enum Location {
    /// redb in memory: for `demo` and tests; nothing is kept.
    Memory,
    /// A redb file.
    File {
        /// The file; its folder is made when it is missing.
        path: PathBuf,
        /// Bytes of page cache.
        cache: usize,
    },
}

/// Opens or makes the store.
///
/// # Errors
/// [`StoreError`] in words for an operator.
pub fn open(location: &Location) -> Result<Arc<dyn Store>, StoreError> {
    let store = match location {
        Location::Memory => RedbStore::in_memory()?,
        Location::File { path, cache } => RedbStore::at(path, *cache)?,
    };
    Ok(Arc::new(store))
}

/// Opens a store that is there, to act on it while no server runs: for the command line. Nothing
/// is made where nothing is: a file that root made would not be the server's, and a store that
/// never was has nothing to end. None of it is there in memory, either.
///
/// Who has it open locks a server out: let go of it as soon as it is done.
///
/// # Errors
/// [`StoreError`] in words for an operator; [`StoreError::Locked`] where a server has it open.
pub fn open_existing(location: &Location) -> Result<Option<Arc<dyn Store>>, StoreError> {
    match location {
        Location::Memory => Ok(None),
        Location::File { path, cache } => Ok(match RedbStore::existing(path, *cache)? {
            Some(store) => Some(Arc::new(store)),
            None => None,
        }),
    }
}

/// Opens the audit log of a store that no server has open: to read it, as far as the store
/// needs no repair. Nothing is made where nothing is. A store in memory has none.
///
/// # Errors
/// [`StoreError`] in words for an operator.
pub fn open_audit(location: &Location) -> Result<Option<Arc<dyn Audit>>, StoreError> {
    match location {
        Location::Memory => Ok(None),
        Location::File { path, cache } => Ok(Some(Arc::new(AuditFile::open(path, *cache)?))),
    }
}
