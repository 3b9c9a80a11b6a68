//! The one match over backends.

use std::path::PathBuf;
use std::sync::Arc;

use super::redb::RedbStore;
use super::{Store, StoreError};

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
