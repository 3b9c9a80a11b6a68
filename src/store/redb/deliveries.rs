//! Deliveries of logout tokens: a row for each, and an index that tells what is due. The
//! index is ordered by client first, so that what is due for one client is found behind any
//! queue of another's.

use async_trait::async_trait;
use redb::{ReadTransaction, WriteTransaction};

use super::audit::append_event;
use super::expiry::{Kind, remember};
use super::rows::{DELIVERIES, DUE_DELIVERIES, decode, encode, get_row};
use super::{RedbStore, failed};
use crate::clock::Timestamp;
use crate::domain::event::{AuditEvent, DeliveryOutcome, EventKind};
use crate::domain::id::{ClientId, Sid, SubjectId};
use crate::domain::logout::{DeliveryState, LogoutDelivery};
use crate::store::{Attempt, AttemptMade, AttemptRecorded, Deliveries, DueDeliveries, StoreError};

/// How an end is told.
pub(super) struct EndOf<'a> {
    pub(super) to_tell: &'a [ClientId],
    pub(super) correlation: &'a str,
    pub(super) now: Timestamp,
}

#[async_trait]
impl Deliveries for RedbStore {
    async fn due_deliveries(
        &self,
        now: Timestamp,
        most_per_client: usize,
    ) -> Result<DueDeliveries, StoreError> {
        due(&self.read().await?, now.as_millis(), most_per_client)
    }

    async fn record_attempt(&self, act: AttemptMade) -> Result<AttemptRecorded, StoreError> {
        self.writer
            .run(move |transaction| record_attempt(transaction, &act))
            .await
    }

    async fn drop_delivery(&self, client: ClientId, sid: Sid) -> Result<(), StoreError> {
        self.writer
            .run(move |transaction| match find(transaction, &client, &sid)? {
                Some(delivery) => {
                    leave_queue(transaction, &delivery)?;
                    forget(transaction, &client, &sid)
                }
                None => Ok(()),
            })
            .await
    }

    async fn deliveries_of(
        &self,
        client: &ClientId,
        most: usize,
    ) -> Result<Vec<LogoutDelivery>, StoreError> {
        let (transaction, client) = (self.read().await?, client.clone());
        // As long as the client's queue is: not for a thread that answers requests.
        tokio::task::spawn_blocking(move || all_of(&transaction, &client, most))
            .await
            .map_err(|error| StoreError::Failed(error.to_string()))?
    }

    async fn deliveries_asked_for(&self) {
        self.asked_for.notified().await;
    }
}

/// Goes from client to client, taking the first rows of each.
fn due(
    transaction: &ReadTransaction,
    now: i64,
    most_per_client: usize,
) -> Result<DueDeliveries, StoreError> {
    let queue = transaction.open_table(DUE_DELIVERIES).map_err(failed)?;
    let rows = transaction.open_table(DELIVERIES).map_err(failed)?;
    let mut found = DueDeliveries::default();
    let mut from = String::new();
    loop {
        let first = queue
            .range((from.as_str(), i64::MIN, "")..)
            .map_err(failed)?
            .next()
            .transpose()
            .map_err(failed)?;
        let Some((key, ())) = first.map(|(key, value)| (key, value.value())) else {
            return Ok(found);
        };
        let client = key.value().0.to_owned();
        for entry in queue
            .range((client.as_str(), i64::MIN, "")..(client.as_str(), now.saturating_add(1), ""))
            .map_err(failed)?
            .take(most_per_client)
        {
            let (key, _) = entry.map_err(failed)?;
            let (client, _, sid) = key.value();
            found
                .due
                .extend(get_row(&rows, "deliveries", (client, sid))?);
        }
        let later = queue
            .range((client.as_str(), now.saturating_add(1), "")..)
            .map_err(failed)?
            .next()
            .transpose()
            .map_err(failed)?;
        if let Some((key, _)) = later
            && key.value().0 == client
        {
            let next_at = Timestamp::from_millis(key.value().1);
            found.next_at = Some(found.next_at.map_or(next_at, |known| known.min(next_at)));
        }
        // The least text that is greater.
        from = client;
        from.push('\0');
    }
}

fn all_of(
    transaction: &ReadTransaction,
    client: &ClientId,
    most: usize,
) -> Result<Vec<LogoutDelivery>, StoreError> {
    let table = transaction.open_table(DELIVERIES).map_err(failed)?;
    let mut found: Vec<LogoutDelivery> = Vec::new();
    for row in table.range((client.as_str(), "")..).map_err(failed)? {
        let (key, row) = row.map_err(failed)?;
        if key.value().0 != client.as_str() {
            break;
        }
        found.push(decode("deliveries", row.value())?);
    }
    found.sort_by_key(|delivery| std::cmp::Reverse(delivery.ended_at));
    found.truncate(most);
    Ok(found)
}

/// Asks for a delivery, due at once. One that is there already stands.
pub(super) fn enqueue(
    transaction: &WriteTransaction,
    (subject, sid): (&SubjectId, &Sid),
    client: &ClientId,
    end: &EndOf<'_>,
) -> Result<(), StoreError> {
    if find(transaction, client, sid)?.is_some() {
        return Ok(());
    }
    let delivery = LogoutDelivery {
        client: client.clone(),
        subject: subject.clone(),
        sid: sid.clone(),
        correlation: end.correlation.to_owned(),
        ended_at: end.now.as_millis(),
        attempts: 0,
        state: DeliveryState::Waiting {
            next_at: end.now.as_millis(),
        },
    };
    put(transaction, &delivery)
}

fn record_attempt(
    transaction: &WriteTransaction,
    act: &AttemptMade,
) -> Result<AttemptRecorded, StoreError> {
    let found = find(transaction, &act.delivery.client, &act.delivery.sid)?;
    let Some(mut delivery) = found.filter(|found| *found == act.delivery) else {
        return Ok(AttemptRecorded::MovedOn);
    };
    leave_queue(transaction, &delivery)?;
    let at = act.now.as_millis();
    delivery.attempts = delivery.attempts.saturating_add(1);
    let (state, outcome) = match act.attempt {
        Attempt::Delivered => (DeliveryState::Delivered { at }, DeliveryOutcome::Delivered),
        Attempt::Failed { next_at } => (
            DeliveryState::Waiting {
                next_at: next_at.as_millis(),
            },
            DeliveryOutcome::Failed,
        ),
        Attempt::GivenUp => (DeliveryState::GivenUp { at }, DeliveryOutcome::GivenUp),
    };
    delivery.state = state;
    put(transaction, &delivery)?;
    if outcome != DeliveryOutcome::Failed {
        remember(
            transaction,
            LogoutDelivery::keep_until(act.now).as_millis(),
            Kind::Delivery,
            key_of(&delivery.client, &delivery.sid).as_bytes(),
        )?;
    }
    append_event(
        transaction,
        &AuditEvent {
            at,
            correlation: delivery.correlation,
            kind: EventKind::LogoutDelivery {
                client: delivery.client,
                subject: delivery.subject,
                sid: Some(delivery.sid),
                attempt: delivery.attempts,
                outcome,
                answer: act.answer.clone(),
            },
        },
    )?;
    Ok(AttemptRecorded::Recorded)
}

fn put(transaction: &WriteTransaction, delivery: &LogoutDelivery) -> Result<(), StoreError> {
    let (client, sid) = (delivery.client.as_str(), delivery.sid.as_str());
    let row = encode("deliveries", delivery)?;
    transaction
        .open_table(DELIVERIES)
        .map_err(failed)?
        .insert((client, sid), row.as_slice())
        .map_err(failed)?;
    match delivery.state {
        DeliveryState::Waiting { next_at } => {
            transaction
                .open_table(DUE_DELIVERIES)
                .map_err(failed)?
                .insert((client, next_at, sid), ())
                .map_err(failed)?;
        }
        DeliveryState::Delivered { .. } | DeliveryState::GivenUp { .. } => {}
    }
    Ok(())
}

fn leave_queue(
    transaction: &WriteTransaction,
    delivery: &LogoutDelivery,
) -> Result<(), StoreError> {
    match delivery.state {
        DeliveryState::Waiting { next_at } => {
            transaction
                .open_table(DUE_DELIVERIES)
                .map_err(failed)?
                .remove((delivery.client.as_str(), next_at, delivery.sid.as_str()))
                .map_err(failed)?;
        }
        DeliveryState::Delivered { .. } | DeliveryState::GivenUp { .. } => {}
    }
    Ok(())
}

fn find(
    transaction: &WriteTransaction,
    client: &ClientId,
    sid: &Sid,
) -> Result<Option<LogoutDelivery>, StoreError> {
    get_row(
        &transaction.open_table(DELIVERIES).map_err(failed)?,
        "deliveries",
        (client.as_str(), sid.as_str()),
    )
}

fn forget(transaction: &WriteTransaction, client: &ClientId, sid: &Sid) -> Result<(), StoreError> {
    transaction
        .open_table(DELIVERIES)
        .map_err(failed)?
        .remove((client.as_str(), sid.as_str()))
        .map_err(failed)?;
    Ok(())
}

/// The key in the expiry table. A sid holds no blank, so that it ends at the first one.
fn key_of(client: &ClientId, sid: &Sid) -> String {
    format!("{sid} {client}")
}

/// Removes a delivery whose time of being kept is over.
pub(super) fn sweep_one(transaction: &WriteTransaction, key: &str) -> Result<(), StoreError> {
    match key.split_once(' ') {
        Some((sid, client)) => forget(transaction, &ClientId::new(client), &Sid::new(sid)),
        None => Ok(()),
    }
}
