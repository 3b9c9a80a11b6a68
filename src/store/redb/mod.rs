//! The store on redb: embedded, synchronous, one writer. Point reads run where they are
//! asked for, since they cost less than a hop to another thread; writes go through the
//! writer thread, which commits what waits as one durable transaction; sweeps go there too.

mod access;
mod assertions;
mod audit;
mod audit_file;
mod codes;
mod consents;
mod database;
mod deliveries;
mod ending;
mod expiry;
mod families;
mod family_rows;
mod grants;
mod key_memory;
mod logouts;
mod readiness;
mod rows;
mod session_keys;
mod sessions;
mod signed_by;
mod signed_ending;
mod slot;
mod subjects;
mod sweep;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redb::{ReadTransaction, ReadableDatabase as _};
use tokio::sync::Notify;

use super::{Maintenance, Store, StoreError};
use crate::clock::Timestamp;
pub(super) use audit_file::AuditFile;
use slot::{Place, Slot};
use writer::Writer;

/// How long a reader waits for the database to be opened anew.
const OPENING: Duration = Duration::from_secs(1);

/// A store in a redb database.
pub(super) struct RedbStore {
    slot: Arc<Slot>,
    writer: Writer,
    /// Woken after each act that may have asked for deliveries.
    asked_for: Notify,
}

impl RedbStore {
    pub(super) fn in_memory() -> Result<Self, StoreError> {
        Self::in_place(Place::Memory)
    }

    pub(super) fn at(path: &Path, cache: usize) -> Result<Self, StoreError> {
        Self::in_place(Place::File {
            path: path.to_owned(),
            cache,
        })
    }

    /// The store in a file that is there, not empty; none where there is none.
    pub(super) fn existing(path: &Path, cache: usize) -> Result<Option<Self>, StoreError> {
        match std::fs::metadata(path) {
            Ok(file) if file.len() > 0 => Self::at(path, cache).map(Some),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::CannotOpen {
                path: path.display().to_string(),
                reason: error.to_string(),
            }),
        }
    }

    fn in_place(place: Place) -> Result<Self, StoreError> {
        let slot = Arc::new(Slot::open(place)?);
        let writer = Writer::start(Arc::clone(&slot))?;
        Ok(Self {
            slot,
            writer,
            asked_for: Notify::new(),
        })
    }

    /// Begins to read. A reader that finds the database closed (its disk had failed) has the
    /// writer open it anew and waits a little for that: otherwise reading would go on only
    /// after somebody's next write.
    async fn read(&self) -> Result<ReadTransaction, StoreError> {
        if !self.slot.is_open() {
            let mut commits = self.writer.commits();
            let opened = async {
                // Twice: the first change may be that of acts that were lost before there was
                // room again.
                for _ in 0..2 {
                    if self.slot.is_open() {
                        break;
                    }
                    self.writer.look();
                    let _ = commits.changed().await;
                }
            };
            let _ = tokio::time::timeout(OPENING, opened).await;
        }
        self.slot.get()?.begin_read().map_err(failed)
    }
}

/// Reading that is no point read (a page of the log, a walk over a table) leaves the
/// asynchronous threads, for as long as it takes.
async fn elsewhere<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|_| StoreError::Failed("reading was given up".to_owned()))?
}

/// Any of redb's errors as ours. They hold paths and numbers, no rows.
fn failed(error: impl Into<redb::Error>) -> StoreError {
    StoreError::Failed(error.into().to_string())
}

#[async_trait]
impl Maintenance for RedbStore {
    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.writer
            .run(move |transaction| sweep::sweep(transaction, now))
            .await
    }

    async fn check(&self) -> Result<(), StoreError> {
        // Where the last write was lost, only a write tells whether the next one would be kept;
        // it opens the database anew, too.
        if !self.writer.is_healthy() {
            self.writer.run(rows::probe).await?;
        }
        self.read().await.map(drop)
    }
}

impl Store for RedbStore {}
