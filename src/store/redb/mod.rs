//! The store on redb: embedded, synchronous, one writer. Point reads run where they are
//! asked for, since they cost less than a hop to another thread; writes go through the
//! writer thread, which commits what waits as one durable transaction; sweeps go there too.

mod codes;
mod database;
mod expiry;
mod grants;
mod rows;
mod sessions;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use redb::{Database, ReadTransaction, ReadableDatabase as _, ReadableTable as _};

use super::{Audit, Maintenance, Store, StoreError};
use crate::clock::Timestamp;
use crate::domain::event::AuditEvent;
use rows::{AUDIT, decode};
use writer::Writer;

/// A store in a redb database.
pub(super) struct RedbStore {
    database: Arc<Database>,
    writer: Writer,
}

impl RedbStore {
    pub(super) fn in_memory() -> Result<Self, StoreError> {
        Self::over(database::in_memory()?)
    }

    pub(super) fn at(path: &Path, cache: usize) -> Result<Self, StoreError> {
        Self::over(database::at(path, cache)?)
    }

    fn over(database: Database) -> Result<Self, StoreError> {
        let database = Arc::new(database);
        let writer = Writer::start(Arc::clone(&database))?;
        Ok(Self { database, writer })
    }

    fn read(&self) -> Result<ReadTransaction, StoreError> {
        self.database.begin_read().map_err(failed)
    }
}

/// Any of redb's errors as ours. They hold paths and numbers, no rows.
fn failed(error: impl Into<redb::Error>) -> StoreError {
    StoreError::Failed(error.into().to_string())
}

#[async_trait]
impl Audit for RedbStore {
    async fn latest_events(&self, most: usize) -> Result<Vec<AuditEvent>, StoreError> {
        let table = self.read()?.open_table(AUDIT).map_err(failed)?;
        let mut events = Vec::new();
        for row in table.iter().map_err(failed)?.rev().take(most) {
            let (_, value) = row.map_err(failed)?;
            events.push(decode("audit", value.value())?);
        }
        Ok(events)
    }
}

#[async_trait]
impl Maintenance for RedbStore {
    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.writer
            .run(move |transaction| expiry::sweep(transaction, now))
            .await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.read()?;
        self.writer.check()
    }
}

impl Store for RedbStore {}
