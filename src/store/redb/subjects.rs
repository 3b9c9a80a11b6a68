//! People, beyond their sign-ins.

use async_trait::async_trait;
use redb::{ReadableTable as _, WriteTransaction};

use super::audit::append_event;
use super::deliveries::EndOf;
use super::ending::revoke_families_of_subject;
use super::logouts::bury_all;
use super::rows::{LINKS, SUBJECTS, encode, get_row, link_key};
use super::{RedbStore, failed};
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::identity::{Link, Subject};
use crate::store::{SignOutEverywhere, SignedOut, StoreError, Subjects};

#[async_trait]
impl Subjects for RedbStore {
    async fn sign_out_everywhere(&self, act: SignOutEverywhere) -> Result<SignedOut, StoreError> {
        let signed_out = self
            .writer
            .run(move |transaction| sign_out_everywhere(transaction, &act))
            .await?;
        self.asked_for.notify_one();
        Ok(signed_out)
    }
}

fn sign_out_everywhere(
    transaction: &WriteTransaction,
    act: &SignOutEverywhere,
) -> Result<SignedOut, StoreError> {
    let Some(mut subject) = find(transaction, &act.link)? else {
        return Ok(SignedOut::Unknown);
    };
    // Gone already, and never back since: nothing to end, and no row for each try.
    if subject
        .signed_out_at
        .is_some_and(|moment| moment > subject.last_sign_in)
    {
        return Ok(SignedOut::Everywhere);
    }
    let end = EndOf {
        to_tell: &act.to_tell,
        correlation: &act.correlation,
        now: act.now,
    };
    // The families first: each session's end looks for its own among those of the person, and
    // somebody with thousands of sessions would hold up the writer for seconds.
    revoke_families_of_subject(transaction, &subject.id, act.now)?;
    bury_all(transaction, &subject.id, &end)?;
    // Not before the latest sign-in, should the clock have gone back since: its session has to
    // end, too.
    let moment = act
        .now
        .as_millis()
        .max(subject.last_sign_in.saturating_add(1));
    subject.signed_out_at = Some(moment);
    let row = encode("subjects", &subject)?;
    transaction
        .open_table(SUBJECTS)
        .map_err(failed)?
        .insert(subject.id.as_str(), row.as_slice())
        .map_err(failed)?;
    let event = AuditEvent {
        at: act.now.as_millis(),
        correlation: act.correlation.clone(),
        kind: EventKind::NoLongerVouchedFor {
            subject: subject.id,
            upstream: act.upstream.clone(),
            cause: act.cause.to_owned(),
            upstream_request: act.upstream_request.clone(),
        },
    };
    append_event(transaction, &event)?;
    Ok(SignedOut::Everywhere)
}

fn find(transaction: &WriteTransaction, link: &Link) -> Result<Option<Subject>, StoreError> {
    let links = transaction.open_table(LINKS).map_err(failed)?;
    let Some(sub) = links.get(link_key(link)).map_err(failed)? else {
        return Ok(None);
    };
    let subjects = transaction.open_table(SUBJECTS).map_err(failed)?;
    get_row(&subjects, "subjects", sub.value())
}
