//! Opening the database: file, modes, schema.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Database, DatabaseError, ReadableTable as _};

use super::failed;
use super::rows;
use crate::store::StoreError;

/// The schema that this program writes.
const SCHEMA: u64 = 1;

/// Cache of a database that lives in memory anyway.
const MEMORY_CACHE: usize = 1024 * 1024;

pub(super) fn in_memory() -> Result<Database, StoreError> {
    let database = Database::builder()
        .set_cache_size(MEMORY_CACHE)
        .create_with_backend(InMemoryBackend::new())
        .map_err(failed)?;
    prepare(&database, "memory")?;
    Ok(database)
}

pub(super) fn at(path: &Path, cache: usize) -> Result<Database, StoreError> {
    let name = path.display().to_string();
    let cannot_open = |reason: String| StoreError::CannotOpen {
        path: name.clone(),
        reason,
    };
    if let Some(folder) = path.parent()
        && !folder.as_os_str().is_empty()
    {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| {
                let reason = error.to_string();
                let is_in_the_way = folder.exists() && !folder.is_dir();
                StoreError::CannotOpen {
                    path: folder.display().to_string(),
                    reason: if is_in_the_way {
                        "it is not a folder".to_owned()
                    } else {
                        reason
                    },
                }
            })?;
    }
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|error| cannot_open(error.to_string()))?;
    let opened = |error: DatabaseError| match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::Locked(name.clone()),
        other => cannot_open(other.to_string()),
    };
    let database = Database::builder()
        .set_cache_size(cache)
        .create_with_backend(FileBackend::new(file).map_err(opened)?)
        .map_err(opened)?;
    prepare(&database, &name)?;
    Ok(database)
}

/// Makes every table, and refuses a file that a later version wrote: reading rows that it
/// does not understand would lose what they hold.
fn prepare(database: &Database, name: &str) -> Result<(), StoreError> {
    let transaction = database.begin_write().map_err(failed)?;
    {
        let mut meta = transaction.open_table(rows::META).map_err(failed)?;
        let found = meta
            .get("schema")
            .map_err(failed)?
            .map(|version| version.value());
        match found {
            Some(found) if found > SCHEMA => {
                return Err(StoreError::Newer {
                    path: name.to_owned(),
                    found,
                    known: SCHEMA,
                });
            }
            Some(_) => {}
            None => {
                tracing::info!(name, "made a new database");
                meta.insert("schema", SCHEMA).map_err(failed)?;
            }
        }
        rows::open_all(&transaction)?;
    }
    transaction.commit().map_err(failed)
}
