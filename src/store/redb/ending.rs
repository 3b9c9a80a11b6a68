//! Ends of grants: with a grant goes its family of refresh tokens, whoever ends it (a replay,
//! a revocation, a logout, a leaver, a consent taken back, the cap of a person's devices).

use redb::WriteTransaction;

use super::audit::append_event;
use super::expiry::{Kind, remember};
use super::failed;
use super::family_rows::{families_in, remove_family};
use super::grants::{context_of, put_grant};
use super::rows::{GRANTS, get_row};
use crate::clock::Timestamp;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::family::RefreshFamily;
use crate::domain::grant::Grant;
use crate::domain::id::{ClientId, GrantId, Sid, SubjectId};
use crate::domain::standing::standing;
use crate::store::{MOST_FAMILIES_PER_OWNER, StoreError};

/// Revokes a grant, and with it its refresh tokens; tells whether it was good until now.
/// What is left of it is forgotten when the last of its tokens would have ended.
pub(super) fn revoke_grant(
    transaction: &WriteTransaction,
    id: &GrantId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = get_row::<_, Grant>(
        &transaction.open_table(GRANTS).map_err(failed)?,
        "grants",
        id.as_str(),
    )?;
    let Some(mut grant) = found.filter(|grant| grant.revoked_at.is_none()) else {
        return Ok(false);
    };
    grant.revoked_at = Some(now.as_millis());
    if let Some(family) = grant.family.take() {
        remove_family(transaction, &family)?;
        remember(
            transaction,
            grant.expires_at,
            Kind::Grant,
            grant.id.as_str().as_bytes(),
        )?;
    }
    put_grant(transaction, &grant)?;
    Ok(true)
}

/// What does not live any more goes first, unsaid; only then what was used longest ago.
pub(super) fn make_room(
    transaction: &WriteTransaction,
    newcomer: &RefreshFamily,
    told: &AuditEvent,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut living = Vec::new();
    let families = families_in(transaction, &newcomer.subject, Some(&newcomer.client))?;
    if families.len() < MOST_FAMILIES_PER_OWNER {
        return Ok(());
    }
    for family in families {
        let context = context_of(transaction, &family.grant)?;
        let stands = context.is_some_and(|it| {
            standing(&it.grant, it.session.as_ref(), it.subject.as_ref()).is_ok()
        });
        if stands && now.as_millis() < family.keep_until {
            living.push(family);
        } else {
            revoke_grant(transaction, &family.grant, now)?;
        }
    }
    living.sort_by_key(|family| family.rotated_at);
    let surplus = (living.len() + 1).saturating_sub(MOST_FAMILIES_PER_OWNER);
    for family in living.into_iter().take(surplus) {
        revoke_grant(transaction, &family.grant, now)?;
        let event = AuditEvent {
            at: told.at,
            correlation: told.correlation.clone(),
            kind: EventKind::RefreshFamilyEvicted {
                client: family.client,
                subject: family.subject,
                grant: family.grant,
            },
        };
        append_event(transaction, &event)?;
    }
    Ok(())
}

/// Ends what ends with a session: its session-bound families, and the offline ones of clients
/// whose access does not outlive a logout. The session's own end tells of it.
pub(super) fn revoke_families_of_session(
    transaction: &WriteTransaction,
    subject: &SubjectId,
    sid: &Sid,
    now: Timestamp,
) -> Result<(), StoreError> {
    for family in families_in(transaction, subject, None)? {
        if family.sid == *sid && family.bond.ends_with_session() {
            revoke_grant(transaction, &family.grant, now)?;
        }
    }
    Ok(())
}

/// Ends every family of a person. That their sessions were ended by one moment is not enough
/// for tokens that live for months: a clock that goes back could bring them to life again.
pub(super) fn revoke_families_of_subject(
    transaction: &WriteTransaction,
    subject: &SubjectId,
    now: Timestamp,
) -> Result<(), StoreError> {
    for family in families_in(transaction, subject, None)? {
        revoke_grant(transaction, &family.grant, now)?;
    }
    Ok(())
}

/// Ends the families that one client holds of a person. As with all of them, a moment alone is
/// not enough: a consent that is given again by a clock that went back moves that moment.
pub(super) fn revoke_families_of_client(
    transaction: &WriteTransaction,
    subject: &SubjectId,
    client: &ClientId,
    now: Timestamp,
) -> Result<(), StoreError> {
    for family in families_in(transaction, subject, Some(client))? {
        revoke_grant(transaction, &family.grant, now)?;
    }
    Ok(())
}
