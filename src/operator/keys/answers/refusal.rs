//! A no. The cause is for programs and never changes its name; the words are for a person.

use serde::{Deserialize, Serialize};

/// A no. Nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub cause: RefusalCause,
    /// The same for a person, with what to do.
    pub words: String,
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCause {
    /// No key has that name.
    UnknownKey,
    /// No client has that name.
    UnknownClient,
    /// The key is not in a state in which that can be done.
    WrongState,
    /// It is so already.
    NothingToDo,
    /// Another key would have to take over that was not published for long enough, or that
    /// clients have not fetched.
    NotReady,
    /// Nobody could sign any more.
    NeedsSuccessor,
    /// No set of that name is in use.
    UnknownSet,
    /// The key signs with something else than the client asks for, or than was said.
    OtherAlgorithm,
    /// A key of that name, or that key, is here or was revoked here.
    AlreadyThere,
    /// The text is no private key that can be used here.
    NotAKey,
    /// The passphrase is missing or wrong.
    Passphrase,
    /// A name or a moment can't be used.
    BadValue,
    /// That can't be written in that form.
    CannotExport,
    /// Something breaks: `dry_run` first, then its generation.
    NeedsConfirmation,
    /// The keys changed since they were shown.
    KeysChanged,
    /// The folder is managed from outside.
    ReadOnly,
    /// The folder can't be read or written.
    Folder,
    /// The audit log can't be told, and without that it is not done.
    CannotBeTold,
    /// The store failed.
    Store,
}
