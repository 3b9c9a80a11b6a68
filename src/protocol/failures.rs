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

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::authorize::{DisplayedCause, RedirectedCause};
use super::client_auth::{ClientAuthErrorCode, ClientAuthRefusal};
use super::token::TokenRefusal;
use crate::clock::Timestamp;
use crate::domain::client::Clients;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::id::ClientId;
use crate::domain::params::Parameters;
use crate::store::{AuditKeeping, StoreError};
use crate::upstream::{Cause, UpstreamError};

/// Most rows that one interval makes. Further ones are counted together, under `others`.
pub const MOST_ROWS: usize = 200;

/// What failed. The names inside are those of closed sets of causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Failure {
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
    /// A token request of a client that is authenticated was refused.
    pub(super) fn token_refused(&self, refusal: &TokenRefusal, client: &ClientId) {
        let failure = match refusal {
            TokenRefusal::UnknownCode
            | TokenRefusal::ForeignCode
            | TokenRefusal::ReplayedCode
            | TokenRefusal::EndedSession => Failure::Code(refusal.name()),
            TokenRefusal::UnknownRefreshToken
            | TokenRefusal::ForeignRefreshToken
            | TokenRefusal::ExpiredRefreshToken
            | TokenRefusal::ReusedRefreshToken
            | TokenRefusal::EndedSignIn => Failure::RefreshToken(refusal.name()),
            // Counted where it is found, which is the same for all endpoints.
            TokenRefusal::Client(_) => return,
            // Told by an event of its own.
            TokenRefusal::WrongRedirectUri | TokenRefusal::WrongVerifier => return,
            // Mistakes of a program, and of ours.
            TokenRefusal::MalformedForm
            | TokenRefusal::MissingParameter(_)
            | TokenRefusal::UnsupportedGrantType
            | TokenRefusal::UnauthorizedClient
            | TokenRefusal::Scope
            | TokenRefusal::PersonalScope
            | TokenRefusal::Store(_)
            | TokenRefusal::Signing(_) => return,
        };
        self.add(failure, Some(client.clone()), None);
    }

    /// A client was not authenticated. That the store failed is no failure of the client's.
    pub fn client_refused(
        &self,
        refusal: &ClientAuthRefusal,
        clients: &Clients,
        authorization: Option<&str>,
        form: &Parameters,
    ) {
        if refusal.code() == ClientAuthErrorCode::ServerError {
            return;
        }
        let client = claimed(clients, authorization, form);
        self.add(Failure::ClientAuthentication(refusal.name()), client, None);
    }

    /// An authorization request was refused on a page.
    pub(super) fn request_displayed(&self, cause: DisplayedCause) {
        self.add(Failure::Authorization(cause.name()), None, None);
    }

    /// A client was told that its authorization request was refused. That nobody is signed in
    /// is no failure: applications ask by `prompt=none` whether somebody is.
    pub(super) fn request_refused(&self, cause: RedirectedCause, client: &ClientId) {
        let is_ordinary = matches!(
            cause,
            RedirectedCause::LoginRequired | RedirectedCause::ConsentRequired
        );
        if !is_ordinary {
            self.add(
                Failure::Authorization(cause.name()),
                Some(client.clone()),
                None,
            );
        }
    }

    /// The upstream did not vouch for a person.
    pub(super) fn not_vouched_for(&self, error: &UpstreamError, client: &ClientId) {
        let cause: Cause = error.cause;
        self.add(
            Failure::SignIn(cause.as_str()),
            Some(client.clone()),
            error.detail.request_id.clone(),
        );
    }

    /// A browser came back with an answer that it had not been sent for.
    pub(super) fn unasked_answer(&self) {
        self.add(Failure::UnaskedAnswer, None, None);
    }

    /// A person who is blocked here tried to sign in.
    pub(super) fn blocked(&self, client: &ClientId) {
        self.add(Failure::Blocked, Some(client.clone()), None);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, failure: Failure, client: Option<ClientId>, upstream_request: Option<String>) {
        let more = Count {
            number: 1,
            upstream_request,
        };
        merge(&mut self.counts(), (failure, client), more);
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

/// The client that a request claims to be, if there is such a client. Nothing is proved by it:
/// it is good for counting and for nothing else.
fn claimed(clients: &Clients, authorization: Option<&str>, form: &Parameters) -> Option<ClientId> {
    let by_header = authorization.and_then(|header| {
        let (_, encoded) = header.split_once(' ')?;
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, _) = decoded.split_once(':')?;
        let raw = clients.find(&ClientId::new(id));
        let found = raw.or_else(|| {
            let spaced = id.replace('+', " ");
            let plain = percent_encoding::percent_decode_str(&spaced).decode_utf8();
            clients.find(&ClientId::new(plain.ok()?))
        });
        found.map(|client| client.id.clone())
    });
    let by_form = || {
        let client = clients.find(&ClientId::new(form.get("client_id")?))?;
        Some(client.id.clone())
    };
    let by_assertion = || {
        let payload = form.get("client_assertion")?.split('.').nth(1)?;
        let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let payload: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        let client = clients.find(&ClientId::new(payload.get("sub")?.as_str()?))?;
        Some(client.id.clone())
    };
    by_header.or_else(by_form).or_else(by_assertion)
}
