//! Whether this process can do its work. DingTalk is no part of it: while DingTalk is down,
//! sessions that exist go on working here.

use std::sync::Arc;

use crate::store::{Maintenance, StoreError};

/// Answers readiness probes. The keys need no look: without them nothing starts.
pub struct Readiness {
    store: Arc<dyn Maintenance>,
}

impl Readiness {
    /// Readiness over that store.
    #[must_use]
    pub fn new(store: Arc<dyn Maintenance>) -> Self {
        Self { store }
    }

    /// Whether the store reads and keeps what is written.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }
}
