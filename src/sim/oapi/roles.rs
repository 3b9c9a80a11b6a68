//! Roles and who holds them. Unlike the user calls, these write camel case in their answers, and
//! they have codes of their own for what is wrong with a parameter.

use serde_json::{Value, json};

use super::super::reply::OapiError;
use super::{Answer, Call};

/// `topapi/role/list`: a page of role groups with their roles.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let (size, offset) = page(call, 200)?;
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
    let role_id = role(call)?;
    let (size, offset) = page(call, 100)?;
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

/// The role a call names: missing, not a role's id at all, or the id of no role. DingTalk lists
/// these codes without their meaning; the order here is the simulator's reading.
fn role(call: &Call<'_>) -> Result<i64, OapiError> {
    let id = call
        .parameters
        .number("role_id")
        .map_err(|_| OapiError::business(33011, "无效的角色id"))?
        .ok_or_else(|| OapiError::business(400_001, "缺少参数 role_id"))?;
    if id <= 0 {
        return Err(OapiError::business(33011, "无效的角色id"));
    }
    match call.home.role(id) {
        Some(_) => Ok(id),
        None => Err(OapiError::business(400_043, "角色不存在")),
    }
}

/// The size and the offset of a page.
fn page(call: &Call<'_>, most: usize) -> Result<(usize, usize), OapiError> {
    let parameters = &call.parameters;
    let size = parameters
        .bounded("size", Some(20), 1..=most)
        .map_err(|_| OapiError::business(40069, "不合法的分页大小"))?;
    let offset = parameters
        .bounded("offset", Some(0), 0..=usize::MAX)
        .map_err(|_| OapiError::business(40068, "不合法的偏移量"))?;
    Ok((size, offset))
}
