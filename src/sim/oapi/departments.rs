//! Departments, one level at a time: there is no call that hands out the whole tree.

use serde_json::{Value, json};

use super::super::department::Staff;
use super::super::person::ROOT;
use super::users::employee;
use super::{Answer, Call, no_department};

/// `topapi/v2/department/get`: a department's settings.
pub(super) fn get(call: &Call<'_>) -> Answer {
    let dept_id = call.department(call.parameters.required_number("dept_id")?)?;
    let members = || call.home.direct_members(dept_id);
    let staff = Staff {
        leaders: members()
            .filter(|one| one.leader_in.contains(&dept_id))
            .map(|one| one.userid.as_str())
            .collect(),
        members: members().count(),
        own_members: members().filter(|one| one.union_emp_ext.is_none()).count(),
    };
    let department = call.home.department(dept_id).ok_or_else(no_department)?;
    Ok(department.details(&call.home.corp_id, &staff))
}

/// `topapi/v2/department/listsub`: the next level below a department, the root's by default.
pub(super) fn below(call: &Call<'_>) -> Answer {
    let dept_id = call.department(call.parameters.number("dept_id")?.unwrap_or(ROOT))?;
    Ok(call
        .home
        .below(dept_id)
        .map(|one| {
            json!({
                "dept_id": one.dept_id, "name": one.name, "parent_id": dept_id,
                "create_dept_group": true, "auto_add_user": true,
            })
        })
        .collect())
}

/// `topapi/v2/department/listsubid`: the same by id alone; the app's range does not matter.
pub(super) fn ids_below(call: &Call<'_>) -> Answer {
    let dept_id = call.any_department(call.parameters.required_number("dept_id")?)?;
    let ids: Vec<i64> = call.home.below(dept_id).map(|one| one.dept_id).collect();
    Ok(json!({ "dept_id_list": ids }))
}

/// `topapi/v2/department/listparentbyuser`: the way to the root from each of someone's departments.
pub(super) fn above_user(call: &Call<'_>) -> Answer {
    let person = employee(call, &call.parameters.required_text("userid")?)?;
    let lists: Vec<Value> = person
        .departments
        .iter()
        .map(|id| json!({"parent_dept_id_list": call.home.ancestry(*id)}))
        .collect();
    Ok(json!({ "parent_list": lists }))
}

/// `topapi/v2/department/listparentbydept`: the way to the root, the department itself first.
pub(super) fn above(call: &Call<'_>) -> Answer {
    let dept_id = call.department(call.parameters.required_number("dept_id")?)?;
    Ok(json!({ "parent_id_list": call.home.ancestry(dept_id) }))
}
