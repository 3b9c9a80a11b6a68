//! Families of refresh tokens. A row is there as long as the family is good: whatever ends
//! one removes the row, its place in the owner's list and its entry in the expiry table, so
//! that neither devices nor sign-ins without number let the tables grow.

use async_trait::async_trait;
use redb::{ReadableTable, WriteTransaction};

use super::expiry::{Kind, forget, remember};
use super::grants::{context_of, put_grant, read_context, revoke_grant};
use super::rows::{FAMILIES, FAMILY_OWNERS, append_event, encode, get_row};
use super::{RedbStore, failed};
use crate::clock::Timestamp;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::family::{Predecessor, Presented, RefreshFamily};
use crate::domain::id::{ClientId, FamilyId, Sid, SubjectId};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::standing::{refreshable, standing};
use crate::store::{
    FamilyInContext, GrantInContext, MOST_FAMILIES_PER_OWNER, RefreshFamilies, Revoked, Rotated,
    Rotation, StoreError,
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
                let found = find(transaction, &id)?.filter(|family| family.client == client);
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
    let found = find(transaction, &act.family)?.filter(|family| family.client == act.client);
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
    grant.id_token_kid.clone_from(&act.id_token_kid);
    grant.id_token_at = act.now.as_millis();
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

/// What does not live any more goes first, unsaid; only then what was used longest ago.
fn make_room(
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

/// Removes all that is stored of a family. Its grant is the caller's.
pub(super) fn remove_family(
    transaction: &WriteTransaction,
    id: &FamilyId,
) -> Result<(), StoreError> {
    let Some(family) = find(transaction, id)? else {
        return Ok(());
    };
    transaction
        .open_table(FAMILIES)
        .map_err(failed)?
        .remove(id.as_str())
        .map_err(failed)?;
    transaction
        .open_table(FAMILY_OWNERS)
        .map_err(failed)?
        .remove((family.subject.as_str(), family.client.as_str(), id.as_str()))
        .map_err(failed)?;
    forget(
        transaction,
        family.look_at,
        Kind::Family,
        id.as_str().as_bytes(),
    )
}

/// Looks at a family whose time in the expiry table has come: one that was used meanwhile is
/// looked at again when its time is over by then.
pub(super) fn sweep_family(
    transaction: &WriteTransaction,
    id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(mut family) = find(transaction, &FamilyId::new(id))? else {
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

/// The families of a person, of one client or of all.
fn families_in(
    transaction: &WriteTransaction,
    subject: &SubjectId,
    client: Option<&ClientId>,
) -> Result<Vec<RefreshFamily>, StoreError> {
    let names = names_of(
        &transaction.open_table(FAMILY_OWNERS).map_err(failed)?,
        subject,
        client,
    )?;
    let families = transaction.open_table(FAMILIES).map_err(failed)?;
    names
        .iter()
        .filter_map(|id| get_row(&families, "families", id.as_str()).transpose())
        .collect()
}

fn names_of(
    owners: &impl ReadableTable<(&'static str, &'static str, &'static str), ()>,
    subject: &SubjectId,
    client: Option<&ClientId>,
) -> Result<Vec<String>, StoreError> {
    let first = (subject.as_str(), client.map_or("", ClientId::as_str), "");
    let mut names = Vec::new();
    for row in owners
        .range::<(&str, &str, &str)>(first..)
        .map_err(failed)?
    {
        let (key, _) = row.map_err(failed)?;
        let (owner, held_by, id) = key.value();
        let is_one =
            owner == subject.as_str() && client.is_none_or(|client| client.as_str() == held_by);
        if !is_one {
            break;
        }
        names.push(id.to_owned());
    }
    Ok(names)
}

fn find(
    transaction: &WriteTransaction,
    id: &FamilyId,
) -> Result<Option<RefreshFamily>, StoreError> {
    get_row(
        &transaction.open_table(FAMILIES).map_err(failed)?,
        "families",
        id.as_str(),
    )
}

fn put_family(transaction: &WriteTransaction, family: &RefreshFamily) -> Result<(), StoreError> {
    let row = encode("families", family)?;
    transaction
        .open_table(FAMILIES)
        .map_err(failed)?
        .insert(family.id.as_str(), row.as_slice())
        .map_err(failed)?;
    Ok(())
}
