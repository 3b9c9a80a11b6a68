//! What is known of the folder, and what is said once when that changes.

use super::Fault;
use super::watch::Print;

/// What is known of the folder.
#[derive(Default)]
pub(super) struct FolderState {
    /// What it looked like when it was read or written.
    pub(super) print: Print,
    /// What it looked like at the last look, where that was something else.
    pub(super) suspect: Option<Print>,
    /// What it looked like when it was refused.
    pub(super) refused: Option<Print>,
    /// It can't be written.
    pub(super) read_only: bool,
    /// It has a list.
    pub(super) is_listed: bool,
    /// A list of it is kept elsewhere.
    pub(super) is_remembered: bool,
    /// What is wrong with it.
    pub(super) fault: Option<Fault>,
}

impl FolderState {
    /// Whether it holds what can't be read.
    pub(super) const fn is_broken(&self) -> bool {
        matches!(self.fault, Some(Fault::Unreadable(_)))
    }

    pub(super) fn is_as_before(&mut self) {
        self.suspect = None;
        self.refused = None;
        if self.is_broken() {
            tracing::info!("the folder of keys can be used again");
            self.fault = None;
        }
    }

    pub(super) fn is_written(&mut self) {
        if matches!(self.fault, Some(Fault::Unwritable(_))) {
            tracing::info!("the folder of keys can be written again");
            self.fault = None;
        }
    }

    pub(super) fn cannot_be_read(&mut self, words: &str, refused: Option<Print>) {
        let fault = Fault::Unreadable(words.to_owned());
        if self.fault.as_ref() != Some(&fault) {
            tracing::error!(
                reason = words,
                "the folder of keys was changed and can't be used; the keys that were read before go on"
            );
        }
        self.refused = refused;
        self.fault = Some(fault);
    }

    pub(super) fn cannot_be_written(&mut self, words: &str) {
        let fault = Fault::Unwritable(words.to_owned());
        if self.fault.as_ref() != Some(&fault) {
            tracing::error!(
                reason = words,
                "a change of the keys can't be written, and so does not happen; the keys before go on"
            );
        }
        self.fault = Some(fault);
    }
}
