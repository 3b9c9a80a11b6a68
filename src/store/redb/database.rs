//! Opening the database: file, modes, schema.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Database, DatabaseError, ReadOnlyDatabase, ReadableDatabase as _, ReadableTable};

use super::{audit, failed, rows};
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

/// Opens a database to read it, while no server has it open. One that was not closed (a
/// crash) or that an earlier version wrote is made right first, which writes.
pub(super) fn to_read(path: &Path, cache: usize) -> Result<ReadOnlyDatabase, StoreError> {
    if let Some(database) = try_to_read(path, cache)? {
        return Ok(database);
    }
    again(path, cache).map(drop)?;
    try_to_read(path, cache)?.ok_or_else(|| cannot_open(path, "it can't be repaired".to_owned()))
}

fn try_to_read(path: &Path, cache: usize) -> Result<Option<ReadOnlyDatabase>, StoreError> {
    let database = match Database::builder()
        .set_cache_size(cache)
        .open_read_only(path)
    {
        Ok(database) => database,
        Err(DatabaseError::RepairAborted) => return Ok(None),
        Err(error) => return Err(not_opened(path, error)),
    };
    let transaction = database.begin_read().map_err(failed)?;
    if let Some(found) = schema(&transaction.open_table(rows::META).map_err(failed)?)?
        && found > SCHEMA
    {
        return Err(newer(path.display().to_string(), found));
    }
    let is_complete = transaction.open_table(rows::EVENTS).is_ok()
        && transaction.open_table(rows::FAILURES).is_ok();
    drop(transaction);
    Ok(is_complete.then_some(database))
}

fn not_opened(path: &Path, error: DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::Locked(path.display().to_string()),
        other => cannot_open(path, other.to_string()),
    }
}

fn newer(path: String, found: u64) -> StoreError {
    StoreError::Newer {
        path,
        found,
        known: SCHEMA,
    }
}

fn schema(meta: &impl ReadableTable<&'static str, u64>) -> Result<Option<u64>, StoreError> {
    let found = meta.get("schema").map_err(failed)?;
    Ok(found.map(|version| version.value()))
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
    let opened = |error: DatabaseError| not_opened(path, error);
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
        match schema(&meta)? {
            Some(found) if found > SCHEMA => return Err(newer(name.to_owned(), found)),
            Some(_) => {}
            None => {
                tracing::info!(name, "made a new database");
                meta.insert("schema", SCHEMA).map_err(failed)?;
            }
        }
        rows::open_all(&transaction)?;
    }
    audit::adopt_earlier(&transaction)?;
    transaction.commit().map_err(failed)
}
