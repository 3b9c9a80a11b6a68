//! What the operator is answered. Moments are in milliseconds since 1970 and spans in
//! milliseconds: who shows them knows where the reader is. An answer names keys and clients,
//! and holds no secret but in [`Exported`]. The types are the wire form, on both ends of the
//! operator's socket and in `--json`: a name that changes here breaks scripts of operators.

mod client;
mod done;
mod list;
mod plan;
mod refusal;
mod rewritten;
mod status;
mod timeline;

use serde::{Deserialize, Serialize};

pub use crate::domain::readiness::Standing;
pub use client::{ClientStatus, PinLine};
pub use done::{Done, Ended, Exported};
pub use list::{FolderStatus, KeyLine, KeyList};
pub use plan::{ClientCount, ClientFate, Consequences, Fate, Planned};
pub use refusal::{Refusal, RefusalCause};
pub use rewritten::{Rewritten, RewrittenFile};
pub use status::{KeyStatus, Late, LateCause, SetStatus};
pub use timeline::{Step, StepName};

pub use crate::domain::key_change::KeyChange as Change;

/// An answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyAnswer {
    /// All keys.
    Keys(KeyList),
    /// How things stand.
    Status(KeyStatus),
    /// What would happen; nothing did.
    Planned(Planned),
    /// What was done.
    Done(Done),
    /// A copy of a key.
    Exported(Exported),
    /// Which files were written anew, or would be.
    Rewritten(Rewritten),
    /// No, and nothing was done.
    Refused(Refusal),
}
