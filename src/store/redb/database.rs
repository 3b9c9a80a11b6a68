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

/// Opens the database at the start, making folder and file where they are missing.
pub(super) fn at(path: &Path, cache: usize) -> Result<Database, StoreError> {
    make_folder(path)?;
    open_file(path, cache, true)
}

/// Opens a database that was open before. What is missing now (a lost mount) is not made: in
/// a new one everybody would be a new person to every application.
pub(super) fn again(path: &Path, cache: usize) -> Result<Database, StoreError> {
    match std::fs::metadata(path) {
        Ok(file) if file.len() > 0 => open_file(path, cache, false),
        Ok(_) => Err(cannot_open(path, "it is empty".to_owned())),
        Err(error) => Err(cannot_open(path, error.to_string())),
    }
}

fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) else {
        return Ok(());
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| {
            let is_in_the_way = folder.exists() && !folder.is_dir();
            let reason = if is_in_the_way {
                "it is not a folder".to_owned()
            } else {
                error.to_string()
            };
            cannot_open(folder, reason)
        })
}

fn open_file(path: &Path, cache: usize, create: bool) -> Result<Database, StoreError> {
    let name = path.display().to_string();
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(create)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|error| cannot_open(path, error.to_string()))?;
    let opened = |error: DatabaseError| match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::Locked(name.clone()),
        other => cannot_open(path, other.to_string()),
    };
    let database = Database::builder()
        .set_cache_size(cache)
        .create_with_backend(FileBackend::new(file).map_err(opened)?)
        .map_err(opened)?;
    prepare(&database, &name)?;
    Ok(database)
}

fn cannot_open(path: &Path, reason: String) -> StoreError {
    StoreError::CannotOpen {
        path: path.display().to_string(),
        reason,
    }
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
