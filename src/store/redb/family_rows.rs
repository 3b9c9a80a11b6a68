//! The rows of families of refresh tokens: the family itself, its place in its owner's list
//! and its entry in the expiry table.

use redb::{ReadableTable, WriteTransaction};

use super::expiry::{Kind, forget};
use super::failed;
use super::rows::{FAMILIES, FAMILY_OWNERS, encode, get_row};
use crate::domain::family::RefreshFamily;
use crate::domain::id::{ClientId, FamilyId, SubjectId};
use crate::store::StoreError;

/// Removes all that is stored of a family. Its grant is the caller's.
pub(super) fn remove_family(
    transaction: &WriteTransaction,
    id: &FamilyId,
) -> Result<(), StoreError> {
    let Some(family) = find_family(transaction, id)? else {
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

/// The families of a person, of one client or of all.
pub(super) fn families_in(
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

pub(super) fn names_of(
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

pub(super) fn find_family(
    transaction: &WriteTransaction,
    id: &FamilyId,
) -> Result<Option<RefreshFamily>, StoreError> {
    get_row(
        &transaction.open_table(FAMILIES).map_err(failed)?,
        "families",
        id.as_str(),
    )
}

pub(super) fn put_family(
    transaction: &WriteTransaction,
    family: &RefreshFamily,
) -> Result<(), StoreError> {
    let row = encode("families", family)?;
    transaction
        .open_table(FAMILIES)
        .map_err(failed)?
        .insert(family.id.as_str(), row.as_slice())
        .map_err(failed)?;
    Ok(())
}
