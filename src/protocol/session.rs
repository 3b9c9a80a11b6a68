//! The session behind a browser's cookie, if it still signs its person in.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::domain::identity::{Subject, SubjectStatus};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::secret::Digest;
use crate::domain::session::Session;
use crate::store::{Sessions, StoreError};

/// Looks sessions up.
#[derive(Clone)]
pub struct LiveSessions {
    store: Arc<dyn Sessions>,
    lifetimes: Lifetimes,
}

impl LiveSessions {
    /// Over that store, with those lifetimes.
    #[must_use]
    pub fn new(store: Arc<dyn Sessions>, lifetimes: Lifetimes) -> Self {
        Self { store, lifetimes }
    }

    /// The session that `cookie` opens: neither expired nor ended, its person active.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(
        &self,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<(Session, Subject)>, StoreError> {
        let Some(cookie) = cookie else {
            return Ok(None);
        };
        let found = self.store.find_session(&Digest::of(cookie)).await?;
        Ok(found.filter(|(session, subject)| {
            session.is_live(&self.lifetimes, now)
                && subject.status == SubjectStatus::Active
                && !subject.has_ended(session)
        }))
    }

    /// The session that `cookie` opens, expired or not, unless it was ended: what a logout
    /// can end.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find_unended(
        &self,
        cookie: Option<&str>,
    ) -> Result<Option<(Session, Subject)>, StoreError> {
        let Some(cookie) = cookie else {
            return Ok(None);
        };
        let found = self.store.find_session(&Digest::of(cookie)).await?;
        Ok(found
            .filter(|(session, subject)| session.ended_at.is_none() && !subject.has_ended(session)))
    }

    /// Whether a use at `now` is worth a write: often enough for the idle limit to be exact
    /// to a twentieth, seldom enough to cost nothing.
    #[must_use]
    pub fn is_touch_due(&self, session: &Session, now: Timestamp) -> bool {
        now.since(Timestamp::from_millis(session.last_used)) >= self.lifetimes.session_idle / 20
    }
}
