//! What the rules and the folder refuse, as an operator is told.

use super::{Refusal, RefusalCause};
use crate::keyring::ActError;
use crate::keyring::rotation::ActRefused;
use crate::store::StoreError;

impl Refusal {
    /// A no.
    pub(super) fn of(cause: RefusalCause, words: impl Into<String>) -> Self {
        Self {
            cause,
            words: words.into(),
        }
    }

    /// The thread that was at work ended.
    pub(super) fn broken_off() -> Self {
        Self::of(
            RefusalCause::Folder,
            "the work on the keys was broken off; the server's log says why",
        )
    }

    /// The keys are not those that were shown.
    pub(super) fn keys_changed() -> Self {
        Self::of(
            RefusalCause::KeysChanged,
            "the keys have changed since they were shown (by another operator, the schedule, or \
             by hand); nothing was done: look at them again",
        )
    }

    /// Keys that are managed from outside.
    pub(super) fn read_only() -> Self {
        Self::of(
            RefusalCause::ReadOnly,
            "the folder of keys can't be written: its keys are managed from outside; change them \
             there, and they are taken up within seconds",
        )
    }

    /// The same where only the states can be changed from here.
    pub(super) fn needs_a_file() -> Self {
        Self::of(
            RefusalCause::ReadOnly,
            "the folder of keys can't be written, and that needs a new key: put its file there, \
             and it is taken up within seconds as the next key",
        )
    }

    /// That key, or that form of it, is not handed out.
    pub(super) fn cannot_export(words: &'static str) -> Self {
        Self::of(RefusalCause::CannotExport, words)
    }

    /// An act that is to be told first.
    pub(super) fn cannot_be_told(error: &StoreError) -> Self {
        tracing::error!(%error, "the audit log could not be told of an operator's act");
        Self::of(
            RefusalCause::CannotBeTold,
            format!("the audit log can't be told of it, so it is not done: {error}"),
        )
    }

    /// What breaks something was not shown before.
    pub(super) fn needs_confirmation() -> Self {
        Self::of(
            RefusalCause::NeedsConfirmation,
            "that breaks something: ask first what (dry_run), and then for it with the generation \
             of that answer (expected_generation)",
        )
    }
}

/// What the folder says to an act.
pub(super) fn of_act_error(error: ActError) -> Refusal {
    match error {
        ActError::ChangedMeanwhile => Refusal::keys_changed(),
        ActError::Refused(refused) => refused.into(),
        ActError::ReadOnly => Refusal::read_only(),
        error @ ActError::Unfinished { .. } => Refusal::of(RefusalCause::Folder, error.to_string()),
        error @ (ActError::Broken(_) | ActError::Failed(_)) => {
            Refusal::of(RefusalCause::Folder, format!("nothing was done: {error}"))
        }
    }
}

impl From<ActRefused> for Refusal {
    fn from(refused: ActRefused) -> Self {
        let cause = match &refused {
            ActRefused::UnknownKid { .. } => RefusalCause::UnknownKey,
            ActRefused::WrongState { .. } | ActRefused::NotASigner { .. } => {
                RefusalCause::WrongState
            }
            ActRefused::NotPublishedLongEnough { .. } | ActRefused::WaitsForClients { .. } => {
                RefusalCause::NotReady
            }
            ActRefused::NeedsSuccessor { .. } => RefusalCause::NeedsSuccessor,
            ActRefused::AlreadySo { .. }
            | ActRefused::AlreadyAsked { .. }
            | ActRefused::AlreadyPinned { .. }
            | ActRefused::NotPinned { .. } => RefusalCause::NothingToDo,
            ActRefused::PinInThePast => RefusalCause::BadValue,
            ActRefused::KidExists { .. } | ActRefused::KidRevoked { .. } => {
                RefusalCause::AlreadyThere
            }
            ActRefused::NotConfigured { .. } => RefusalCause::UnknownSet,
        };
        Self::of(cause, refused.to_string())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed while the keys were asked about");
        Self::of(
            RefusalCause::Store,
            format!("the store failed, and nothing was done: {error}"),
        )
    }
}
