//! Members of the app's organisation.

use serde_json::{Value, json};

use super::super::member;
use super::super::person::Person;
use super::super::reply::OapiError;
use super::parameters::invalid;
use super::{Answer, Call};

/// `topapi/user/getbyunionid`: whether someone who signed in is one of ours. Someone who left, or
/// belongs to another organisation only, is not found; an external contact is, with type 1.
pub(super) fn by_unionid(call: &Call<'_>) -> Answer {
    let unionid = call.parameters.required_text("unionid")?;
    let found = call
        .home
        .people
        .iter()
        .find(|person| person.unionid == unionid && !person.left);
    let person = found.ok_or_else(not_found)?;
    Ok(json!({"contact_type": person.contact_type, "userid": person.userid}))
}

/// `topapi/v2/user/get`: a member's details.
pub(super) fn get(call: &Call<'_>) -> Answer {
    let person = match call.parameters.text("login_id") {
        // Exclusive accounts of the own organisation alone have one, and it overrides the userid.
        Some(login_id) => call
            .home
            .people
            .iter()
            .find(|one| one.is_employee() && one.login_id.as_deref() == Some(login_id.as_str()))
            .ok_or_else(not_found)?,
        None => employee(call, &call.parameters.required_text("userid")?)?,
    };
    if !person
        .departments
        .iter()
        .any(|id| call.sees_department(*id))
    {
        return Err(OapiError::business(50002, "请求的员工userid不在授权范围内"));
    }
    Ok(member::details(person, call.home, call.app))
}

/// `topapi/v2/user/getbymobile`: the userid behind a mobile number.
pub(super) fn by_mobile(call: &Call<'_>) -> Answer {
    let mobile = call.parameters.required_text("mobile")?;
    let digits = mobile.trim_start_matches('+');
    if digits.len() < 5
        || !digits
            .chars()
            .all(|sign| sign.is_ascii_digit() || sign == '-')
    {
        return Err(OapiError::business(40104, "无效的手机号码"));
    }
    let found = call
        .home
        .people
        .iter()
        .find(|one| one.is_employee() && one.mobile.as_deref() == Some(mobile.as_str()));
    Ok(json!({"userid": found.ok_or_else(not_found)?.userid}))
}

/// `topapi/user/listadmin`: 1 is the main administrator, 2 a further one.
pub(super) fn admins(call: &Call<'_>) -> Answer {
    let admins = call
        .home
        .people
        .iter()
        .filter(|one| one.admin && one.is_employee());
    Ok(admins
        .map(|one| json!({"userid": one.userid, "sys_level": if one.boss { 1 } else { 2 }}))
        .collect())
}

/// `topapi/user/listid`: the userids of a department; the app's range does not matter.
pub(super) fn ids(call: &Call<'_>) -> Answer {
    let dept_id = call.any_department(call.parameters.required_number("dept_id")?)?;
    let ids: Vec<&str> = call
        .home
        .direct_members(dept_id)
        .map(|one| one.userid.as_str())
        .collect();
    Ok(json!({ "userid_list": ids }))
}

/// `topapi/v2/user/list`: a page of a department's direct members, in some detail.
pub(super) fn list(call: &Call<'_>) -> Answer {
    page(call, |person, dept_id| {
        member::listed(person, call.home, dept_id, call.app)
    })
}

/// `topapi/user/listsimple`: the same page with names alone.
pub(super) fn list_simple(call: &Call<'_>) -> Answer {
    page(
        call,
        |person, _| json!({"userid": person.userid, "name": person.name}),
    )
}

fn page(call: &Call<'_>, entry: impl Fn(&Person, i64) -> Value) -> Answer {
    let dept_id = call.department(call.parameters.required_number("dept_id")?)?;
    let cursor = call.parameters.bounded("cursor", None, 0..=usize::MAX)?;
    let size = call.parameters.bounded("size", None, 1..=100)?;
    let mut members: Vec<&Person> = call.home.direct_members(dept_id).collect();
    match call.parameters.text("order_field").as_deref() {
        None | Some("custom" | "entry_asc" | "modify_asc") => {}
        Some("entry_desc" | "modify_desc") => members.reverse(),
        Some(_) => return Err(invalid("order_field")),
    }
    let end = cursor.saturating_add(size);
    let entries: Vec<Value> = members
        .iter()
        .skip(cursor)
        .take(size)
        .map(|person| entry(person, dept_id))
        .collect();
    // The cursor of a next page is there only when there is a next page.
    Ok(if end < members.len() {
        json!({"has_more": true, "next_cursor": end, "list": entries})
    } else {
        json!({"has_more": false, "list": entries})
    })
}

/// The employee a call names by userid.
pub(super) fn employee<'world>(
    call: &Call<'world>,
    userid: &str,
) -> Result<&'world Person, OapiError> {
    if userid.chars().count() > 64 {
        return Err(OapiError::business(33012, "无效的USERID"));
    }
    call.home.employee(userid).ok_or_else(not_found)
}

fn not_found() -> OapiError {
    OapiError::business(60121, "找不到该用户")
}
