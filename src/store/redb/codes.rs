//! Authorization codes.

use async_trait::async_trait;
use redb::{ReadableTable as _, WriteTransaction};

use super::audit::append_event;
use super::ending::revoke_grant;
use super::expiry::{Kind, remember};
use super::families::add_family;
use super::grants::put_grant;
use super::logouts::take_part;
use super::rows::{CLAIMED_FLOWS, CODES, SESSIONS, SUBJECTS, encode, get_row, put_session};
use super::session_keys::note_key;
use super::{RedbStore, failed};
use crate::clock::Timestamp;
use crate::domain::code::{AuthorizationCode, CodeState};
use crate::domain::event::AuditEvent;
use crate::domain::id::ClientId;
use crate::domain::identity::{Subject, SubjectStatus};
use crate::domain::secret::Digest;
use crate::domain::session::Session;
use crate::store::{CodeIssued, Codes, FlowClaim, IssueCode, Redeemed, Redemption, StoreError};

#[async_trait]
impl Codes for RedbStore {
    async fn issue_code(&self, act: IssueCode) -> Result<CodeIssued, StoreError> {
        self.writer
            .run(move |transaction| issue_code(transaction, &act))
            .await
    }

    async fn find_code(&self, digest: &Digest) -> Result<Option<AuthorizationCode>, StoreError> {
        let codes = self.read().await?.open_table(CODES).map_err(failed)?;
        get_row(&codes, "codes", digest.as_bytes().as_slice())
    }

    async fn redeem_code(
        &self,
        digest: Digest,
        client: ClientId,
        redemption: Redemption,
        replayed: AuditEvent,
        now: Timestamp,
    ) -> Result<Redeemed, StoreError> {
        self.writer
            .run(move |transaction| {
                redeem_code(transaction, &digest, &client, &redemption, &replayed, now)
            })
            .await
    }
}

fn issue_code(transaction: &WriteTransaction, act: &IssueCode) -> Result<CodeIssued, StoreError> {
    if let Some(claim) = &act.claim
        && is_claimed(transaction, claim)?
    {
        return Ok(CodeIssued::AlreadyClaimed);
    }
    let Some(mut session) = live_session(transaction, &act.code)? else {
        return Ok(CodeIssued::SessionGone);
    };
    if session.auth_time != act.code.auth_time {
        return Ok(CodeIssued::SessionGone);
    }
    if let Some(claim) = &act.claim {
        put_claim(transaction, claim)?;
    }
    put_code(transaction, &act.digest, &act.code)?;
    remember(
        transaction,
        act.code.expires_at,
        Kind::Code,
        act.digest.as_bytes(),
    )?;
    if act.touch {
        session.last_used = act.now.as_millis();
        put_session(
            &mut transaction.open_table(SESSIONS).map_err(failed)?,
            &session,
        )?;
    }
    Ok(CodeIssued::Issued)
}

fn is_claimed(transaction: &WriteTransaction, claim: &FlowClaim) -> Result<bool, StoreError> {
    let flows = transaction.open_table(CLAIMED_FLOWS).map_err(failed)?;
    let found = flows.get(claim.flow.as_str()).map_err(failed)?;
    Ok(found.is_some())
}

fn put_claim(transaction: &WriteTransaction, claim: &FlowClaim) -> Result<(), StoreError> {
    transaction
        .open_table(CLAIMED_FLOWS)
        .map_err(failed)?
        .insert(claim.flow.as_str(), claim.until.as_millis())
        .map_err(failed)?;
    remember(
        transaction,
        claim.until.as_millis(),
        Kind::Flow,
        claim.flow.as_str().as_bytes(),
    )
}

fn redeem_code(
    transaction: &WriteTransaction,
    digest: &Digest,
    client: &ClientId,
    redemption: &Redemption,
    replayed: &AuditEvent,
    now: Timestamp,
) -> Result<Redeemed, StoreError> {
    let codes = transaction.open_table(CODES).map_err(failed)?;
    let found: Option<AuthorizationCode> = get_row(&codes, "codes", digest.as_bytes().as_slice())?;
    drop(codes);
    let Some(mut code) = found.filter(|code| code.client == *client) else {
        return Ok(Redeemed::Unknown);
    };
    match &code.state {
        CodeState::Unspent => {}
        CodeState::Granted(grant) => {
            if revoke_grant(transaction, grant, now)? {
                append_event(transaction, replayed)?;
            }
            return Ok(Redeemed::Replayed);
        }
        CodeState::Spoiled => return Ok(Redeemed::Unknown),
    }
    if code.is_expired(now) {
        return Ok(Redeemed::Unknown);
    }
    if live_session(transaction, &code)?.is_none() {
        return Ok(Redeemed::Ended);
    }
    let event = match redemption {
        Redemption::Granted {
            grant,
            family,
            event,
        } => {
            put_grant(transaction, grant)?;
            match family {
                // The grant goes with its family.
                Some(family) => add_family(transaction, family, event, now)?,
                None => remember(
                    transaction,
                    grant.expires_at,
                    Kind::Grant,
                    grant.id.as_str().as_bytes(),
                )?,
            }
            take_part(transaction, &code.subject, &code.sid, client, now)?;
            note_key(transaction, grant, &grant.id_token_kid)?;
            code.state = CodeState::Granted(grant.id.clone());
            event
        }
        Redemption::Spoiled { event } => {
            code.state = CodeState::Spoiled;
            event
        }
    };
    put_code(transaction, digest, &code)?;
    append_event(transaction, event)?;
    Ok(Redeemed::Fresh)
}

/// The session that a code hangs from, unless it was ended, its person was blocked, or the
/// consent behind the code was taken back.
fn live_session(
    transaction: &WriteTransaction,
    code: &AuthorizationCode,
) -> Result<Option<Session>, StoreError> {
    let sessions = transaction.open_table(SESSIONS).map_err(failed)?;
    let session: Option<Session> = get_row(&sessions, "sessions", code.sid.as_str())?;
    let Some(session) =
        session.filter(|session| session.ended_at.is_none() && session.subject == code.subject)
    else {
        return Ok(None);
    };
    let subjects = transaction.open_table(SUBJECTS).map_err(failed)?;
    let subject: Option<Subject> = get_row(&subjects, "subjects", code.subject.as_str())?;
    Ok(subject
        .filter(|subject| {
            subject.status == SubjectStatus::Active
                && !subject.has_ended(&session)
                && !subject.has_taken_back(&code.client, code.issued_at)
        })
        .map(|_| session))
}

fn put_code(
    transaction: &WriteTransaction,
    digest: &Digest,
    code: &AuthorizationCode,
) -> Result<(), StoreError> {
    let row = encode("codes", code)?;
    transaction
        .open_table(CODES)
        .map_err(failed)?
        .insert(digest.as_bytes().as_slice(), row.as_slice())
        .map_err(failed)?;
    Ok(())
}
