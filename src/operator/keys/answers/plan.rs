//! What would happen: shown before an act, and sent back with it by its generation, so that
//! what is done is what a person has seen. Counts are reckoned from the store; what a client
//! meets is said of one that obeys what we say of caching.

use serde::{Deserialize, Serialize};

use super::timeline::Step;
use crate::domain::id::ClientId;
use crate::domain::readiness::Standing;
use crate::operator::keys::SetName;

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
    /// Grants with an ID Token of this key whose time is not over: their last is counted, not
    /// what was signed for them before.
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
