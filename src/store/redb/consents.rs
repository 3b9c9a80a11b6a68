//! Consents. One row for each person and client; the moment of a withdrawal is kept with the
//! person, whose row is read with each use of a grant anyway.

use async_trait::async_trait;
use redb::WriteTransaction;

use super::audit::append_event;
use super::ending::revoke_families_of_client;
use super::rows::{CONSENTS, SESSIONS, SUBJECTS, decode, encode, get_row};
use super::{RedbStore, failed};
use crate::clock::Timestamp;
use crate::domain::consent::Consent;
use crate::domain::event::AuditEvent;
use crate::domain::id::{ClientId, SubjectId};
use crate::domain::identity::Subject;
use crate::domain::session::Session;
use crate::store::{ConsentRecorded, ConsentWithdrawn, Consents, RecordConsent, StoreError};

#[async_trait]
impl Consents for RedbStore {
    async fn find_consent(
        &self,
        subject: &SubjectId,
        client: &ClientId,
    ) -> Result<Option<Consent>, StoreError> {
        let consents = self.read().await?.open_table(CONSENTS).map_err(failed)?;
        let key = (subject.as_str(), client.as_str());
        get_row(&consents, "consents", key)
    }

    async fn consents_of(&self, subject: &SubjectId) -> Result<Vec<Consent>, StoreError> {
        let consents = self.read().await?.open_table(CONSENTS).map_err(failed)?;
        let mut found = Vec::new();
        for row in consents.range((subject.as_str(), "")..).map_err(failed)? {
            let (key, value) = row.map_err(failed)?;
            if key.value().0 != subject.as_str() {
                break;
            }
            found.push(decode("consents", value.value())?);
        }
        Ok(found)
    }

    async fn record_consent(&self, act: RecordConsent) -> Result<ConsentRecorded, StoreError> {
        self.writer
            .run(move |transaction| record_consent(transaction, &act))
            .await
    }

    async fn withdraw_consent(
        &self,
        subject: SubjectId,
        client: ClientId,
        event: AuditEvent,
        now: Timestamp,
    ) -> Result<ConsentWithdrawn, StoreError> {
        self.writer
            .run(move |transaction| withdraw_consent(transaction, &subject, &client, &event, now))
            .await
    }
}

fn record_consent(
    transaction: &WriteTransaction,
    act: &RecordConsent,
) -> Result<ConsentRecorded, StoreError> {
    let given = &act.consent;
    let session = get_row::<_, Session>(
        &transaction.open_table(SESSIONS).map_err(failed)?,
        "sessions",
        act.sid.as_str(),
    )?;
    let Some(session) = session.filter(|it| it.ended_at.is_none() && it.subject == given.subject)
    else {
        return Ok(ConsentRecorded::SessionGone);
    };
    let subject = find_subject(transaction, &given.subject)?;
    let Some(mut subject) = subject.filter(|subject| !subject.has_ended(&session)) else {
        return Ok(ConsentRecorded::SessionGone);
    };
    let mut consents = transaction.open_table(CONSENTS).map_err(failed)?;
    let key = (given.subject.as_str(), given.client.as_str());
    let before = get_row::<_, Consent>(&consents, "consents", key)?;
    let row = match before {
        Some(before) if before.covers(&given.scope, given.claims) => {
            return Ok(ConsentRecorded::Unchanged);
        }
        Some(before) => before.and(&given.scope, given.claims),
        None => given.clone(),
    };
    let bytes = encode("consents", &row)?;
    consents.insert(key, bytes.as_slice()).map_err(failed)?;
    // What is given from now on is good, also by a clock that went back since a withdrawal.
    let last = act.now.as_millis().saturating_sub(1);
    let late = |(client, at): &(ClientId, i64)| *client == given.client && *at > last;
    if subject.withdrawals.iter().any(late) {
        for withdrawal in subject.withdrawals.iter_mut().filter(|it| late(it)) {
            withdrawal.1 = last;
        }
        put_subject(transaction, &subject)?;
    }
    append_event(transaction, &act.event)?;
    Ok(ConsentRecorded::Recorded)
}

fn withdraw_consent(
    transaction: &WriteTransaction,
    subject: &SubjectId,
    client: &ClientId,
    event: &AuditEvent,
    now: Timestamp,
) -> Result<ConsentWithdrawn, StoreError> {
    let removed = transaction
        .open_table(CONSENTS)
        .map_err(failed)?
        .remove((subject.as_str(), client.as_str()))
        .map_err(failed)?
        .is_some();
    if !removed {
        return Ok(ConsentWithdrawn::Unknown);
    }
    if let Some(mut subject) = find_subject(transaction, subject)? {
        subject.withdrawals.retain(|(from, _)| from != client);
        subject.withdrawals.push((client.clone(), now.as_millis()));
        put_subject(transaction, &subject)?;
    }
    revoke_families_of_client(transaction, subject, client, now)?;
    append_event(transaction, event)?;
    Ok(ConsentWithdrawn::Withdrawn)
}

fn find_subject(
    transaction: &WriteTransaction,
    id: &SubjectId,
) -> Result<Option<Subject>, StoreError> {
    get_row(
        &transaction.open_table(SUBJECTS).map_err(failed)?,
        "subjects",
        id.as_str(),
    )
}

fn put_subject(transaction: &WriteTransaction, subject: &Subject) -> Result<(), StoreError> {
    let row = encode("subjects", subject)?;
    transaction
        .open_table(SUBJECTS)
        .map_err(failed)?
        .insert(subject.id.as_str(), row.as_slice())
        .map_err(failed)?;
    Ok(())
}
