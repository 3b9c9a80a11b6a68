//! Which caller is which client. Two rooms: the callers that proved to be a client, and those
//! that fetched keys and have not said who they are. A flood of made-up callers fills the
//! second room and pushes out what waits there; the first one can't be entered by anything
//! but a client's own secret or key.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::caller::Caller;
use super::recent::Recent;
use super::record::{Fetch, Tracked};
use super::standing::REMEMBERED_FOR;
use crate::clock::Timestamp;
use crate::domain::readiness::FetchSeen;

/// Callers that are remembered without being known, together.
const MOST_STRANGERS: usize = 4096;
/// Parts with a lock each, so that many requests at once don't stand in one line.
const PARTS: usize = 16;

pub(super) struct Places(Vec<Mutex<Part>>);

struct Part {
    known: HashMap<Caller, Place>,
    strangers: Recent<Fetch>,
}

/// The two clients that authenticated last from one place. More than two need not be told
/// apart: with two it is nobody's.
struct Place {
    last: Sighting,
    before: Option<Sighting>,
}

struct Sighting {
    client: Arc<Tracked>,
    at: i64,
}

impl Sighting {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(Timestamp::from_millis(self.at)) <= REMEMBERED_FOR
    }
}

/// What an authentication changes at a place.
struct Met {
    /// The client was not known to be there.
    is_new: bool,
    /// Another client is known to be there, too.
    other: Option<Arc<Tracked>>,
}

impl Place {
    fn is_shared(&self, now: Timestamp) -> bool {
        self.before.as_ref().is_some_and(|it| it.is_fresh(now))
    }

    fn meet(&mut self, client: &Arc<Tracked>, now: Timestamp) -> Met {
        if Arc::ptr_eq(&self.last.client, client) {
            self.last.at = now.as_millis();
            return Met {
                is_new: false,
                other: None,
            };
        }
        let was_here = self.before.as_ref();
        let is_new = !was_here.is_some_and(|it| Arc::ptr_eq(&it.client, client));
        let sighting = Sighting {
            client: Arc::clone(client),
            at: now.as_millis(),
        };
        let other = std::mem::replace(&mut self.last, sighting);
        let is_shared = other.is_fresh(now);
        let met = Met {
            is_new,
            other: is_shared.then(|| Arc::clone(&other.client)),
        };
        self.before = is_shared.then_some(other);
        met
    }
}

impl Default for Places {
    fn default() -> Self {
        let part = || {
            Mutex::new(Part {
                known: HashMap::new(),
                strangers: Recent::new(MOST_STRANGERS / PARTS),
            })
        };
        Self((0..PARTS).map(|_| part()).collect())
    }
}

impl Places {
    /// The part of a caller. There is one: `part` is below the number of parts.
    fn part(&self, caller: &Caller) -> Option<MutexGuard<'_, Part>> {
        let part = self.0.get(caller.part(PARTS))?;
        Some(part.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A caller fetched the keys.
    pub(super) fn fetched(&self, caller: &Caller, kids: &Arc<[String]>, now: Timestamp) {
        let Some(mut part) = self.part(caller) else {
            return;
        };
        match part.known.get(caller) {
            // Nobody's own: it would be a guess.
            Some(place) if place.is_shared(now) => return,
            Some(place) if place.last.is_fresh(now) => {
                let mut record = place.last.client.record();
                return record.fetched(kids, FetchSeen::Address, Some(*caller), now);
            }
            Some(_) | None => {}
        }
        match part.strangers.touch(caller) {
            Some(fetch) if Arc::ptr_eq(&fetch.kids, kids) => fetch.at = now.as_millis(),
            Some(fetch) => {
                fetch.at = now.as_millis();
                fetch.kids = Arc::clone(kids);
            }
            None => {
                let fetch = Fetch {
                    at: now.as_millis(),
                    kids: Arc::clone(kids),
                };
                part.strangers.insert(*caller, fetch);
            }
        }
    }

    /// A client proved who it is, from there. What that caller fetched before was its own.
    pub(super) fn authenticated(&self, caller: &Caller, client: &Arc<Tracked>, now: Timestamp) {
        let is_new = self.meet(caller, client, now);
        if !is_new {
            return;
        }
        let gone = client.record().settle(*caller);
        if let Some(gone) = gone {
            self.leave(&gone, client);
        }
    }

    /// Locks a part, then one record at a time; nobody does it the other way round.
    fn meet(&self, caller: &Caller, client: &Arc<Tracked>, now: Timestamp) -> bool {
        let Some(mut part) = self.part(caller) else {
            return false;
        };
        let fetch = part.strangers.remove(caller);
        let met = match part.known.entry(*caller) {
            Entry::Occupied(place) => place.into_mut().meet(client, now),
            Entry::Vacant(free) => {
                let last = Sighting {
                    client: Arc::clone(client),
                    at: now.as_millis(),
                };
                free.insert(Place { last, before: None });
                Met {
                    is_new: true,
                    other: None,
                }
            }
        };
        match (met.other, fetch) {
            (Some(other), _) => {
                other.record().doubt(caller);
                client.record().doubt(caller);
            }
            (None, Some(fetch)) => client.record().had_fetched(fetch, *caller, now),
            (None, None) => {}
        }
        met.is_new
    }

    /// A place had to go for a newer one of the same client.
    fn leave(&self, caller: &Caller, client: &Arc<Tracked>) {
        let Some(mut part) = self.part(caller) else {
            return;
        };
        let Entry::Occupied(mut slot) = part.known.entry(*caller) else {
            return;
        };
        let place = slot.get_mut();
        if !Arc::ptr_eq(&place.last.client, client) {
            place.before = place
                .before
                .take()
                .filter(|it| !Arc::ptr_eq(&it.client, client));
        } else if let Some(before) = place.before.take() {
            place.last = before;
        } else {
            slot.remove();
        }
    }
}
