//! What goes wrong with kept keys, in words for an operator.

use super::writing::Unwritten;
use crate::keyring::KeyringError;
use crate::keyring::rotation::ActRefused;

/// What is wrong with the folder. The keys that were read before go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It was changed, and what is there now can't be used.
    Unreadable(String),
    /// A change could not be written, and so did not happen.
    Unwritable(String),
}

impl Fault {
    /// The words.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Unreadable(words) | Self::Unwritable(words) => words,
        }
    }
}

/// Why an act was not done. Nothing has changed, but for [`ActError::Unfinished`].
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The rules forbid it.
    #[error(transparent)]
    Refused(#[from] ActRefused),
    /// Others were faster than who was asked.
    #[error("the keys have changed since you looked at them; look again")]
    ChangedMeanwhile,
    /// The folder can't be written.
    #[error(
        "the folder of keys can't be written: the keys are managed from outside, and must be changed there"
    )]
    ReadOnly,
    /// The folder holds what can't be read: writing would destroy what somebody is doing there.
    #[error("the folder of keys was changed and can't be used, so it is not written either: {0}")]
    Broken(String),
    /// The system said no in the midst of several files. Each is as it was or as it should be.
    #[error(
        "{done} of {all} files were written, and then: {error}; run the same again to write the others"
    )]
    Unfinished {
        /// How many files are as they should be.
        done: usize,
        /// How many there are to write.
        all: usize,
        /// What the system says.
        error: KeyringError,
    },
    /// The system says no.
    #[error(transparent)]
    Failed(#[from] KeyringError),
}

impl From<Unwritten> for ActError {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::Changed => Self::ChangedMeanwhile,
            Unwritten::Failed(error) => Self::Failed(error),
        }
    }
}
