//! What the house remembers, behind traits. Each method is one atomic act of intent whose
//! result names every outcome; a read may go before an act, and the act carries the
//! condition that the read relied on. `now` and new identifiers are handed in. Handles are
//! never stored, their digests are.
//!
//! This layer knows records (`domain`) and nothing of protocols: what an outcome means on
//! the wire is decided above.

mod assertions;
mod audit;
mod codes;
mod consents;
mod error;
mod families;
mod key_memory;
mod logouts;
mod open;
mod readiness;
mod redb;
mod sessions;
mod signed_by;

use async_trait::async_trait;

pub use assertions::{Assertions, Claimed};
pub use audit::{Audit, AuditKeeping, Retention};
pub use codes::{
    CodeIssued, Codes, FlowClaim, GrantInContext, Grants, IssueCode, Redeemed, Redemption,
};
pub use consents::{ConsentRecorded, ConsentWithdrawn, Consents, RecordConsent};
pub use error::StoreError;
pub use families::{
    AccessInContext, AccessTokens, FamilyInContext, MOST_FAMILIES_PER_OWNER, RefreshFamilies,
    Revoked, Rotated, Rotation,
};
pub use key_memory::{KeyMemory, KeysRemembered};
pub use logouts::{
    Attempt, AttemptMade, AttemptRecorded, Deliveries, DueDeliveries, EndSession, Logouts,
    SessionEnd, ToTell,
};
pub use open::{Location, open, open_audit, open_existing};
pub use readiness::{KeyReadiness, MOST_READINESS};
pub use sessions::{Sessions, SignIn, SignInRecorded, SignOutEverywhere, SignedOut, Subjects};
pub use signed_by::{EndSignedBy, EndedBatch, SignedBy, SignedCount, SignedCursor};

use crate::clock::Timestamp;

/// The store's own health.
#[async_trait]
pub trait Maintenance: Send + Sync {
    /// Removes a batch of rows whose time is over; returns how many were due in it. Call it
    /// again until nothing is.
    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError>;
    /// Whether reading works and the last write was kept.
    async fn check(&self) -> Result<(), StoreError>;
}

/// Everything that a backend does.
pub trait Store:
    Codes
    + Grants
    + RefreshFamilies
    + AccessTokens
    + Consents
    + Sessions
    + Subjects
    + Assertions
    + Logouts
    + Deliveries
    + SignedBy
    + KeyReadiness
    + KeyMemory
    + Audit
    + AuditKeeping
    + Maintenance
{
}
