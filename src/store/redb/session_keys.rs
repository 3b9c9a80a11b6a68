//! Which keys signed ID Tokens in which sessions. It outlives the grants, whose rows go with
//! their tokens: an application's own session rests on an ID Token for hours after that ended.
//! A row goes with its session's row.

use redb::{ReadableTable, WriteTransaction};

use super::failed;
use super::rows::SESSION_KEYS;
use crate::domain::grant::Grant;
use crate::domain::session::Session;
use crate::store::StoreError;

/// Notes that `kid` signed for the client of a grant, in its session, whose row is there.
pub(super) fn note_key(
    transaction: &WriteTransaction,
    grant: &Grant,
    kid: &str,
) -> Result<(), StoreError> {
    let mut table = transaction.open_table(SESSION_KEYS).map_err(failed)?;
    table.insert(key_of(grant, kid), ()).map_err(failed)?;
    Ok(())
}

/// Whether that was noted.
pub(super) fn is_noted(
    table: &impl ReadableTable<(&'static str, &'static str, &'static str, &'static str), ()>,
    grant: &Grant,
    kid: &str,
) -> Result<bool, StoreError> {
    let found = table.get(key_of(grant, kid)).map_err(failed)?;
    Ok(found.is_some())
}

fn key_of<'a>(grant: &'a Grant, kid: &'a str) -> (&'a str, &'a str, &'a str, &'a str) {
    (
        grant.subject.as_str(),
        grant.sid.as_str(),
        grant.client.as_str(),
        kid,
    )
}

/// Goes with the session's row.
pub(super) fn forget_keys(
    transaction: &WriteTransaction,
    session: &Session,
) -> Result<(), StoreError> {
    let mut table = transaction.open_table(SESSION_KEYS).map_err(failed)?;
    let (subject, sid) = (session.subject.as_str(), session.sid.as_str());
    let mut found = Vec::new();
    for row in table.range((subject, sid, "", "")..).map_err(failed)? {
        let (key, ()) = row
            .map(|(key, value)| (key, value.value()))
            .map_err(failed)?;
        let (whose, which, client, kid) = key.value();
        if (whose, which) != (subject, sid) {
            break;
        }
        found.push((client.to_owned(), kid.to_owned()));
    }
    for (client, kid) in &found {
        table
            .remove((subject, sid, client.as_str(), kid.as_str()))
            .map_err(failed)?;
    }
    Ok(())
}
