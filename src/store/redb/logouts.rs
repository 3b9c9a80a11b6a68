//! Ends of sessions: the tombstone, who took part, and what is enqueued for them.

use async_trait::async_trait;
use redb::{ReadableTable as _, WriteTransaction};

use super::RedbStore;
use super::audit::append_event;
use super::deliveries::{EndOf, enqueue};
use super::ending::revoke_families_of_session;
use super::failed;
use super::rows::{PARTICIPANTS, SESSIONS, get_row, put_session};
use crate::clock::Timestamp;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::id::{ClientId, Sid, SubjectId};
use crate::domain::session::Session;
use crate::store::{EndSession, Logouts, SessionEnd, StoreError};

#[async_trait]
impl Logouts for RedbStore {
    async fn end_session(&self, act: EndSession) -> Result<SessionEnd, StoreError> {
        let ended = self
            .writer
            .run(move |transaction| end_session(transaction, &act))
            .await?;
        self.asked_for.notify_one();
        Ok(ended)
    }
}

fn end_session(transaction: &WriteTransaction, act: &EndSession) -> Result<SessionEnd, StoreError> {
    let Some(mut session) = find(transaction, &act.sid)? else {
        return Ok(SessionEnd::Unknown);
    };
    if session.ended_at.is_some() {
        return Ok(SessionEnd::AlreadyEnded);
    }
    let told = EndOf {
        to_tell: &act.to_tell,
        correlation: &act.correlation,
        now: act.now,
    };
    let participants = bury(transaction, &mut session, &told)?;
    append_event(
        transaction,
        &AuditEvent {
            at: act.now.as_millis(),
            correlation: act.correlation.clone(),
            kind: EventKind::SessionEnded {
                sid: session.sid,
                subject: session.subject,
                client: act.client.clone(),
                kid: None,
            },
        },
    )?;
    Ok(SessionEnd::Ended(participants))
}

/// Ends a session that lives: the one place where a tombstone is written. Returns who took
/// part.
pub(super) fn bury(
    transaction: &WriteTransaction,
    session: &mut Session,
    end: &EndOf<'_>,
) -> Result<Vec<ClientId>, StoreError> {
    session.ended_at = Some(end.now.as_millis());
    put_session(
        &mut transaction.open_table(SESSIONS).map_err(failed)?,
        session,
    )?;
    revoke_families_of_session(transaction, &session.subject, &session.sid, end.now)?;
    let participants = participants(transaction, session)?;
    for client in &participants {
        if end.to_tell.contains(client) {
            enqueue(transaction, (&session.subject, &session.sid), client, end)?;
        }
    }
    Ok(participants)
}

/// Ends every session of a person in which an application took part. Those without one need
/// no row: the moment that is kept with the person ends them.
pub(super) fn bury_all(
    transaction: &WriteTransaction,
    subject: &SubjectId,
    end: &EndOf<'_>,
) -> Result<(), StoreError> {
    let mut sids: Vec<String> = Vec::new();
    {
        let table = transaction.open_table(PARTICIPANTS).map_err(failed)?;
        for row in table.range((subject.as_str(), "", "")..).map_err(failed)? {
            let (key, _) = row.map_err(failed)?;
            let (whose, sid, _) = key.value();
            if whose != subject.as_str() {
                break;
            }
            if sids.last().is_none_or(|last| last != sid) {
                sids.push(sid.to_owned());
            }
        }
    }
    for sid in sids {
        let found = find(transaction, &Sid::new(sid))?;
        if let Some(mut session) = found.filter(|session| session.ended_at.is_none()) {
            bury(transaction, &mut session, end)?;
        }
    }
    Ok(())
}

/// Remembers that a client takes part in a session: it has redeemed a code of it.
pub(super) fn take_part(
    transaction: &WriteTransaction,
    subject: &SubjectId,
    sid: &Sid,
    client: &ClientId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut table = transaction.open_table(PARTICIPANTS).map_err(failed)?;
    let key = (subject.as_str(), sid.as_str(), client.as_str());
    table.insert(key, now.as_millis()).map_err(failed)?;
    Ok(())
}

/// Who took part in a session, in no order that means anything.
fn participants(
    transaction: &WriteTransaction,
    session: &Session,
) -> Result<Vec<ClientId>, StoreError> {
    let table = transaction.open_table(PARTICIPANTS).map_err(failed)?;
    let (subject, sid) = (session.subject.as_str(), session.sid.as_str());
    let mut clients = Vec::new();
    for row in table.range((subject, sid, "")..).map_err(failed)? {
        let (key, _) = row.map_err(failed)?;
        let (whose, which, client) = key.value();
        if (whose, which) != (subject, sid) {
            break;
        }
        clients.push(ClientId::new(client));
    }
    Ok(clients)
}

/// Goes with the session's row.
pub(super) fn forget_participants(
    transaction: &WriteTransaction,
    session: &Session,
) -> Result<(), StoreError> {
    let clients = participants(transaction, session)?;
    let mut table = transaction.open_table(PARTICIPANTS).map_err(failed)?;
    for client in clients {
        let key = (
            session.subject.as_str(),
            session.sid.as_str(),
            client.as_str(),
        );
        table.remove(key).map_err(failed)?;
    }
    Ok(())
}

pub(super) fn find(
    transaction: &WriteTransaction,
    sid: &Sid,
) -> Result<Option<Session>, StoreError> {
    get_row(
        &transaction.open_table(SESSIONS).map_err(failed)?,
        "sessions",
        sid.as_str(),
    )
}
