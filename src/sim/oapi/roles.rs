//! Roles and who holds them. Unlike the user calls, these write camel case in their answers.

use serde_json::{Value, json};

use super::super::reply::OapiError;
use super::{Answer, Call};

/// `topapi/role/list`: a page of role groups with their roles.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let size = call.parameters.bounded("size", Some(20), 1..=200)?;
    let offset = call.parameters.bounded("offset", Some(0), 0..=usize::MAX)?;
    let groups = &call.home.role_groups;
    let entries: Vec<Value> = groups
        .iter()
        .skip(offset)
        .take(size)
        .map(|group| json!({"groupId": group.id, "name": group.name, "roles": group.roles}))
        .collect();
    Ok(json!({"hasMore": offset.saturating_add(size) < groups.len(), "list": entries}))
}

/// `topapi/role/simplelist`: a page of the people who hold a role.
pub(super) fn holders(call: &Call<'_>) -> Answer {
    let role_id = call.parameters.required_number("role_id")?;
    let size = call.parameters.bounded("size", Some(20), 1..=100)?;
    let offset = call.parameters.bounded("offset", Some(0), 0..=usize::MAX)?;
    if call.home.role(role_id).is_none() {
        return Err(OapiError::business(40068, "不合法的角色id"));
    }
    let holders = || {
        call.home
            .people
            .iter()
            .filter(|one| one.is_employee() && one.roles.contains(&role_id))
    };
    let entries: Vec<Value> = holders()
        .skip(offset)
        .take(size)
        .map(|one| json!({"userid": one.userid, "name": one.name, "manageScopes": []}))
        .collect();
    Ok(json!({
        "hasMore": offset.saturating_add(size) < holders().count(), "list": entries,
    }))
}
