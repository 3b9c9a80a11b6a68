//! Apps registered at the simulated developer console, and the permissions granted to them.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// The permissions there are: code, and the name the console shows.
pub(super) const PERMISSIONS: &[(&str, &str)] = &[
    (
        "open_app_api_base",
        "获取钉钉开放接口用户访问凭证的基础权限",
    ),
    ("qyapi_base", "调用企业API时需要具备的基本权限"),
    ("snsapi_base", "调用SNS API时需要具备的基本权限"),
    ("Contact.User.Read", "通讯录个人信息读权限"),
    ("Contact.User.mobile", "个人手机号信息"),
    ("qyapi_get_member", "成员信息读权限"),
    ("qyapi_get_department_list", "通讯录部门信息读权限"),
    ("qyapi_get_department_member", "通讯录部门成员读权限"),
    (
        "qyapi_get_member_by_mobile",
        "根据手机号获取成员基本信息权限",
    ),
    ("fieldMobile", "企业员工手机号信息"),
    ("fieldEmail", "邮箱等个人信息"),
    ("qyapi_get_omp_sso_userinfo", "企业OA后台免登访问权限"),
    ("isvapi_base", "三方应用开通使用基础权限"),
];

/// What an internal app that signs people in has no use for, and so is not granted by itself.
const NOT_ORDINARY: &[&str] = &["snsapi_base", "qyapi_get_omp_sso_userinfo", "isvapi_base"];

/// What a suite asks for.
const OF_A_SUITE: &[&str] = &[
    "isvapi_base",
    "open_app_api_base",
    "qyapi_base",
    "Contact.User.Read",
    "Contact.User.mobile",
    "qyapi_get_member",
    "qyapi_get_department_list",
    "qyapi_get_department_member",
];

/// A suite's ticket is replaced by the next one this often.
const TICKET_LIFE: Duration = Duration::from_secs(5 * 3600);

/// An app of an organisation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct App {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) corp_id: String,
    #[serde(default = "ordinary_permissions")]
    pub(super) permissions: BTreeSet<String>,
    /// The departments whose members and sub-departments the app may see (授权范围).
    #[serde(default = "whole_organisation")]
    pub(super) visible_departments: Vec<i64>,
    /// Only for a third-party app, which other organisations take into use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) suite: Option<Suite>,
}

/// What makes an app a third-party app ("suite", ISV).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Suite {
    /// The organisations that took the app into use.
    pub(super) customers: BTreeSet<String>,
    /// Made to order for one organisation (定制应用): then any text is a good suite ticket.
    #[serde(default)]
    pub(super) custom: bool,
}

impl App {
    /// The app that exists when a people file names none.
    pub(super) fn ordinary(corp_id: &str) -> Self {
        Self {
            client_id: "dingsimapp".to_owned(),
            client_secret: "dingsimsecret".to_owned(),
            corp_id: corp_id.to_owned(),
            permissions: ordinary_permissions(),
            visible_departments: whole_organisation(),
            suite: None,
        }
    }

    /// The third-party app that exists when a people file names no app: its own organisation
    /// alone has taken it into use.
    pub(super) fn third_party(corp_id: &str) -> Self {
        Self {
            client_id: "suitesimkey".to_owned(),
            client_secret: "suitesimsecret".to_owned(),
            permissions: OF_A_SUITE.iter().map(|code| (*code).to_owned()).collect(),
            suite: Some(Suite {
                customers: BTreeSet::from([corp_id.to_owned()]),
                custom: false,
            }),
            ..Self::ordinary(corp_id)
        }
    }

    pub(super) fn is_third_party(&self) -> bool {
        self.suite.is_some()
    }

    /// Whether the app may act in this organisation: an internal app in its own, a third-party
    /// app in those that took it into use.
    pub(super) fn acts_in(&self, corp_id: &str) -> bool {
        match &self.suite {
            None => self.corp_id == corp_id,
            Some(suite) => suite.customers.contains(corp_id),
        }
    }

    /// The suite ticket that DingTalk pushed last.
    pub(super) fn suite_ticket(&self, now: Timestamp) -> String {
        let period = now.as_millis() / i64::try_from(TICKET_LIFE.as_millis()).unwrap_or(i64::MAX);
        derived(&["suite ticket", &self.client_id, &period.to_string()])
    }

    pub(super) fn may(&self, permission: &str) -> bool {
        self.permissions.contains(permission)
    }

    /// The person's id within this app alone: another app sees another one.
    pub(super) fn open_id(&self, unionid: &str) -> String {
        derived(&["openid", &self.client_id, unionid])
    }

    /// DingTalk's sentence for a permission that was not granted, with the link to apply for it.
    pub(super) fn apply_text(&self, permission: &str) -> String {
        format!(
            "应用尚未开通所需的权限：[{permission}]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content={}%23{permission}",
            self.client_id
        )
    }
}

/// Whether there is a permission with this code.
pub(super) fn is_permission(code: &str) -> bool {
    PERMISSIONS.iter().any(|(known, _)| *known == code)
}

/// Everything an internal app that signs people in asks for.
fn ordinary_permissions() -> BTreeSet<String> {
    PERMISSIONS
        .iter()
        .map(|(code, _)| (*code).to_owned())
        .filter(|code| !NOT_ORDINARY.contains(&code.as_str()))
        .collect()
}

fn whole_organisation() -> Vec<i64> {
    vec![super::person::ROOT]
}

/// An id of DingTalk's shape that is always the same for the same parts.
pub(super) fn derived(parts: &[&str]) -> String {
    let hash = digest(&SHA256, parts.join("\n").as_bytes());
    let mut id = URL_SAFE_NO_PAD.encode(hash.as_ref());
    id.retain(|letter| letter.is_ascii_alphanumeric());
    id.truncate(20);
    id.push_str("iE");
    id
}
