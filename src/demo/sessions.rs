//! The sample application's own sessions, in memory. It is a toy here on purpose: a real
//! application has its framework's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::COOKIE;

use super::relying_party::{PendingSignIn, Person};
use crate::entropy::Entropy;

const NAME: &str = "sample-session";

/// Before a state in the name of a cookie: each sign-in under way has a cookie of its own, so
/// that two tabs don't disturb each other.
const PENDING: &str = "sample-sign-in-";

/// How long a sign-in may take, in seconds.
const PENDING_SECONDS: u32 = 1800;

/// Sessions beyond that are thrown away: a demo has few.
const MOST: usize = 1000;

enum State {
    Pending(PendingSignIn),
    SignedIn(Box<Person>),
}

pub(super) struct Sessions {
    entropy: Arc<dyn Entropy>,
    states: Mutex<HashMap<String, State>>,
}

impl Sessions {
    pub(super) fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self {
            entropy,
            states: Mutex::new(HashMap::new()),
        }
    }

    /// Remembers a sign-in under way; returns the cookie.
    pub(super) fn begin(&self, pending: PendingSignIn) -> String {
        let name = format!("{PENDING}{}", pending.state());
        let cookie = self.put(&name, State::Pending(pending));
        format!("{cookie}; Max-Age={PENDING_SECONDS}")
    }

    /// Remembers a person; returns the cookie, which is a new one.
    pub(super) fn sign_in(&self, person: Person) -> String {
        self.put(NAME, State::SignedIn(Box::new(person)))
    }

    /// The sign-in of that state under way in this browser, which is thereby over.
    pub(super) fn take_pending(&self, headers: &HeaderMap, state: &str) -> Option<PendingSignIn> {
        let id = id(headers, &format!("{PENDING}{state}"))?;
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        match states.remove(&id)? {
            State::Pending(pending) => Some(pending),
            State::SignedIn(_) => None,
        }
    }

    /// Who is signed in in this browser.
    pub(super) fn signed_in(&self, headers: &HeaderMap) -> Option<Person> {
        let id = id(headers, NAME)?;
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        match states.get(&id)? {
            State::SignedIn(person) => Some(person.as_ref().clone()),
            State::Pending(_) => None,
        }
    }

    /// Forgets this browser. The provider's session is another matter.
    pub(super) fn forget(&self, headers: &HeaderMap) {
        if let Some(id) = id(headers, NAME) {
            let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
            states.remove(&id);
        }
    }

    /// Forgets everybody who signed in in that session of the provider.
    pub(super) fn forget_session(&self, sid: &str) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.retain(|_, state| match state {
            State::SignedIn(person) => person.sid() != Some(sid),
            State::Pending(_) => true,
        });
    }

    fn put(&self, name: &str, state: State) -> String {
        let mut bytes = [0_u8; 32];
        self.entropy.fill(&mut bytes);
        let id = URL_SAFE_NO_PAD.encode(bytes);
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if states.len() >= MOST {
            states.clear();
        }
        states.insert(id.clone(), state);
        format!("{name}={id}; HttpOnly; SameSite=Lax; Path=/")
    }
}

fn id(headers: &HeaderMap, wanted: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value.to_owned())
}
