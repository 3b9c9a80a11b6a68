//! What the operator is answered. Moments are in milliseconds since 1970 and spans in
//! milliseconds: who shows them knows where the reader is. An answer names keys and clients,
//! and holds no secret but in [`Exported`].

use serde::{Deserialize, Serialize};

use super::{SecretText, SetName};
use crate::domain::id::ClientId;
pub use crate::domain::key_change::KeyChange as Change;
use crate::domain::key_change::KeyStateName;
use crate::domain::readiness::FetchSeen;

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
    /// No, and nothing was done.
    Refused(Refusal),
}

/// The folder of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderStatus {
    /// Where it is.
    pub directory: String,
    /// Grows with each change of the keys.
    pub generation: u64,
    /// It can't be written: the keys are managed from outside.
    pub read_only: bool,
    /// Private keys are encrypted there.
    pub encrypted: bool,
    /// What is wrong with it; the keys that were read before go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Changes that the audit log could not be told of yet.
    pub untold: usize,
}

/// All keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyList {
    /// When this was answered.
    pub now: i64,
    /// Where they are.
    pub folder: FolderStatus,
    /// Set by set; within one, those that are to sign first, revoked ones last.
    pub keys: Vec<KeyLine>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLine {
    /// Its name.
    pub kid: String,
    /// What it signs with, or `A256GCM`.
    pub algorithm: SetName,
    /// What it does.
    pub state: KeyStateName,
    /// Its length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<u32>,
    /// The file of its private half; none once it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether that file is encrypted; none where there is no file, or it can't be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// When it was made or brought in.
    pub created_at: i64,
    /// When it was first published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<i64>,
    /// When it began to sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<i64>,
    /// When it ceased to sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<i64>,
    /// When it ceased to be published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<i64>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<i64>,
    /// How long it has been published in this state while a server was there to serve it:
    /// for a next and for a retired key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<u64>,
    /// How long it must be, to sign (next) or to be withdrawn (retired).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<u64>,
    /// It takes over as soon as it has been published for long enough.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub promote_when_ready: bool,
    /// Revoked, and what it signed is still being ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_end: bool,
    /// The clients that are pinned to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<ClientId>,
}

/// How things stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyStatus {
    /// When this was answered.
    pub now: i64,
    /// Where the keys are.
    pub folder: FolderStatus,
    /// Set by set.
    pub sets: Vec<SetStatus>,
    /// Client by client, those that nothing signs for left out.
    pub clients: Vec<ClientStatus>,
    /// What clients have was read from the store: no server is there that would know more.
    pub at_rest: bool,
}

/// A set of keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetStatus {
    /// Which.
    pub algorithm: SetName,
    /// Nothing is signed with it any more, by the configuration: its keys go in their time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unused: bool,
    /// The key that signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<String>,
    /// The key that takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// When the next change of who signs is due; none where only a command makes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotates_at: Option<i64>,
    /// What the schedule would do and can't.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<Late>,
    /// What happens as things stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Step>,
    /// How many clients are ready, stale and unknown.
    pub ready: usize,
    /// See `ready`.
    pub stale: usize,
    /// See `ready`.
    pub unknown: usize,
}

/// What the schedule would do and can't.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// Why.
    pub cause: LateCause,
    /// The key, where there is one already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The clients that it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientId>,
    /// The same in words.
    pub words: String,
}

/// Why the schedule can't do what it would.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateCause {
    /// Clients don't have the next key, and the configuration says to wait for them.
    Clients,
    /// The next key has not been published for long enough.
    Publication,
    /// The key that signs is as old as it should get, and there is no next one.
    NoNextKey,
    /// The folder is managed from outside.
    ReadOnly,
    /// The folder can't be read or written.
    Folder,
}

/// A step of what will happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: i64,
    /// Of which set.
    pub algorithm: SetName,
    /// With which key; none for one that is not made yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What.
    pub what: StepName,
    /// The client whose pin ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
}

/// What happens to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// It is made or brought in.
    Made,
    /// It is published.
    Published,
    /// It signs.
    Signs,
    /// It ceases to sign and stays published.
    Retired,
    /// It is not published any more.
    Withdrawn,
    /// It is neither published nor believed any more.
    Revoked,
    /// It does not even verify hints any more.
    Forgotten,
    /// A client's pin to it ends.
    PinEnds,
}

/// Whether a client has a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It fetched the keys when this one was among them.
    Ready,
    /// It fetched them last when this one was not.
    Stale,
    /// Nobody can tell.
    Unknown,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientStatus {
    /// Which.
    pub client: ClientId,
    /// Its name for people.
    pub name: String,
    /// What its tokens are signed with.
    pub algorithm: SetName,
    /// The key that signs for it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_with: Option<String>,
    /// The key that `standing` is about: the set's next one, or the one that signs where there
    /// is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Whether it has that key.
    pub standing: Standing,
    /// When it last fetched the keys, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<i64>,
    /// By what it was known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<FetchSeen>,
    /// The key that signed the last hint that it brought back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint_kid: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint_at: Option<i64>,
    /// Its pin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinLine>,
    /// An address of its own for the keys: who fetches there is known.
    pub jwks_uri: String,
    /// What to do about it, where there is something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// A client that stays with a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinLine {
    /// With which.
    pub kid: String,
    /// Until then.
    pub until: i64,
    /// Whether it counts: a pin to a key that is revoked or withdrawn, or that is over, does
    /// not.
    pub holds: bool,
}

/// What would happen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Planned {
    /// When this was answered.
    pub now: i64,
    /// The generation of the keys that this was reckoned from: to be sent back with the act.
    pub generation: u64,
    /// Whether something breaks, so that a person must be asked.
    pub breaks: bool,
    /// What breaks, key by key.
    pub consequences: Vec<Consequences>,
    /// What happens from now on, if it is done.
    pub timeline: Vec<Step>,
    /// What is worth knowing besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What becomes of what a key signed, and of the clients that must learn another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequences {
    /// The key that ceases to sign or to be believed.
    pub kid: String,
    /// Its set.
    pub algorithm: SetName,
    /// The key that signs instead; none for one that is made in the act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// Whether its tokens are refused from then on (revoked), or stay good (retired).
    pub disowned: bool,
    /// Whether what hangs from them is ended with it.
    pub ends: bool,
    /// ID Tokens of this key whose time is not over.
    pub id_tokens: u64,
    /// Grants whose last ID Token it signed.
    pub grants: u64,
    /// Families of refresh tokens of those grants.
    pub families: u64,
    /// Sessions of those grants.
    pub sessions: u64,
    /// Sign-ins by client: sessions in which it took part, and grants that outlived theirs.
    pub by_client: Vec<ClientCount>,
    /// What each client of the set meets.
    pub clients: Vec<ClientFate>,
}

/// How many of a client's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientCount {
    /// Which.
    pub client: ClientId,
    /// How many.
    pub count: u64,
}

/// What a client meets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientFate {
    /// Which.
    pub client: ClientId,
    /// Its name for people.
    pub name: String,
    /// Whether it has the key that signs from then on.
    pub standing: Standing,
    /// What it meets.
    pub fate: Fate,
    /// For how long at most its sign-ins fail, if it obeys what we say of caching.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails_for: Option<u64>,
    /// The same in words.
    pub words: String,
}

/// What a client meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Nothing.
    Fine,
    /// Nobody can tell. It has the key if it keeps keys for no longer than it is told.
    MayFail,
    /// It has not got the key. One that fetches anew for a kid that it does not know goes on;
    /// one that only goes by its cache fails until it fetches.
    FailsUntilFetch,
    /// Nothing now: it stays with the key that it is pinned to.
    Pinned,
    /// Its pin ends with the key, and then the same.
    PinEnds,
}

/// What was done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Done {
    /// When.
    pub now: i64,
    /// The generation of the keys now.
    pub generation: u64,
    /// The key that was made or brought in, or that the act was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What changed, in its order.
    pub changes: Vec<Change>,
    /// What was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// What happens from now on.
    pub timeline: Vec<Step>,
    /// Whether the audit log has been told; else it is told later.
    pub told: bool,
    /// What is worth knowing besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What hung from a revoked key and was ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Grants, with their refresh tokens and access tokens.
    pub grants: u64,
    /// Sessions.
    pub sessions: u64,
    /// Whether that is all of it. Otherwise the server goes on with it.
    pub complete: bool,
}

/// A copy of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exported {
    /// Which.
    pub kid: String,
    /// Whether the private half is in it.
    pub private: bool,
    /// The text.
    pub text: SecretText,
}

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
