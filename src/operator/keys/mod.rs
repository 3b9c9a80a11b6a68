//! The keys as the operator handles them: what may be asked, what is answered, and the office
//! that does it. The command line and the operator's socket share questions and answers, so
//! that one who asks a running server and one who opens the files learn the same.

mod acts;
mod answers;
mod consequences;
mod ending;
mod export;
mod faults;
mod jobs;
mod known;
mod listing;
mod notes;
mod office;
mod outlook;
mod own_thread;
mod questions;
mod reckoned;
mod refusals;
mod rewriting;
mod scene;
mod schedule;
mod secret_text;
mod set_name;
mod status;
mod telling;
mod words;

pub use answers::{
    Change, ClientCount, ClientFate, ClientStatus, Consequences, Done, Ended, Exported, Fate,
    FolderStatus, KeyAnswer, KeyLine, KeyList, KeyStatus, Late, LateCause, PinLine, Planned,
    Refusal, RefusalCause, Rewritten, RewrittenFile, SetStatus, Standing, Step, StepName,
};
pub use known::Knowledge;
pub use office::{KeyOffice, Parts};
pub use questions::{KeyFormat, KeyQuestion, KeyRequest};
pub use secret_text::SecretText;
pub use set_name::SetName;
