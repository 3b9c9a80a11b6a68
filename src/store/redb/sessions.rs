//! Sessions and the people behind them.

use async_trait::async_trait;
use redb::{ReadableTable as _, WriteTransaction};

use super::audit::append_event;
use super::deliveries::EndOf;
use super::expiry::{Kind, remember};
use super::logouts::bury;
use super::rows::{
    COOKIES, LINKS, SESSIONS, SUBJECTS, USERIDS, encode, get_row, link_key, put_session,
};
use super::{RedbStore, failed};
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::id::SubjectId;
use crate::domain::identity::{Subject, SubjectStatus};
use crate::domain::secret::Digest;
use crate::domain::session::Session;
use crate::store::{Sessions, SignIn, SignInRecorded, StoreError};

#[async_trait]
impl Sessions for RedbStore {
    async fn find_session(
        &self,
        cookie: &Digest,
    ) -> Result<Option<(Session, Subject)>, StoreError> {
        let transaction = self.read().await?;
        let cookies = transaction.open_table(COOKIES).map_err(failed)?;
        let Some(sid) = cookies.get(cookie.as_bytes().as_slice()).map_err(failed)? else {
            return Ok(None);
        };
        let sessions = transaction.open_table(SESSIONS).map_err(failed)?;
        let Some(session) = get_row::<_, Session>(&sessions, "sessions", sid.value())? else {
            return Ok(None);
        };
        let subjects = transaction.open_table(SUBJECTS).map_err(failed)?;
        let subject = get_row(&subjects, "subjects", session.subject.as_str())?;
        Ok(subject.map(|subject| (session, subject)))
    }

    async fn record_sign_in(&self, act: SignIn) -> Result<SignInRecorded, StoreError> {
        let had_a_session = act.previous_cookie.is_some();
        let recorded = self
            .writer
            .run(move |transaction| record_sign_in(transaction, &act))
            .await?;
        if had_a_session {
            self.asked_for.notify_one();
        }
        Ok(recorded)
    }
}

fn record_sign_in(
    transaction: &WriteTransaction,
    act: &SignIn,
) -> Result<SignInRecorded, StoreError> {
    let (subject, first) = upsert_subject(transaction, act)?;
    if subject.status == SubjectStatus::Blocked {
        return Ok(SignInRecorded::Blocked);
    }
    let sid = leave_previous_session(transaction, act, &subject)?;
    let now = act.now.as_millis();
    let session = Session {
        sid: sid.unwrap_or_else(|| act.new_sid.clone()),
        cookie: act.cookie,
        subject: subject.id.clone(),
        upstream: act.upstream.clone(),
        auth_time: now,
        last_used: now,
        keep_until: act.keep_until.as_millis(),
        ended_at: None,
    };
    put_session(
        &mut transaction.open_table(SESSIONS).map_err(failed)?,
        &session,
    )?;
    transaction
        .open_table(COOKIES)
        .map_err(failed)?
        .insert(act.cookie.as_bytes().as_slice(), session.sid.as_str())
        .map_err(failed)?;
    remember(
        transaction,
        session.keep_until,
        Kind::Session,
        session.sid.as_str().as_bytes(),
    )?;
    append_event(
        transaction,
        &event(
            act,
            EventKind::SignedIn {
                subject: subject.id.clone(),
                sid: session.sid.clone(),
                upstream: act.upstream.clone(),
                client: act.client.clone(),
                first,
            },
        ),
    )?;
    Ok(SignInRecorded::SignedIn(
        Box::new(session),
        Box::new(subject),
    ))
}

/// The subject of the link, made if it is new, with the profile of this sign-in.
fn upsert_subject(
    transaction: &WriteTransaction,
    act: &SignIn,
) -> Result<(Subject, bool), StoreError> {
    let now = act.now.as_millis();
    let mut links = transaction.open_table(LINKS).map_err(failed)?;
    let mut subjects = transaction.open_table(SUBJECTS).map_err(failed)?;
    let known = links
        .get(link_key(&act.identity.link))
        .map_err(failed)?
        .map(|sub| sub.value().to_owned());
    let (mut subject, first) = match known {
        Some(sub) => {
            let row = get_row::<_, Subject>(&subjects, "subjects", sub.as_str())?;
            let subject = row.ok_or_else(|| StoreError::Corrupt {
                table: "links",
                reason: "a link leads to no subject".to_owned(),
            })?;
            (subject, false)
        }
        None => {
            let subject = Subject {
                id: act.new_subject.clone(),
                link: act.identity.link.clone(),
                profile: act.identity.profile.clone(),
                profile_changed_at: now,
                created_at: now,
                last_sign_in: now,
                status: SubjectStatus::Active,
                signed_out_at: None,
                withdrawals: Vec::new(),
            };
            links
                .insert(link_key(&act.identity.link), subject.id.as_str())
                .map_err(failed)?;
            (subject, true)
        }
    };
    if subject.status == SubjectStatus::Blocked {
        return Ok((subject, first));
    }
    if subject.profile != act.identity.profile {
        subject.profile = act.identity.profile.clone();
        subject.profile_changed_at = now;
    }
    subject.last_sign_in = now;
    // A clock that went back must not end the session that begins here, and the next one, and
    // the next.
    subject.signed_out_at = subject.signed_out_at.map(|moment| moment.min(now));
    let row = encode("subjects", &subject)?;
    subjects
        .insert(subject.id.as_str(), row.as_slice())
        .map_err(failed)?;
    move_userid(transaction, act, &subject.id)?;
    Ok((subject, first))
}

/// Keeps the index of (organisation, userid) at its latest holder. When it had another one,
/// the directory reused or re-made the userid: two people for us, and an event to read.
fn move_userid(
    transaction: &WriteTransaction,
    act: &SignIn,
    subject: &SubjectId,
) -> Result<(), StoreError> {
    let profile = &act.identity.profile;
    let mut userids = transaction.open_table(USERIDS).map_err(failed)?;
    let before = userids
        .insert(
            (profile.corp.as_str(), profile.userid.as_str()),
            subject.as_str(),
        )
        .map_err(failed)?
        .map(|sub| SubjectId::new(sub.value()));
    match before {
        Some(before) if before != *subject => append_event(
            transaction,
            &event(
                act,
                EventKind::UseridChangedHands {
                    corp: profile.corp.clone(),
                    userid: profile.userid.clone(),
                    from: before,
                    to: subject.clone(),
                },
            ),
        ),
        _ => Ok(()),
    }
}

/// Deals with the session that this browser had: the same person goes on with it, its
/// cookie replaced (no session fixation); another person's is ended. Returns the sid to go
/// on with.
fn leave_previous_session(
    transaction: &WriteTransaction,
    act: &SignIn,
    subject: &Subject,
) -> Result<Option<crate::domain::id::Sid>, StoreError> {
    let Some(previous) = act.previous_cookie else {
        return Ok(None);
    };
    let mut cookies = transaction.open_table(COOKIES).map_err(failed)?;
    let Some(sid) = cookies
        .remove(previous.as_bytes().as_slice())
        .map_err(failed)?
        .map(|sid| sid.value().to_owned())
    else {
        return Ok(None);
    };
    drop(cookies);
    let found = get_row::<_, Session>(
        &transaction.open_table(SESSIONS).map_err(failed)?,
        "sessions",
        sid.as_str(),
    )?;
    let Some(mut session) = found else {
        return Ok(None);
    };
    if session.subject == subject.id {
        // An end that came between the look and this act stands, the one of all sessions too.
        let is_ended = session.ended_at.is_some() || subject.has_ended(&session);
        let goes_on = !is_ended && act.resume.as_ref() == Some(&session.sid);
        return Ok(goes_on.then_some(session.sid));
    }
    if session.ended_at.is_none() {
        let end = EndOf {
            to_tell: &act.to_tell,
            correlation: &act.correlation,
            now: act.now,
        };
        bury(transaction, &mut session, &end)?;
        append_event(
            transaction,
            &event(
                act,
                EventKind::SessionReplaced {
                    sid: session.sid,
                    subject: session.subject,
                },
            ),
        )?;
    }
    Ok(None)
}

fn event(act: &SignIn, kind: EventKind) -> AuditEvent {
    AuditEvent {
        at: act.now.as_millis(),
        correlation: act.correlation.clone(),
        kind,
    }
}
