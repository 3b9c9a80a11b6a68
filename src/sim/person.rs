//! One person in one organisation, as a people file writes it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The department every organisation has.
pub(super) const ROOT: i64 = 1;

/// A membership and the DingTalk account behind it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    pub(super) userid: String,
    /// The name the organisation gave; the nickname is the person's own choice.
    pub(super) name: String,
    /// Filled from organisation and userid when a file leaves it out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) unionid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nick: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) avatar: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mobile: Option<String>,
    #[serde(default = "china")]
    pub(super) state_code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) org_email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) org_email_type: Option<String>,
    /// The account's own mailbox. It crosses organisations: it may be another company's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) personal_email: Option<String>,
    #[serde(default)]
    pub(super) hide_mobile: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) telephone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) job_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) work_place: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) remark: Option<String>,
    /// JSON in a string, as DingTalk hands it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) extension: Option<String>,
    /// The same in several languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) extension_i18n: Option<Map<String, Value>>,
    #[serde(default = "root_only")]
    pub(super) departments: Vec<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) leader_in: Vec<i64>,
    /// What the person is in each department, where that is more than one title.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) positions: Vec<Position>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) roles: Vec<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) manager_userid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hired_date: Option<i64>,
    #[serde(default = "yes")]
    pub(super) active: bool,
    #[serde(default = "yes")]
    pub(super) real_authed: bool,
    #[serde(default)]
    pub(super) senior: bool,
    #[serde(default)]
    pub(super) admin: bool,
    #[serde(default)]
    pub(super) boss: bool,
    /// 0 for an employee, 1 for an external contact.
    #[serde(default)]
    pub(super) contact_type: u8,
    /// No longer a member; the DingTalk account remains and can still sign in there.
    #[serde(default)]
    pub(super) left: bool,
    #[serde(default)]
    pub(super) exclusive_account: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) exclusive_account_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) login_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nickname: Option<String>,
    #[serde(default)]
    pub(super) disable_status: bool,
    /// Only for someone who comes from a linked organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) union_emp_ext: Option<LinkedMember>,
}

/// A position in a department.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    pub(super) dept_id: i64,
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    work_place: Option<String>,
    is_main: bool,
}

/// Who a member is in the organisations that are linked to this one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkedMember {
    userid: String,
    corp_id: String,
    #[serde(default)]
    union_emp_map_list: Vec<Membership>,
}

/// A userid in an organisation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Membership {
    userid: String,
    corp_id: String,
}

impl Person {
    /// The nickname the person goes by at DingTalk.
    pub(super) fn nick(&self) -> &str {
        self.nick.as_deref().unwrap_or(&self.name)
    }

    /// Whether the directory lists the person: neither gone nor merely a contact.
    pub(super) fn is_employee(&self) -> bool {
        !self.left && self.contact_type == 0
    }

    /// What is wrong with the person taken alone, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        if !is_userid(&self.userid) {
            return Some(
                "a userid has 1 to 64 letters, digits and the signs - _ @ . and begins with a letter or digit".to_owned(),
            );
        }
        if self.name.is_empty() {
            return Some("the name is empty".to_owned());
        }
        if self.contact_type > 1 {
            return Some("contact_type is 0 (employee) or 1 (external contact)".to_owned());
        }
        if self.departments.is_empty() {
            return Some("departments is empty; everyone is in one at least".to_owned());
        }
        if let Some(kind) = &self.exclusive_account_type
            && !matches!(kind.as_str(), "sso" | "dingtalk")
        {
            return Some("exclusive_account_type is sso or dingtalk".to_owned());
        }
        if let Some(text) = &self.extension
            && !serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object())
        {
            return Some("extension is a string that holds a JSON object".to_owned());
        }
        None
    }
}

/// The form of a userid. Also what keeps a slash out, which separates organisation and userid in
/// the login form.
fn is_userid(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '@' | '.'))
}

fn china() -> String {
    "86".to_owned()
}

fn root_only() -> Vec<i64> {
    vec![ROOT]
}

fn yes() -> bool {
    true
}
