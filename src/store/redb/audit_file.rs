//! The audit log in the file of a server that does not run: opened to be read alone.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use redb::{ReadOnlyDatabase, ReadTransaction, ReadableDatabase as _};

use super::audit::{after, before};
use super::slot::guarded;
use super::{database, failed};
use crate::domain::event::{AuditEvent, NumberedEvent};
use crate::store::{Audit, StoreError};

/// The log in the file of a server that does not run.
pub(in crate::store) struct AuditFile(Arc<ReadOnlyDatabase>);

impl AuditFile {
    pub(in crate::store) fn open(path: &Path, cache: usize) -> Result<Self, StoreError> {
        guarded(path, || database::to_read(path, cache)).map(|database| Self(Arc::new(database)))
    }

    fn read(&self) -> Result<ReadTransaction, StoreError> {
        self.0.begin_read().map_err(failed)
    }
}

#[async_trait]
impl Audit for AuditFile {
    async fn latest_events(&self, most: usize) -> Result<Vec<AuditEvent>, StoreError> {
        let latest = before(&self.read()?, u64::MAX, most)?;
        Ok(latest.into_iter().map(|numbered| numbered.event).collect())
    }

    async fn events_after(
        &self,
        number: u64,
        most: usize,
    ) -> Result<Vec<NumberedEvent>, StoreError> {
        after(&self.read()?, number, most)
    }

    async fn events_before(
        &self,
        number: u64,
        most: usize,
    ) -> Result<Vec<NumberedEvent>, StoreError> {
        before(&self.read()?, number, most)
    }
}
