//! Who has fetched which keys, so that an operator sees before a rotation which application
//! would fail (OIDC Core section 10.1.1 leaves to clients how long they keep keys, and some
//! keep them for the life of their process).
//!
//! A fetch of the JWKS names nobody. It is known to be a client's own by one of three things:
//! it comes from where the client proves who it is at another endpoint (a back end uses one
//! address and one `User-Agent` for both); it comes to the client's own address
//! `/jwks/{client}`, where that is configured by hand; or the client brings back an
//! `id_token_hint`, and so has seen a key at work. Where none of these tells, the answer is
//! *unknown*, never a guess:
//!
//! * Only a secret or a signature names a place. A public client authenticates with nothing
//!   but its name, which anybody knows: it is known by its own address and by hints alone.
//! * A place where two clients authenticate (one host, one library) is neither's. Each such
//!   application can be given its own address.
//! * An alias can be fetched by anybody. So it makes nobody stale of whom no use is proven since,
//!   and it says nothing where a fetch is known that is proven. Who fetches its alias from where
//!   it authenticates is proven by that.
//! * Where a client runs on several machines, the one that fetched last speaks for all.
//!
//! All of it is in memory, within bounds, and decides nothing that anybody gets: a request
//! costs two short locks and writes nothing. What changed is written down once a minute.

mod caller;
mod places;
mod recent;
mod record;
mod standing;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use crate::domain::readiness::Standing;
pub use caller::Caller;
pub use standing::{REMEMBERED_FOR, standing};

use crate::clock::Timestamp;
use crate::domain::client::{Client, Clients};
use crate::domain::id::ClientId;
use crate::domain::readiness::ClientReadiness;
use caller::Callers;
use places::Places;
use record::Tracked;

/// Who has fetched which keys.
pub struct KeyAdoption {
    callers: Callers,
    places: Places,
    clients: HashMap<ClientId, Arc<Tracked>>,
    recalled: AtomicBool,
}

impl KeyAdoption {
    /// Nothing is known of these clients yet, and nothing will be of others.
    #[must_use]
    pub fn new(clients: &Clients) -> Self {
        let clients = clients.iter().map(|client| {
            let id = client.id.clone();
            (id.clone(), Arc::new(Tracked::new(id)))
        });
        Self {
            callers: Callers::default(),
            places: Places::default(),
            clients: clients.collect(),
            recalled: AtomicBool::new(false),
        }
    }

    /// Whence a request comes: its peer's address, if the server knows it, and its headers,
    /// each by its place in a list of names.
    pub fn caller<'a>(
        &self,
        address: Option<IpAddr>,
        headers: impl Iterator<Item = (u8, &'a [u8])>,
    ) -> Caller {
        self.callers.digest(address, headers)
    }

    /// A client was authenticated. One that has nothing to prove it with might be anybody.
    pub fn authenticated(&self, caller: &Caller, client: &Client, now: Timestamp) {
        if client.is_public() {
            return;
        }
        if let Some(tracked) = self.clients.get(&client.id) {
            tracked.record().authenticated(now);
            self.places.authenticated(caller, tracked, now);
        }
    }

    /// A caller got the document with those keys, or has it already.
    pub fn fetched(&self, caller: &Caller, kids: &Arc<[String]>, now: Timestamp) {
        self.places.fetched(caller, kids, now);
    }

    /// A caller got the document at a client's own address. Where that caller is known, it is
    /// as proven as any other fetch of it.
    pub fn fetched_as(
        &self,
        client: &ClientId,
        caller: &Caller,
        kids: &Arc<[String]>,
        now: Timestamp,
    ) {
        self.places.fetched(caller, kids, now);
        if let Some(tracked) = self.clients.get(client) {
            tracked.record().fetched_by_alias(kids, now);
        }
    }

    /// Whether there is such a client.
    #[must_use]
    pub fn knows(&self, client: &ClientId) -> bool {
        self.clients.contains_key(client)
    }

    /// A client brought back an ID Token of its own, which the key `kid` had signed.
    pub fn hinted(&self, client: &ClientId, kid: &str, now: Timestamp) {
        if let Some(tracked) = self.clients.get(client) {
            tracked.record().hinted(kid, now);
        }
    }

    /// What is known of a client.
    #[must_use]
    pub fn of(&self, client: &ClientId) -> ClientReadiness {
        self.clients.get(client).map_or_else(
            || ClientReadiness::unknown(client.clone()),
            |tracked| tracked.readiness(),
        )
    }

    /// Whether a client has the key `kid`.
    #[must_use]
    pub fn standing(&self, client: &ClientId, kid: &str, now: Timestamp) -> Standing {
        standing(&self.of(client), kid, now)
    }

    /// What changed since this was last asked. Nothing before the earlier process's knowledge
    /// was recalled: it would be overwritten.
    #[must_use]
    pub fn changed(&self) -> Vec<ClientReadiness> {
        if !self.is_recalled() {
            return Vec::new();
        }
        let changes = self.clients.values().filter_map(|tracked| tracked.change());
        changes.collect()
    }

    /// Those changes could not be written down: they are told again.
    pub fn not_kept(&self, changes: &[ClientReadiness]) {
        for change in changes {
            if let Some(tracked) = self.clients.get(&change.client) {
                tracked.record().mark_changed();
            }
        }
    }

    /// What an earlier process wrote down. What happened here since counts for more.
    pub fn recall(&self, known: Vec<ClientReadiness>) {
        for readiness in known {
            if let Some(tracked) = self.clients.get(&readiness.client) {
                tracked.record().recall(readiness);
            }
        }
        self.recalled.store(true, Ordering::Release);
    }

    /// Whether the knowledge of an earlier process is in here. Before, "unknown" means nothing.
    #[must_use]
    pub fn is_recalled(&self) -> bool {
        self.recalled.load(Ordering::Acquire)
    }
}
