//! What clients are known to have of our keys, kept over restarts. It decides about nobody's
//! access: whether a rotation waits, and what an operator sees. It is written now and then from
//! what is in memory, never by a request.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::readiness::ClientReadiness;

/// Most clients of which it is kept: beyond that, those go of whom nothing was heard for longest.
pub const MOST_READINESS: usize = 10_000;

/// What clients are known to have.
#[async_trait]
pub trait KeyReadiness: Send + Sync {
    /// All that is known, also of clients that are gone, in the order of their names.
    async fn load_readiness(&self) -> Result<Vec<ClientReadiness>, StoreError>;
    /// Writes down what changed, each client's as a whole.
    async fn record_readiness(&self, changed: Vec<ClientReadiness>) -> Result<(), StoreError>;
}
