//! People, beyond their sign-ins.

use async_trait::async_trait;
use redb::{ReadableTable as _, WriteTransaction};

use super::families::revoke_families_of_subject;
use super::rows::{LINKS, SUBJECTS, append_event, encode, get_row, link_key};
use super::{RedbStore, failed};
use crate::clock::Timestamp;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::id::UpstreamId;
use crate::domain::identity::{Link, Subject};
use crate::store::{SignedOut, StoreError, Subjects};

#[async_trait]
impl Subjects for RedbStore {
    async fn sign_out_everywhere(
        &self,
        link: Link,
        upstream: UpstreamId,
        cause: &'static str,
        upstream_request: Option<String>,
        correlation: String,
        now: Timestamp,
    ) -> Result<SignedOut, StoreError> {
        self.writer
            .run(move |transaction| {
                let Some(mut subject) = find(transaction, &link)? else {
                    return Ok(SignedOut::Unknown);
                };
                // Gone already, and never back since: nothing to end, and no row for each try.
                if subject
                    .signed_out_at
                    .is_some_and(|moment| moment > subject.last_sign_in)
                {
                    return Ok(SignedOut::Everywhere);
                }
                subject.signed_out_at = Some(now.as_millis());
                let row = encode("subjects", &subject)?;
                transaction
                    .open_table(SUBJECTS)
                    .map_err(failed)?
                    .insert(subject.id.as_str(), row.as_slice())
                    .map_err(failed)?;
                revoke_families_of_subject(transaction, &subject.id, now)?;
                let event = AuditEvent {
                    at: now.as_millis(),
                    correlation: correlation.clone(),
                    kind: EventKind::NoLongerVouchedFor {
                        subject: subject.id,
                        upstream: upstream.clone(),
                        cause: cause.to_owned(),
                        upstream_request: upstream_request.clone(),
                    },
                };
                append_event(transaction, &event)?;
                Ok(SignedOut::Everywhere)
            })
            .await
    }
}

fn find(transaction: &WriteTransaction, link: &Link) -> Result<Option<Subject>, StoreError> {
    let links = transaction.open_table(LINKS).map_err(failed)?;
    let Some(sub) = links.get(link_key(link)).map_err(failed)? else {
        return Ok(None);
    };
    let subjects = transaction.open_table(SUBJECTS).map_err(failed)?;
    get_row(&subjects, "subjects", sub.value())
}
