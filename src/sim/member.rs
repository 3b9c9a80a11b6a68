//! A person as each call tells of them, and which permission uncovers which field.

use serde_json::{Map, Value, json};

use super::app::App;
use super::organisation::Organisation;
use super::person::Person;

/// `GET /v1.0/contact/users/me`: the DingTalk account, which belongs to no organisation.
pub(super) fn me(person: &Person, app: &App) -> Value {
    let mut fields = Fields::default();
    fields.set("nick", person.nick());
    fields.set("unionId", person.unionid.as_str());
    fields.set("openId", app.open_id(&person.unionid));
    fields.set("visitor", false);
    fields.set_known("avatarUrl", person.avatar.as_deref());
    if app.may("Contact.User.mobile")
        && let Some(mobile) = &person.mobile
    {
        if app.is_third_party() {
            fields.set("mobile", masked(mobile));
        } else {
            fields.set("mobile", mobile.as_str());
        }
        fields.set("stateCode", person.state_code.as_str());
    }
    let mailbox = person.personal_email.as_deref();
    // Addresses of DingTalk's own mail service are never handed out here.
    fields.set_known(
        "email",
        mailbox.filter(|address| !address.ends_with("@dingtalk.com")),
    );
    fields.done()
}

/// `topapi/v2/user/get`: everything the organisation knows of a member.
pub(super) fn details(person: &Person, home: &Organisation, app: &App) -> Value {
    let mut fields = common(person, app);
    fields.set("real_authed", person.real_authed);
    fields.set("senior", person.senior);
    fields.set_known("manager_userid", person.manager_userid.as_deref());
    let orders: Vec<Value> = person
        .departments
        .iter()
        .map(|id| json!({"dept_id": id, "order": order(person, home)}))
        .collect();
    fields.set("dept_order_list", orders);
    let leading: Vec<Value> = person
        .departments
        .iter()
        .map(|id| json!({"dept_id": id, "leader": person.leader_in.contains(id)}))
        .collect();
    fields.set("leader_in_dept", leading);
    let roles: Vec<Value> = person
        .roles
        .iter()
        .filter_map(|id| home.role(*id))
        .map(|(group, role)| json!({"id": role.id, "name": role.name, "group_name": group.name}))
        .collect();
    if !roles.is_empty() {
        fields.set("role_list", roles);
    }
    if !person.positions.is_empty() {
        fields.set("dept_position_list", json!(person.positions));
    }
    if let Some(linked) = &person.union_emp_ext {
        fields.set("union_emp_ext", json!(linked));
    }
    fields.set_known("org_email_type", person.org_email_type.as_deref());
    if person.exclusive_account {
        fields.set_known(
            "exclusive_account_type",
            person.exclusive_account_type.as_deref(),
        );
        fields.set("exclusive_account_corp_id", home.corp_id.as_str());
        fields.set("exclusive_account_corp_name", home.name.as_str());
        if person.exclusive_account_type.as_deref() == Some("dingtalk") {
            fields.set_known("login_id", person.login_id.as_deref());
            fields.set_known("nickname", person.nickname.as_deref());
            fields.set("disable_status", person.disable_status);
        }
    }
    fields.done()
}

/// An entry of `topapi/v2/user/list`: less than the details, more about the one department.
pub(super) fn listed(person: &Person, home: &Organisation, dept_id: i64, app: &App) -> Value {
    let mut fields = common(person, app);
    fields.set("dept_order", order(person, home));
    fields.set("leader", person.leader_in.contains(&dept_id));
    fields.done()
}

fn common(person: &Person, app: &App) -> Fields {
    let mut fields = Fields::default();
    fields.set("userid", person.userid.as_str());
    fields.set("unionid", person.unionid.as_str());
    fields.set("name", person.name.as_str());
    fields.set("dept_id_list", person.departments.clone());
    fields.set("active", person.active);
    fields.set("admin", person.admin);
    fields.set("boss", person.boss);
    fields.set("hide_mobile", person.hide_mobile);
    fields.set("exclusive_account", person.exclusive_account);
    fields.set_known("avatar", person.avatar.as_deref());
    fields.set_known("job_number", person.job_number.as_deref());
    fields.set_known("title", person.title.as_deref());
    // Whatever permission a third-party app has, the rest is kept from it.
    if app.is_third_party() {
        return fields;
    }
    fields.set_known("telephone", person.telephone.as_deref());
    if let Some(moment) = person.hired_date {
        fields.set("hired_date", moment);
    }
    if app.may("fieldMobile")
        && let Some(mobile) = &person.mobile
    {
        fields.set("mobile", mobile.as_str());
        fields.set("state_code", person.state_code.as_str());
    }
    if app.may("fieldEmail") {
        fields.set_known("email", person.email.as_deref());
        fields.set_known("org_email", person.org_email.as_deref());
        fields.set_known("work_place", person.work_place.as_deref());
        fields.set_known("remark", person.remark.as_deref());
        fields.set_known("extension", person.extension.as_deref());
        // The reference names no condition for it. It holds what `extension` holds, so it is
        // taken to be gated alike: never kinder.
        if let Some(texts) = &person.extension_i18n {
            fields.set("extension_i18n", texts.clone());
        }
    }
    fields
}

/// A number as third-party apps see it: its first three and its last four digits.
fn masked(mobile: &str) -> String {
    let digits: Vec<char> = mobile.chars().collect();
    let last = digits.len().saturating_sub(4);
    let shown = |position: usize| digits.len() > 7 && (position < 3 || position >= last);
    digits
        .iter()
        .enumerate()
        .map(|(position, digit)| if shown(position) { *digit } else { '*' })
        .collect()
}

/// The sort key within a department: a large number without meaning, earlier people higher.
fn order(person: &Person, home: &Organisation) -> i64 {
    let position = home
        .people
        .iter()
        .position(|one| one.userid == person.userid)
        .and_then(|position| i64::try_from(position).ok())
        .unwrap_or(0);
    176_294_560_870_512 - 512 * position
}

/// An object under construction. A field without a value is left out, not null.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn set_known(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    fn done(self) -> Value {
        Value::Object(self.0)
    }
}
