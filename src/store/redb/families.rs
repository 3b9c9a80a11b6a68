//! Families of refresh tokens. A row is there as long as the family is good: whatever ends
//! one removes the row, its place in the owner's list and its entry in the expiry table, so
//! that neither devices nor sign-ins without number let the tables grow.

use async_trait::async_trait;
use redb::WriteTransaction;

use super::audit::append_event;
use super::ending::{make_room, revoke_grant};
use super::expiry::{Kind, remember};
use super::family_rows::{find_family, names_of, put_family, remove_family};
use super::grants::{context_of, put_grant, read_context};
use super::rows::{FAMILIES, FAMILY_OWNERS, get_row};
use super::session_keys::note_key;
use super::{RedbStore, failed};
use crate::clock::Timestamp;
use crate::domain::event::AuditEvent;
use crate::domain::family::{Predecessor, Presented, RefreshFamily};
use crate::domain::id::{ClientId, FamilyId, SubjectId};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::standing::refreshable;
use crate::store::{
    FamilyInContext, GrantInContext, RefreshFamilies, Revoked, Rotated, Rotation, StoreError,
};

#[async_trait]
impl RefreshFamilies for RedbStore {
    async fn find_family(&self, id: &FamilyId) -> Result<Option<FamilyInContext>, StoreError> {
        let transaction = self.read().await?;
        let families = transaction.open_table(FAMILIES).map_err(failed)?;
        let Some(family) = get_row::<_, RefreshFamily>(&families, "families", id.as_str())? else {
            return Ok(None);
        };
        let context = read_context(&transaction, &family.grant)?;
        Ok(context.map(|context| FamilyInContext { family, context }))
    }

    async fn rotate_refresh_token(&self, act: Rotation) -> Result<Rotated, StoreError> {
        self.writer
            .run(move |transaction| rotate(transaction, &act))
            .await
    }

    async fn revoke_family(
        &self,
        id: FamilyId,
        client: ClientId,
        event: AuditEvent,
        now: Timestamp,
    ) -> Result<Revoked, StoreError> {
        self.writer
            .run(move |transaction| {
                let found = find_family(transaction, &id)?.filter(|family| family.client == client);
                let Some(family) = found else {
                    return Ok(Revoked::Already);
                };
                if revoke_grant(transaction, &family.grant, now)? {
                    append_event(transaction, &event)?;
                }
                Ok(Revoked::Now)
            })
            .await
    }

    async fn families_of(
        &self,
        subject: &SubjectId,
        lifetimes: &Lifetimes,
        now: Timestamp,
    ) -> Result<Vec<RefreshFamily>, StoreError> {
        let transaction = self.read().await?;
        let owners = transaction.open_table(FAMILY_OWNERS).map_err(failed)?;
        let families = transaction.open_table(FAMILIES).map_err(failed)?;
        let mut living = Vec::new();
        for id in names_of(&owners, subject, None)? {
            let Some(family) = get_row::<_, RefreshFamily>(&families, "families", id.as_str())?
            else {
                continue;
            };
            let Some(context) = read_context(&transaction, &family.grant)? else {
                continue;
            };
            if lives(&family, &context, lifetimes, now) {
                living.push(family);
            }
        }
        Ok(living)
    }
}

fn rotate(transaction: &WriteTransaction, act: &Rotation) -> Result<Rotated, StoreError> {
    let found = find_family(transaction, &act.family)?.filter(|family| family.client == act.client);
    let Some(mut family) = found else {
        return Ok(Rotated::Unknown);
    };
    let Some(mut context) = context_of(transaction, &family.grant)? else {
        return Ok(Rotated::Unknown);
    };
    if act.now >= family.ends(&act.lifetimes) {
        return Ok(Rotated::Expired);
    }
    let GrantInContext {
        grant,
        session,
        subject,
    } = &context;
    if refreshable(
        grant,
        session.as_ref(),
        subject.as_ref(),
        &act.lifetimes,
        act.now,
    )
    .is_err()
    {
        return Ok(Rotated::Ended);
    }
    let repeated = match family.recognise(&act.presented, act.lifetimes.refresh_grace, act.now) {
        Presented::Current => {
            family.previous = Some(Predecessor {
                digest: act.presented,
                successor: act.sealed.clone(),
            });
            family.current = act.successor;
            family.rotated_at = act.now.as_millis();
            family.keep_until = family.ends(&act.lifetimes).as_millis();
            put_family(transaction, &family)?;
            None
        }
        Presented::Predecessor => family.previous.map(|previous| previous.successor),
        Presented::Spent => {
            if revoke_grant(transaction, &family.grant, act.now)? {
                append_event(transaction, &act.reused)?;
            }
            return Ok(Rotated::Reused);
        }
    };
    // The grant's row needs no later entry in the expiry table: it goes with its family.
    let grant = &mut context.grant;
    if let Some(kid) = &act.id_token_kid {
        if grant.id_token_kid != *kid && context.session.is_some() {
            note_key(transaction, grant, kid)?;
        }
        grant.id_token_kid.clone_from(kid);
        grant.id_token_at = act.now.as_millis();
    }
    grant.expires_at = grant.expires_at.max(act.tokens_until.as_millis());
    put_grant(transaction, grant)?;
    let context = Box::new(context);
    Ok(match repeated {
        None => Rotated::Fresh(context),
        Some(sealed) => Rotated::Repeated { sealed, context },
    })
}

/// Writes a new family, and makes room for it among those of its owner first. `told` lends
/// its moment and correlation to what is told of a family that had to go.
pub(super) fn add_family(
    transaction: &WriteTransaction,
    family: &RefreshFamily,
    told: &AuditEvent,
    now: Timestamp,
) -> Result<(), StoreError> {
    make_room(transaction, family, told, now)?;
    put_family(transaction, family)?;
    transaction
        .open_table(FAMILY_OWNERS)
        .map_err(failed)?
        .insert(
            (
                family.subject.as_str(),
                family.client.as_str(),
                family.id.as_str(),
            ),
            (),
        )
        .map_err(failed)?;
    remember(
        transaction,
        family.look_at,
        Kind::Family,
        family.id.as_str().as_bytes(),
    )
}

/// Looks at a family whose time in the expiry table has come: one that was used meanwhile is
/// looked at again when its time is over by then.
pub(super) fn sweep_family(
    transaction: &WriteTransaction,
    id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(mut family) = find_family(transaction, &FamilyId::new(id))? else {
        return Ok(());
    };
    if family.keep_until > now.as_millis() {
        family.look_at = family.keep_until;
        put_family(transaction, &family)?;
        return remember(transaction, family.look_at, Kind::Family, id.as_bytes());
    }
    remove_family(transaction, &family.id)?;
    let grant = context_of(transaction, &family.grant)?;
    match grant {
        Some(GrantInContext { grant, .. }) => remember(
            transaction,
            grant.expires_at,
            Kind::Grant,
            grant.id.as_str().as_bytes(),
        ),
        None => Ok(()),
    }
}

fn lives(
    family: &RefreshFamily,
    context: &GrantInContext,
    lifetimes: &Lifetimes,
    now: Timestamp,
) -> bool {
    now < family.ends(lifetimes)
        && refreshable(
            &context.grant,
            context.session.as_ref(),
            context.subject.as_ref(),
            lifetimes,
            now,
        )
        .is_ok()
}
