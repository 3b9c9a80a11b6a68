//! Which files of private keys were written anew, or would be. Files are named, and nothing
//! that is in them.

use serde::{Deserialize, Serialize};

use crate::keyring::Kept;

/// Files that were written anew, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewritten {
    /// When this was answered.
    pub now: i64,
    /// The keys that it was reckoned from.
    pub generation: u64,
    /// Where the files are.
    pub directory: String,
    /// They were written; else this is what would be.
    pub done: bool,
    /// They are encrypted afterwards.
    pub encrypted: bool,
    /// Keys that were encrypted lie there in plain afterwards.
    pub weakens: bool,
    /// The files that were not as they should be.
    pub files: Vec<RewrittenFile>,
    /// How many others there are.
    pub right: usize,
    /// No server runs with them.
    pub at_rest: bool,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewrittenFile {
    /// Its name in the folder.
    pub file: String,
    /// How its key lay there.
    pub was: Kept,
}
