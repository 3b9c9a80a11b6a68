//! What one key signed: looked for by readers, over the whole store, in whatever time that
//! takes and beside whoever writes. Only what was found goes to the writer
//! (`signed_ending.rs`), which looks at each row again: a reader's moment is past by then.
//!
//! There is no index of grants by key: it would cost a row at each refresh, for a question that
//! is asked when a key leaks.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Bound;

use async_trait::async_trait;
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable as _};
use serde::Deserialize;

use super::grants::read_context;
use super::rows::{GRANTS, PARTICIPANTS, SESSION_KEYS, SESSIONS, decode, get_row};
use super::session_keys::is_noted;
use super::signed_ending::{Found, end};
use super::{RedbStore, elsewhere, failed};
use crate::clock::Timestamp;
use crate::domain::id::{ClientId, GrantId, Sid};
use crate::domain::session::Session;
use crate::domain::standing::standing;
use crate::store::signed_by::Place;
use crate::store::{EndSignedBy, EndedBatch, SignedBy, SignedCount, SignedCursor, StoreError};

/// Most grants or sessions that one act ends, so that it never holds up the writer for long.
const MOST_PER_ACT: usize = 200;

#[async_trait]
impl SignedBy for RedbStore {
    async fn count_signed_by(
        &self,
        kid: &str,
        alive_since: Timestamp,
    ) -> Result<SignedCount, StoreError> {
        let (transaction, kid) = (self.read().await?, kid.to_owned());
        elsewhere(move || count(&transaction, &kid, alive_since)).await
    }

    async fn end_signed_by(&self, act: EndSignedBy) -> Result<EndedBatch, StoreError> {
        let (transaction, kid) = (self.read().await?, act.kid.clone());
        let from = act.from.0.clone();
        let (found, next) = elsewhere(move || find(&transaction, &kid, from)).await?;
        let mut batch = EndedBatch::default();
        if !found.is_empty() {
            batch = self
                .writer
                .run(move |transaction| end(transaction, &act, &found))
                .await?;
            self.asked_for.notify_one();
        }
        batch.next = next.map(SignedCursor);
        Ok(batch)
    }
}

/// What of a grant's row says whether a key signed for it.
#[derive(Deserialize)]
struct SignedGrant<'r> {
    #[serde(borrow)]
    id_token_kid: Cow<'r, str>,
    revoked_at: Option<i64>,
}

/// Whether a grant's row is one of the key, and not revoked. What can't be read is good for
/// nobody, and must not keep everything else from being ended.
fn is_of(kid: &str, id: &str, row: &[u8]) -> bool {
    match decode::<SignedGrant<'_>>("grants", row) {
        Ok(grant) => grant.id_token_kid == kid && grant.revoked_at.is_none(),
        Err(error) => {
            tracing::error!(grant = id, %error, "a grant is passed over");
            false
        }
    }
}

/// The next rows of the key behind a place, at most so many, and the place behind them.
fn find(
    transaction: &ReadTransaction,
    kid: &str,
    from: Place,
) -> Result<(Found, Option<Place>), StoreError> {
    let behind = match from {
        Place::Grants(behind) => {
            let grants = grants_behind(transaction, kid, &behind)?;
            if let Some(last) = grants.last() {
                let next = Place::Grants(last.as_str().to_owned());
                return Ok((Found::Grants(grants), Some(next)));
            }
            Default::default()
        }
        Place::Sessions(behind) => behind,
    };
    let (sids, last) = sessions_behind(transaction, kid, &behind)?;
    Ok((Found::Sessions(sids), last.map(Place::Sessions)))
}

fn grants_behind(
    transaction: &ReadTransaction,
    kid: &str,
    behind: &str,
) -> Result<Vec<GrantId>, StoreError> {
    let grants = transaction.open_table(GRANTS).map_err(failed)?;
    let mut found = Vec::new();
    for row in grants
        .range::<&str>((Bound::Excluded(behind), Bound::Unbounded))
        .map_err(failed)?
    {
        let (id, row) = row.map_err(failed)?;
        if is_of(kid, id.value(), row.value()) {
            found.push(GrantId::new(id.value()));
            if found.len() == MOST_PER_ACT {
                break;
            }
        }
    }
    Ok(found)
}

/// Sessions that can still be ended, and the last row that was looked at where there may be
/// more.
fn sessions_behind(
    transaction: &ReadTransaction,
    kid: &str,
    behind: &[String; 4],
) -> Result<(Vec<Sid>, Option<[String; 4]>), StoreError> {
    let keys = transaction.open_table(SESSION_KEYS).map_err(failed)?;
    let sessions = transaction.open_table(SESSIONS).map_err(failed)?;
    let [subject, sid, client, signer] = behind.each_ref().map(String::as_str);
    let mut found: Vec<Sid> = Vec::new();
    for row in keys
        .range::<(&str, &str, &str, &str)>((
            Bound::Excluded((subject, sid, client, signer)),
            Bound::Unbounded,
        ))
        .map_err(failed)?
    {
        let (key, _) = row.map_err(failed)?;
        let (subject, sid, client, signer) = key.value();
        let is_known = found.last().is_some_and(|last| last.as_str() == sid);
        if signer != kid || is_known || !can_end(&sessions, sid) {
            continue;
        }
        found.push(Sid::new(sid));
        if found.len() == MOST_PER_ACT {
            let last = [subject, sid, client, signer].map(str::to_owned);
            return Ok((found, Some(last)));
        }
    }
    Ok((found, None))
}

type SessionRows = ReadOnlyTable<&'static str, &'static [u8]>;

/// Whether a session is there and not ended; one that has expired can be ended, too.
fn can_end(sessions: &SessionRows, sid: &str) -> bool {
    match get_row::<_, Session>(sessions, "sessions", sid) {
        Ok(session) => session.is_some_and(|session| session.ended_at.is_none()),
        Err(error) => {
            tracing::error!(sid, %error, "a session is passed over");
            false
        }
    }
}

fn count(
    transaction: &ReadTransaction,
    kid: &str,
    alive_since: Timestamp,
) -> Result<SignedCount, StoreError> {
    let sessions = transaction.open_table(SESSIONS).map_err(failed)?;
    let keys = transaction.open_table(SESSION_KEYS).map_err(failed)?;
    let mut counted = SignedCount::default();
    let mut clients: HashMap<ClientId, u64> = HashMap::new();
    // Sessions that only a grant leads to: an earlier version did not note who signed in them.
    let mut unnoted: HashMap<Sid, String> = HashMap::new();
    let mut outlived: HashSet<(ClientId, Sid)> = HashSet::new();
    for row in transaction
        .open_table(GRANTS)
        .map_err(failed)?
        .iter()
        .map_err(failed)?
    {
        let (id, row) = row.map_err(failed)?;
        if !is_of(kid, id.value(), row.value()) {
            continue;
        }
        let context = match read_context(transaction, &GrantId::new(id.value())) {
            Ok(context) => context,
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(grant = id.value(), %error, "a grant is not counted");
                continue;
            }
            Err(error) => return Err(error),
        };
        let Some(context) = context
            .filter(|it| standing(&it.grant, it.session.as_ref(), it.subject.as_ref()).is_ok())
        else {
            continue;
        };
        let grant = context.grant;
        counted.grants += 1;
        counted.families += u64::from(grant.family.is_some());
        counted.id_tokens += u64::from(grant.id_token_at > alive_since.as_millis());
        let is_there = context
            .session
            .is_some_and(|session| session.ended_at.is_none());
        if !is_there {
            if outlived.insert((grant.client.clone(), grant.sid)) {
                *clients.entry(grant.client).or_default() += 1;
            }
        } else if !is_noted(&keys, &grant, kid)? {
            unnoted.insert(grant.sid, grant.subject.as_str().to_owned());
        }
    }
    let mut latest = None;
    let mut ends = Vec::new();
    for row in keys.iter().map_err(failed)? {
        let (key, _) = row.map_err(failed)?;
        let (subject, sid, _, signer) = key.value();
        if signer != kid
            || latest
                .as_ref()
                .is_some_and(|latest: &Sid| latest.as_str() == sid)
        {
            continue;
        }
        let sid = Sid::new(sid);
        if can_end(&sessions, sid.as_str()) {
            unnoted.remove(&sid);
            ends.push((subject.to_owned(), sid.clone()));
        }
        latest = Some(sid);
    }
    ends.extend(unnoted.into_iter().map(|(sid, subject)| (subject, sid)));
    counted.sessions = u64::try_from(ends.len()).unwrap_or(u64::MAX);
    count_participants(transaction, &ends, &mut clients)?;
    counted.clients = clients.into_iter().collect();
    counted
        .clients
        .sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    Ok(counted)
}

/// Who took part in sessions that end.
fn count_participants(
    transaction: &ReadTransaction,
    ends: &[(String, Sid)],
    clients: &mut HashMap<ClientId, u64>,
) -> Result<(), StoreError> {
    let participants = transaction.open_table(PARTICIPANTS).map_err(failed)?;
    for (subject, sid) in ends {
        let first = (subject.as_str(), sid.as_str(), "");
        for row in participants.range(first..).map_err(failed)? {
            let (key, _) = row.map_err(failed)?;
            let (whose, which, client) = key.value();
            if (whose, which) != (subject.as_str(), sid.as_str()) {
                break;
            }
            *clients.entry(ClientId::new(client)).or_default() += 1;
        }
    }
    Ok(())
}
