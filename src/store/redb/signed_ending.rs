//! Ends of what one key signed: what a reader found (`signed_by.rs`), looked at again within the
//! act. Grants come first: a session that only a grant leads to is noted then, so that the
//! sessions find it.

use redb::WriteTransaction;

use super::audit::append_event;
use super::deliveries::{EndOf, enqueue};
use super::ending::revoke_grant;
use super::grants::context_of;
use super::logouts::{bury, find};
use super::session_keys::note_key;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::id::{GrantId, Sid};
use crate::domain::standing::standing;
use crate::store::{EndSignedBy, EndedBatch, StoreError};

/// What a reader found.
pub(super) enum Found {
    Grants(Vec<GrantId>),
    Sessions(Vec<Sid>),
}

impl Found {
    pub(super) const fn is_empty(&self) -> bool {
        match self {
            Self::Grants(grants) => grants.is_empty(),
            Self::Sessions(sids) => sids.is_empty(),
        }
    }
}

/// Ends what still is to be ended of it.
pub(super) fn end(
    transaction: &WriteTransaction,
    act: &EndSignedBy,
    found: &Found,
) -> Result<EndedBatch, StoreError> {
    let mut batch = EndedBatch::default();
    match found {
        Found::Grants(grants) => {
            for id in grants {
                batch.grants += count(end_grant(transaction, act, id), id.as_str())?;
            }
        }
        Found::Sessions(sids) => {
            for sid in sids {
                batch.sessions += count(end_session(transaction, act, sid), sid.as_str())?;
            }
        }
    }
    if batch.grants > 0 || batch.sessions > 0 {
        let kind = EventKind::SignedByEnded {
            kid: act.kid.clone(),
            grants: batch.grants,
            sessions: batch.sessions,
        };
        tell(transaction, act, kind)?;
    }
    Ok(batch)
}

/// A row that can't be read must not keep all others from being ended.
fn count(ended: Result<bool, StoreError>, name: &str) -> Result<u64, StoreError> {
    match ended {
        Ok(was_good) => Ok(u64::from(was_good)),
        Err(error @ StoreError::Corrupt { .. }) => {
            tracing::error!(name, %error, "what a revoked key signed can't be ended wholly");
            Ok(0)
        }
        Err(error) => Err(error),
    }
}

/// Revokes a grant of the key; tells whether it was good until now. One that was refreshed
/// under another key since the reader's look stays.
fn end_grant(
    transaction: &WriteTransaction,
    act: &EndSignedBy,
    id: &GrantId,
) -> Result<bool, StoreError> {
    let context = context_of(transaction, id)?;
    let Some(context) = context.filter(|it| it.grant.id_token_kid == act.kid) else {
        return Ok(false);
    };
    let (session, subject) = (context.session.as_ref(), context.subject.as_ref());
    let stands = standing(&context.grant, session, subject).is_ok();
    // Also where it does not stand: no clock that goes back may bring it to life again.
    revoke_grant(transaction, id, act.now)?;
    if !stands {
        return Ok(false);
    }
    let grant = context.grant;
    if session.is_some_and(|session| session.ended_at.is_none()) {
        note_key(transaction, &grant, &act.kid)?;
        return Ok(true);
    }
    // Its session is over, and nothing tells the client or the log but this.
    if act.to_tell.contains(&grant.client) {
        let end = end_of(act);
        enqueue(
            transaction,
            (&grant.subject, &grant.sid),
            &grant.client,
            &end,
        )?;
    }
    let kind = EventKind::GrantEnded {
        client: grant.client,
        subject: grant.subject,
        grant: grant.id,
        kid: act.kid.clone(),
    };
    tell(transaction, act, kind)?;
    Ok(true)
}

/// Ends a session in which the key signed; tells whether it was not ended until now.
fn end_session(
    transaction: &WriteTransaction,
    act: &EndSignedBy,
    sid: &Sid,
) -> Result<bool, StoreError> {
    let found = find(transaction, sid)?;
    let Some(mut session) = found.filter(|session| session.ended_at.is_none()) else {
        return Ok(false);
    };
    bury(transaction, &mut session, &end_of(act))?;
    let kind = EventKind::SessionEnded {
        sid: session.sid,
        subject: session.subject,
        client: None,
        kid: Some(act.kid.clone()),
    };
    tell(transaction, act, kind)?;
    Ok(true)
}

fn end_of(act: &EndSignedBy) -> EndOf<'_> {
    EndOf {
        to_tell: &act.to_tell,
        correlation: &act.correlation,
        now: act.now,
    }
}

fn tell(
    transaction: &WriteTransaction,
    act: &EndSignedBy,
    kind: EventKind,
) -> Result<(), StoreError> {
    append_event(
        transaction,
        &AuditEvent {
            at: act.now.as_millis(),
            correlation: act.correlation.clone(),
            kind,
        },
    )
}
