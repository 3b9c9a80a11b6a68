//! What is known of one client.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::caller::Caller;
use super::standing::REMEMBERED_FOR;
use crate::clock::Timestamp;
use crate::domain::id::ClientId;
use crate::domain::readiness::{ClientReadiness, FetchSeen};

/// Places that one client is known at. A client has its own room, so that none can push out
/// another's; a place that went for a newer one comes back at its next authentication.
const MOST_PLACES: usize = 64;

/// How exactly it is known when a client last authenticated: each change is written down.
const AUTHENTICATED_TO: Duration = Duration::from_secs(60 * 60);

/// A client, and what is known of it.
pub(super) struct Tracked {
    pub(super) id: ClientId,
    record: Mutex<Record>,
}

/// One fetch.
#[derive(Clone)]
pub(super) struct Fetch {
    pub(super) at: i64,
    /// The keys of the document that was served, shared with all who got the same one.
    pub(super) kids: Arc<[String]>,
}

struct OwnFetch {
    fetch: Fetch,
    seen: FetchSeen,
    /// Where it came from; none by the alias, and for one of an earlier process.
    place: Option<Caller>,
}

#[derive(Default)]
pub(super) struct Record {
    fetch: Option<OwnFetch>,
    hint: Option<(String, i64)>,
    authenticated_at: Option<i64>,
    places: VecDeque<Caller>,
    changed: bool,
}

impl Tracked {
    pub(super) fn new(id: ClientId) -> Self {
        Self {
            id,
            record: Mutex::default(),
        }
    }

    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known.
    pub(super) fn readiness(&self) -> ClientReadiness {
        self.record().readiness(&self.id)
    }

    /// What is known, if that changed since it was last asked.
    pub(super) fn change(&self) -> Option<ClientReadiness> {
        let mut record = self.record();
        std::mem::take(&mut record.changed).then(|| record.readiness(&self.id))
    }
}

impl Record {
    fn readiness(&self, id: &ClientId) -> ClientReadiness {
        let fetch = self.fetch.as_ref();
        ClientReadiness {
            client: id.clone(),
            fetched_at: fetch.map(|own| own.fetch.at),
            kids: fetch.map_or_else(Vec::new, |own| own.fetch.kids.to_vec()),
            seen: fetch.map(|own| own.seen),
            hint_kid: self.hint.as_ref().map(|(kid, _)| kid.clone()),
            hint_at: self.hint.as_ref().map(|(_, at)| *at),
            authenticated_at: self.authenticated_at,
        }
    }

    /// Somebody got that document at the client's own address, whom nothing else makes known. A
    /// fetch that is proven to be the client's counts for more: anybody could say that the
    /// client has the next key, and nobody would wait for it. Unless that proof is of a client
    /// of whom nothing was proven for so long that it may be fetching by the alias since.
    pub(super) fn fetched_by_alias(&mut self, kids: &Arc<[String]>, now: Timestamp) {
        let is_proven = self
            .fetch
            .as_ref()
            .is_some_and(|own| own.seen == FetchSeen::Address);
        let heard = self.proven_at();
        let is_old = heard.is_none_or(|at| now.since(Timestamp::from_millis(at)) > REMEMBERED_FOR);
        if !is_proven || is_old {
            self.fetched(kids, FetchSeen::Alias, None, now);
        }
    }

    /// When it was last heard of by what nobody else could have done.
    fn proven_at(&self) -> Option<i64> {
        let fetch = self.fetch.as_ref();
        let fetched_at = fetch.and_then(|own| match own.seen {
            FetchSeen::Address => Some(own.fetch.at),
            FetchSeen::Alias => None,
        });
        let hint_at = self.hint.as_ref().map(|(_, at)| *at);
        fetched_at.max(hint_at).max(self.authenticated_at)
    }

    /// It got that document now. Nothing is allocated, and the document's count of holders is
    /// left alone, where it had the same one before.
    pub(super) fn fetched(
        &mut self,
        kids: &Arc<[String]>,
        seen: FetchSeen,
        place: Option<Caller>,
        now: Timestamp,
    ) {
        let at = now.as_millis();
        match &mut self.fetch {
            Some(own) if Arc::ptr_eq(&own.fetch.kids, kids) => {
                own.fetch.at = at;
                own.seen = seen;
                own.place = place;
            }
            own => {
                let kids = Arc::clone(kids);
                *own = Some(OwnFetch {
                    fetch: Fetch { at, kids },
                    seen,
                    place,
                });
            }
        }
        self.changed = true;
    }

    /// A fetch from a place that only now is known to be the client's; it counts if no later
    /// one is known that is as well proven. One that seems to lie ahead is of a clock that went back since.
    pub(super) fn had_fetched(&mut self, fetch: Fetch, place: Caller, now: Timestamp) {
        let is_later = self.fetch.as_ref().is_none_or(|own| match own.seen {
            FetchSeen::Address => own.fetch.at <= fetch.at || own.fetch.at > now.as_millis(),
            FetchSeen::Alias => true,
        });
        if is_later {
            self.fetch = Some(OwnFetch {
                fetch,
                seen: FetchSeen::Address,
                place: Some(place),
            });
            self.changed = true;
        }
    }

    /// That place turned out to be another client's, too: what was learned from there may have
    /// been the other's. What an earlier process learned may be from there.
    pub(super) fn doubt(&mut self, place: &Caller) {
        let doubtful = self.fetch.as_ref().is_some_and(|own| {
            own.seen == FetchSeen::Address && own.place.is_none_or(|from| from == *place)
        });
        if doubtful {
            self.fetch = None;
            self.changed = true;
        }
    }

    /// It brought back an ID Token that the key `kid` had signed.
    pub(super) fn hinted(&mut self, kid: &str, now: Timestamp) {
        match &mut self.hint {
            Some((had, at)) if had == kid => *at = now.as_millis(),
            hint => *hint = Some((kid.to_owned(), now.as_millis())),
        }
        self.changed = true;
    }

    /// It proved who it is.
    pub(super) fn authenticated(&mut self, now: Timestamp) {
        let is_recent = self.authenticated_at.is_some_and(|at| {
            let at = Timestamp::from_millis(at);
            at <= now && now.since(at) < AUTHENTICATED_TO && !self.is_alias_newer_than(at)
        });
        if !is_recent {
            self.authenticated_at = Some(now.as_millis());
            self.changed = true;
        }
    }

    /// Whether somebody fetched by the alias since: that says something with the next use alone.
    fn is_alias_newer_than(&self, at: Timestamp) -> bool {
        self.fetch
            .as_ref()
            .is_some_and(|own| own.seen == FetchSeen::Alias && own.fetch.at > at.as_millis())
    }

    /// Adds a place of its own; gives the one that has to go for it.
    pub(super) fn settle(&mut self, place: Caller) -> Option<Caller> {
        // Where three clients take turns, each is new there each time.
        if self.places.contains(&place) {
            return None;
        }
        self.places.push_back(place);
        if self.places.len() > MOST_PLACES {
            self.places.pop_front()
        } else {
            None
        }
    }

    /// What an earlier process knew, where this one doesn't know better.
    pub(super) fn recall(&mut self, known: ClientReadiness) {
        // Somebody at the alias, since this process began, says less than what was proven before.
        let is_better = self.fetch.as_ref().is_none_or(|own| {
            (own.seen, known.seen) == (FetchSeen::Alias, Some(FetchSeen::Address))
        });
        if let (true, Some(at), Some(seen)) = (is_better, known.fetched_at, known.seen) {
            self.fetch = Some(OwnFetch {
                fetch: Fetch {
                    at,
                    kids: known.kids.into(),
                },
                seen,
                place: None,
            });
        }
        if self.hint.is_none() {
            self.hint = known.hint_kid.zip(known.hint_at);
        }
        if self.authenticated_at.is_none() {
            self.authenticated_at = known.authenticated_at;
        }
    }

    pub(super) fn mark_changed(&mut self) {
        self.changed = true;
    }
}
