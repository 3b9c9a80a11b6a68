//! The audit log. Events are numbered in the order of their commits, never by the clock: one
//! that jumps back must neither hide an event from who follows the log nor write over one.
//!
//! Counted failures lie in a table of their own, in one row of numbers with the others.
//! Anybody can cause them without signing in, so what they may take of the log is bounded:
//! whoever tries to wash away what happened with a flood of failures washes away failures.

use async_trait::async_trait;
use redb::{
    AccessGuard, ReadTransaction, ReadableTable, ReadableTableMetadata, TableDefinition,
    TableHandle as _, WriteTransaction,
};
use serde::Deserialize;
use tokio::sync::watch;

use super::key_memory::remember_revoked;
use super::rows::{EVENTS, FAILURES, META, decode, encode};
use super::{RedbStore, elsewhere, failed};
use crate::domain::event::{AuditEvent, NumberedEvent};
use crate::domain::revoked_key::RevokedKey;
use crate::store::{Audit, AuditKeeping, Retention, StoreError};

/// The number of the latest event that was forgotten: numbers go on from there when no event
/// is left.
const FORGOTTEN: &str = "events_forgotten";

/// Most rows of each table that one act forgets, so that it never holds up the writer for long.
const MOST_PER_ACT: usize = 1_000;

/// The part of the rows, one in so many, that counted failures may take.
const PART_OF_FAILURES: u64 = 10;

/// The log as the first version kept it: by moment, and a number within the moment.
const BY_MOMENT: TableDefinition<(i64, u64), &[u8]> = TableDefinition::new("audit");

#[async_trait]
impl Audit for RedbStore {
    async fn latest_events(&self, most: usize) -> Result<Vec<AuditEvent>, StoreError> {
        let latest = before(&self.read().await?, u64::MAX, most)?;
        Ok(latest.into_iter().map(|numbered| numbered.event).collect())
    }

    async fn events_after(
        &self,
        number: u64,
        most: usize,
    ) -> Result<Vec<NumberedEvent>, StoreError> {
        let transaction = self.read().await?;
        elsewhere(move || after(&transaction, number, most)).await
    }

    async fn events_before(
        &self,
        number: u64,
        most: usize,
    ) -> Result<Vec<NumberedEvent>, StoreError> {
        let transaction = self.read().await?;
        elsewhere(move || before(&transaction, number, most)).await
    }
}

#[async_trait]
impl AuditKeeping for RedbStore {
    async fn append_events(&self, events: Vec<AuditEvent>) -> Result<(), StoreError> {
        self.writer
            .run(move |transaction| {
                events
                    .iter()
                    .try_for_each(|event| append_event(transaction, event))
            })
            .await
    }

    async fn tell_of_keys(
        &self,
        events: Vec<AuditEvent>,
        revoked: Vec<RevokedKey>,
    ) -> Result<(), StoreError> {
        self.writer
            .run(move |transaction| {
                remember_revoked(transaction, &revoked)?;
                events
                    .iter()
                    .try_for_each(|event| append_event(transaction, event))
            })
            .await
    }

    async fn forget_events(&self, retention: Retention) -> Result<usize, StoreError> {
        self.writer
            .run(move |transaction| {
                let failures = retention.most_rows / PART_OF_FAILURES;
                let events = retention.most_rows.saturating_sub(failures);
                let since = retention.since.as_millis();
                Ok(forget(transaction, EVENTS, since, events)?
                    + forget(transaction, FAILURES, since, failures)?)
            })
            .await
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.writer.commits()
    }
}

type Row<'r> = (AccessGuard<'r, u64>, AccessGuard<'r, &'static [u8]>);

pub(super) fn after(
    transaction: &ReadTransaction,
    number: u64,
    most: usize,
) -> Result<Vec<NumberedEvent>, StoreError> {
    let Some(first) = number.checked_add(1) else {
        return Ok(Vec::new());
    };
    let mut events = Vec::new();
    for table in [EVENTS, FAILURES] {
        let table = transaction.open_table(table).map_err(failed)?;
        take(table.range(first..).map_err(failed)?, most, &mut events)?;
    }
    events.sort_unstable_by_key(|event| event.number);
    events.truncate(most);
    Ok(events)
}

pub(super) fn before(
    transaction: &ReadTransaction,
    number: u64,
    most: usize,
) -> Result<Vec<NumberedEvent>, StoreError> {
    let mut events = Vec::new();
    for table in [EVENTS, FAILURES] {
        let table = transaction.open_table(table).map_err(failed)?;
        let rows = table.range(..number).map_err(failed)?;
        take(rows.rev(), most, &mut events)?;
    }
    events.sort_unstable_by_key(|event| std::cmp::Reverse(event.number));
    events.truncate(most);
    Ok(events)
}

/// Takes so many events. A row that can't be read (damage, or an event of a later version)
/// must not hide all others: it is complained of and passed over.
fn take<'r>(
    rows: impl Iterator<Item = Result<Row<'r>, redb::StorageError>>,
    most: usize,
    events: &mut Vec<NumberedEvent>,
) -> Result<(), StoreError> {
    let enough = events.len() + most;
    for row in rows {
        if events.len() == enough {
            break;
        }
        let (number, row) = row.map_err(failed)?;
        let number = number.value();
        match decode("events", row.value()) {
            Ok(event) => events.push(NumberedEvent { number, event }),
            Err(error) => tracing::error!(number, %error, "an event is passed over"),
        }
    }
    Ok(())
}

/// Appends an event under the next number.
pub(super) fn append_event(
    transaction: &WriteTransaction,
    event: &AuditEvent,
) -> Result<(), StoreError> {
    let mut events = transaction.open_table(EVENTS).map_err(failed)?;
    let mut failures = transaction.open_table(FAILURES).map_err(failed)?;
    let number = match last(&events)?.max(last(&failures)?) {
        Some(latest) => latest,
        None => forgotten(transaction)?,
    }
    .saturating_add(1);
    let row = encode("events", event)?;
    let table = if event.kind.is_anybodys() {
        &mut failures
    } else {
        &mut events
    };
    table.insert(number, row.as_slice()).map_err(failed)?;
    Ok(())
}

fn last(table: &impl ReadableTable<u64, &'static [u8]>) -> Result<Option<u64>, StoreError> {
    let last = table.last().map_err(failed)?;
    Ok(last.map(|(number, _)| number.value()))
}

fn forgotten(transaction: &WriteTransaction) -> Result<u64, StoreError> {
    let meta = transaction.open_table(META).map_err(failed)?;
    let number = meta.get(FORGOTTEN).map_err(failed)?;
    Ok(number.map_or(0, |number| number.value()))
}

/// When a row's event happened.
#[derive(Deserialize)]
struct When {
    at: i64,
}

/// Forgets the oldest rows of a table: those beyond `most`, and then those from before
/// `since`, up to the first that is younger. A row that was written while the clock was ahead
/// keeps those behind it until its own time; the cap holds all the same.
fn forget(
    transaction: &WriteTransaction,
    table: TableDefinition<u64, &[u8]>,
    since: i64,
    most: u64,
) -> Result<usize, StoreError> {
    let mut rows = transaction.open_table(table).map_err(failed)?;
    let surplus = rows.len().map_err(failed)?.saturating_sub(most);
    let mut due = Vec::new();
    for (index, row) in rows.iter().map_err(failed)?.take(MOST_PER_ACT).enumerate() {
        let (number, row) = row.map_err(failed)?;
        let too_many = u64::try_from(index).is_ok_and(|index| index < surplus);
        if !too_many {
            match decode::<When>("events", row.value()) {
                Ok(event) if event.at >= since => break,
                Ok(_) => {}
                // What can't be read has no age; the cap takes it in its turn.
                Err(_) => continue,
            }
        }
        due.push(number.value());
    }
    for number in &due {
        rows.remove(number).map_err(failed)?;
    }
    if let Some(latest) = due.last()
        && *latest > forgotten(transaction)?
    {
        let mut meta = transaction.open_table(META).map_err(failed)?;
        meta.insert(FORGOTTEN, latest).map_err(failed)?;
    }
    Ok(due.len())
}

/// Takes over the log of a file that kept it by moment.
pub(super) fn adopt_earlier(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let is_there = transaction
        .list_tables()
        .map_err(failed)?
        .any(|table| table.name() == BY_MOMENT.name());
    if !is_there {
        return Ok(());
    }
    {
        let earlier = transaction.open_table(BY_MOMENT).map_err(failed)?;
        let mut events = transaction.open_table(EVENTS).map_err(failed)?;
        let mut number = last(&events)?.unwrap_or(0);
        for row in earlier.iter().map_err(failed)? {
            let (_, row) = row.map_err(failed)?;
            number = number.saturating_add(1);
            events.insert(number, row.value()).map_err(failed)?;
        }
    }
    transaction
        .delete_table(BY_MOMENT)
        .map_err(failed)
        .map(drop)
}
