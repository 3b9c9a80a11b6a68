//! Tables and the form of their rows: JSON behind one byte that tells its version.

use std::borrow::Borrow;

use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};
use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned};

use super::failed;
use crate::domain::identity::Link;
use crate::domain::session::Session;
use crate::store::StoreError;

pub(super) const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
/// sub → Subject
pub(super) const SUBJECTS: TableDefinition<&str, &[u8]> = TableDefinition::new("subjects");
/// (kind, owner, person) → sub
pub(super) const LINKS: TableDefinition<(&str, &str, &str), &str> = TableDefinition::new("links");
/// (organisation, userid) → sub of its latest holder
pub(super) const USERIDS: TableDefinition<(&str, &str), &str> = TableDefinition::new("userids");
/// sid → Session
pub(super) const SESSIONS: TableDefinition<&str, &[u8]> = TableDefinition::new("sessions");
/// digest of a cookie → sid
pub(super) const COOKIES: TableDefinition<&[u8], &str> = TableDefinition::new("cookies");
/// digest of a code → AuthorizationCode
pub(super) const CODES: TableDefinition<&[u8], &[u8]> = TableDefinition::new("codes");
/// grant id → Grant
pub(super) const GRANTS: TableDefinition<&str, &[u8]> = TableDefinition::new("grants");
/// family id → RefreshFamily
pub(super) const FAMILIES: TableDefinition<&str, &[u8]> = TableDefinition::new("families");
/// (sub, client, family id): the families of each owner
pub(super) const FAMILY_OWNERS: TableDefinition<(&str, &str, &str), ()> =
    TableDefinition::new("family_owners");
/// jti of an access token that was revoked → when it would have ended
pub(super) const REVOKED_ACCESS: TableDefinition<&str, i64> =
    TableDefinition::new("revoked_access");
/// (sub, client id) → Consent
pub(super) const CONSENTS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("consents");
/// flow id → when the claim may be forgotten
pub(super) const CLAIMED_FLOWS: TableDefinition<&str, i64> = TableDefinition::new("claimed_flows");
/// number → AuditEvent
pub(super) const EVENTS: TableDefinition<u64, &[u8]> = TableDefinition::new("events");
/// number → AuditEvent, of counted failures alone; one row of numbers with `EVENTS`
pub(super) const FAILURES: TableDefinition<u64, &[u8]> = TableDefinition::new("failures");
/// (sub, sid, client) → when that client last redeemed a code of that session
pub(super) const PARTICIPANTS: TableDefinition<(&str, &str, &str), i64> =
    TableDefinition::new("participants");
/// (sub, sid, client, kid): the keys that signed ID Tokens for a client in a session
pub(super) const SESSION_KEYS: TableDefinition<(&str, &str, &str, &str), ()> =
    TableDefinition::new("session_keys");
/// client id → ClientReadiness
pub(super) const READINESS: TableDefinition<&str, &[u8]> = TableDefinition::new("readiness");
/// kid → RevokedKey, for ever
pub(super) const REVOKED_KEYS: TableDefinition<&str, &[u8]> = TableDefinition::new("revoked_keys");
/// "list" → the list of keys, where their folder keeps none
pub(super) const KEY_LIST: TableDefinition<&str, &[u8]> = TableDefinition::new("key_list");
/// (client, sid) → LogoutDelivery
pub(super) const DELIVERIES: TableDefinition<(&str, &str), &[u8]> =
    TableDefinition::new("deliveries");
/// (client, moment, sid): the deliveries that wait, and until when
pub(super) const DUE_DELIVERIES: TableDefinition<(&str, i64, &str), ()> =
    TableDefinition::new("due_deliveries");
/// client id, then digest of a `jti` → when the claim may be forgotten
pub(super) const ASSERTIONS: TableDefinition<&[u8], i64> = TableDefinition::new("assertions");
/// (moment, kind of row, key of row): what to look at when that moment has come
pub(super) const EXPIRY: TableDefinition<(i64, u8, &[u8]), ()> = TableDefinition::new("expiry");

/// A write that changes a row and nothing else, to see whether writes are kept.
pub(super) fn probe(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut meta = transaction.open_table(META).map_err(failed)?;
    let probes = meta
        .get("probes")
        .map_err(failed)?
        .map_or(0, |count| count.value());
    meta.insert("probes", probes.wrapping_add(1))
        .map_err(failed)?;
    Ok(())
}

/// Opens every table once, so that a reader never meets a missing one.
pub(super) fn open_all(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(SUBJECTS).map_err(failed)?;
    transaction.open_table(LINKS).map_err(failed)?;
    transaction.open_table(USERIDS).map_err(failed)?;
    transaction.open_table(SESSIONS).map_err(failed)?;
    transaction.open_table(COOKIES).map_err(failed)?;
    transaction.open_table(CODES).map_err(failed)?;
    transaction.open_table(GRANTS).map_err(failed)?;
    transaction.open_table(FAMILIES).map_err(failed)?;
    transaction.open_table(FAMILY_OWNERS).map_err(failed)?;
    transaction.open_table(REVOKED_ACCESS).map_err(failed)?;
    transaction.open_table(CONSENTS).map_err(failed)?;
    transaction.open_table(CLAIMED_FLOWS).map_err(failed)?;
    transaction.open_table(EVENTS).map_err(failed)?;
    transaction.open_table(FAILURES).map_err(failed)?;
    transaction.open_table(ASSERTIONS).map_err(failed)?;
    transaction.open_table(PARTICIPANTS).map_err(failed)?;
    transaction.open_table(SESSION_KEYS).map_err(failed)?;
    transaction.open_table(READINESS).map_err(failed)?;
    transaction.open_table(REVOKED_KEYS).map_err(failed)?;
    transaction.open_table(KEY_LIST).map_err(failed)?;
    transaction.open_table(DELIVERIES).map_err(failed)?;
    transaction.open_table(DUE_DELIVERIES).map_err(failed)?;
    transaction.open_table(EXPIRY).map_err(failed)?;
    Ok(())
}

/// The version of the rows that are written.
const ROW_VERSION: u8 = 1;

pub(super) fn encode<T: Serialize>(table: &'static str, row: &T) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![ROW_VERSION];
    serde_json::to_writer(&mut bytes, row).map_err(|error| corrupt(table, &error))?;
    Ok(bytes)
}

pub(super) fn decode<'r, T: Deserialize<'r>>(
    table: &'static str,
    bytes: &'r [u8],
) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&ROW_VERSION, json)) => {
            serde_json::from_slice(json).map_err(|error| corrupt(table, &error))
        }
        _ => Err(StoreError::Corrupt {
            table,
            reason: "unknown row version".to_owned(),
        }),
    }
}

/// serde's errors may quote a value: only where and what kind is kept.
fn corrupt(table: &'static str, error: &serde_json::Error) -> StoreError {
    StoreError::Corrupt {
        table,
        reason: format!("{:?} at column {}", error.classify(), error.column()),
    }
}

pub(super) fn link_key(link: &Link) -> (&str, &str, &str) {
    (&link.kind, &link.owner, &link.person)
}

/// The row under a key, decoded.
pub(super) fn get_row<'k, K, T>(
    table: &impl ReadableTable<K, &'static [u8]>,
    name: &'static str,
    key: impl Borrow<K::SelfType<'k>>,
) -> Result<Option<T>, StoreError>
where
    K: redb::Key + 'static,
    T: DeserializeOwned,
{
    table
        .get(key)
        .map_err(failed)?
        .map(|row| decode(name, row.value()))
        .transpose()
}

pub(super) fn put_session(
    sessions: &mut Table<'_, &'static str, &'static [u8]>,
    session: &Session,
) -> Result<(), StoreError> {
    let row = encode("sessions", session)?;
    sessions
        .insert(session.sid.as_str(), row.as_slice())
        .map_err(failed)?;
    Ok(())
}
