//! After a key was revoked: what it signed is ended, batch by batch, so that other writes get
//! their turn. That it is still to be done stands in the list of keys, so that a process that
//! is killed goes on with it at its next start.
//!
//! A request that had taken the key before it was revoked may still write a grant of it
//! afterwards; so the end is made twice, the second time when no such request can be left.

use std::sync::Arc;
use std::time::Duration;

use super::own_thread::on_its_own_thread;
use super::{Ended, KeyOffice};
use crate::clock::Timestamp;
use crate::store::{EndSignedBy, SignedCursor, StoreError};

/// The server gives up on an answer that takes longer.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);

/// When a failed end is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(5);

impl KeyOffice {
    /// Ends what one key signed; as far as it gets.
    pub(super) async fn end_signed_by(&self, kid: &str) -> Ended {
        let mut ended = Ended::default();
        let outcome = self.end_all(kid, &mut ended).await;
        ended.complete = outcome.is_ok();
        if let Err(error) = outcome {
            tracing::error!(
                %error, kid,
                "what a revoked key signed could not be ended yet; it is tried again"
            );
        } else if ended.grants > 0 || ended.sessions > 0 {
            tracing::warn!(
                kid,
                grants = ended.grants,
                sessions = ended.sessions,
                "ended what a revoked key signed"
            );
        }
        ended
    }

    /// What was ended before a failure is counted, too.
    async fn end_all(&self, kid: &str, ended: &mut Ended) -> Result<(), StoreError> {
        let mut act = EndSignedBy {
            kid: kid.to_owned(),
            from: SignedCursor::default(),
            to_tell: self.parts.clients.to_tell(),
            correlation: String::new(),
            now: self.now(),
        };
        loop {
            let batch = self.parts.signed_by.end_signed_by(act.clone()).await?;
            ended.grants = ended.grants.saturating_add(batch.grants);
            ended.sessions = ended.sessions.saturating_add(batch.sessions);
            match batch.next {
                Some(next) => act.from = next,
                None => return Ok(()),
            }
        }
    }

    /// Goes on with what is still to be ended; says when there will be something again.
    pub(super) async fn go_on_ending(&self) -> Option<Duration> {
        // An operator's own revocation is at it, and wakes us afterwards.
        let Ok(_turn) = self.ending.try_lock() else {
            return Some(TRY_AGAIN);
        };
        let Ok(snapshot) = self.snapshot().await else {
            return Some(TRY_AGAIN);
        };
        let mut again: Option<Duration> = None;
        for key in snapshot.keys.keys.iter().filter(|key| key.to_end) {
            let left = self.end_once_more(&key.kid, key.revoked_at).await;
            again = again.into_iter().chain(left).min();
        }
        again
    }

    /// Says how long it is until the end must be made again, if so.
    async fn end_once_more(&self, kid: &str, revoked_at: Option<Timestamp>) -> Option<Duration> {
        let begun = self.now();
        if !self.end_signed_by(kid).await.complete {
            return Some(TRY_AGAIN);
        }
        let over = revoked_at.unwrap_or(begun).plus(LONGEST_ANSWER);
        if begun <= over {
            return Some(over.since(begun).max(Duration::from_millis(1)));
        }
        let custody = Arc::clone(&self.parts.custody);
        let done = kid.to_owned();
        match on_its_own_thread(move || custody.ended(&done, begun)).await {
            Ok(Ok(())) => None,
            // It stays written down, and is ended once more.
            Ok(Err(_)) | Err(_) => Some(LONGEST_ANSWER),
        }
    }
}
