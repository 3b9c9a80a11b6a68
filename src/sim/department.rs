//! A department, and all that DingTalk tells of one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::app::derived;

/// A department; the root alone has no parent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Department {
    pub(super) dept_id: i64,
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parent_id: Option<i64>,
    /// The organisation's own code for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// What the system it was imported from calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_identifier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tags: Option<String>,
    /// The userid of the owner of its chat group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org_dept_owner: Option<String>,
    /// The department of a linked organisation that this one stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    union_dept_ext: Option<LinkedDepartment>,
}

/// A department of another organisation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkedDepartment {
    dept_id: i64,
    corp_id: String,
}

/// Who is in a department.
pub(super) struct Staff<'home> {
    pub(super) leaders: Vec<&'home str>,
    pub(super) members: usize,
    /// Of the members, those who do not come from a linked organisation.
    pub(super) own_members: usize,
}

impl Department {
    /// `topapi/v2/department/get`. What is not set is left out, not null.
    pub(super) fn details(&self, corp_id: &str, staff: &Staff<'_>) -> Value {
        let chat = derived(&["chat", corp_id, &self.dept_id.to_string()]);
        let mut fields = Map::new();
        if let Value::Object(always) = json!({
            "dept_id": self.dept_id,
            "name": self.name,
            "order": self.dept_id,
            "dept_manager_userid_list": staff.leaders,
            "create_dept_group": true,
            "dept_group_chat_id": format!("chat{}", chat.to_lowercase()),
            "auto_add_user": true,
            "group_contain_sub_dept": false,
            "hide_dept": false,
            "dept_permits": [],
            "user_permits": [],
            "outer_dept": false,
            "outer_permit_depts": [],
            "outer_permit_users": [],
            "auto_approve_apply": false,
            "from_union_org": self.union_dept_ext.is_some(),
            "member_count": staff.members,
            "owning_member_count": staff.own_members,
        }) {
            fields.extend(always);
        }
        let sometimes = [
            ("parent_id", self.parent_id.map(Value::from)),
            ("code", self.code.as_deref().map(Value::from)),
            (
                "source_identifier",
                self.source_identifier.as_deref().map(Value::from),
            ),
            ("tags", self.tags.as_deref().map(Value::from)),
            (
                "org_dept_owner",
                self.org_dept_owner.as_deref().map(Value::from),
            ),
            (
                "union_dept_ext",
                self.union_dept_ext
                    .as_ref()
                    .map(|one| json!({"dept_id": one.dept_id, "corp_id": one.corp_id})),
            ),
        ];
        for (name, value) in sometimes {
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
        Value::Object(fields)
    }
}
