//! Failures that anybody can cause without signing in: counted in memory by cause and client,
//! and told to the audit log once in an interval. A flood of them costs a few numbers here
//! and a few rows there, whatever it sends: what is counted by is closed (our own causes, the
//! clients that are configured), and nothing of a request is kept.
//!
//! What is told one by one needs a code or a refresh token that a person's sign-in made, and
//! is told once for each: a code that its own client spoiled, the first replay of one, the
//! first reuse of an exchanged refresh token. Later tries with the same one are counted here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::id::ClientId;
use crate::store::{AuditKeeping, StoreError};

/// Most rows that one interval makes. Further ones are counted together, under `others`.
pub const MOST_ROWS: usize = 200;

/// What failed. The names inside are those of closed sets of causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Failure {
    /// A client was not authenticated; the name of the refusal.
    ClientAuthentication(&'static str),
    /// A code was unknown, foreign, spent or ended; the name of the refusal.
    Code(&'static str),
    /// A refresh token was unknown, foreign, spent or ended; the name of the refusal.
    RefreshToken(&'static str),
    /// An authorization request was refused; the name of the cause.
    Authorization(&'static str),
    /// The upstream did not vouch for a person; the name of the cause.
    SignIn(&'static str),
    /// A browser came back with an answer that it had not been sent for.
    UnaskedAnswer,
    /// A person who is blocked here tried to sign in.
    Blocked,
    /// More kinds of failure than are told apart.
    Others,
}

impl Failure {
    fn name(self) -> String {
        match self {
            Self::ClientAuthentication(cause) => format!("client_authentication/{cause}"),
            Self::Code(cause) => format!("code/{cause}"),
            Self::RefreshToken(cause) => format!("refresh_token/{cause}"),
            Self::Authorization(cause) => format!("authorization/{cause}"),
            Self::SignIn(cause) => format!("sign_in/{cause}"),
            Self::UnaskedAnswer => "sign_in/unasked_answer".to_owned(),
            Self::Blocked => "sign_in/blocked".to_owned(),
            Self::Others => "others".to_owned(),
        }
    }
}

#[derive(Default)]
struct Count {
    number: u64,
    upstream_request: Option<String>,
}

type Key = (Failure, Option<ClientId>);

/// The failures of this interval.
#[derive(Default)]
pub struct FailureLog(Mutex<HashMap<Key, Count>>);

impl FailureLog {
    /// Counts one failure, of that client where one is known. `upstream_request` is
    /// DingTalk's own name of the call, where there was one.
    pub fn count(
        &self,
        failure: Failure,
        client: Option<&ClientId>,
        upstream_request: Option<&str>,
    ) {
        let more = Count {
            number: 1,
            upstream_request: upstream_request.map(str::to_owned),
        };
        merge(&mut self.counts(), (failure, client.cloned()), more);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the audit log what was counted, and begins anew.
    ///
    /// # Errors
    /// [`StoreError`]; then the counts stand, to be told with the next ones.
    pub async fn flush(&self, log: &dyn AuditKeeping, now: Timestamp) -> Result<(), StoreError> {
        let counted = std::mem::take(&mut *self.counts());
        if counted.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<(&Key, &Count)> = counted.iter().collect();
        rows.sort_unstable_by_key(|(key, _)| *key);
        let events = rows
            .into_iter()
            .map(|((failure, client), count)| AuditEvent {
                at: now.as_millis(),
                correlation: String::new(),
                kind: EventKind::FailuresCounted {
                    cause: failure.name(),
                    client: client.clone(),
                    count: count.number,
                    upstream_request: count.upstream_request.clone(),
                },
            })
            .collect();
        let told = log.append_events(events).await;
        if told.is_err() {
            let mut counts = self.counts();
            for (key, count) in counted {
                merge(&mut counts, key, count);
            }
        }
        told
    }
}

/// Adds to a count; to that of `Others` where there is no room for another one.
fn merge(counts: &mut HashMap<Key, Count>, key: Key, more: Count) {
    let has_room = counts.len() + 1 < MOST_ROWS || counts.contains_key(&key);
    let (key, more) = if has_room {
        (key, more)
    } else {
        let number = more.number;
        let others = Count {
            number,
            upstream_request: None,
        };
        ((Failure::Others, None), others)
    };
    let count = counts.entry(key).or_default();
    count.number = count.number.saturating_add(more.number);
    if more.upstream_request.is_some() {
        count.upstream_request = more.upstream_request;
    }
}
