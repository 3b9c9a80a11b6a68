//! The DingTalk simulator: enough of DingTalk to develop and test against, on one port.
//!
//! It plays DingTalk's three hosts at once, told apart by the path alone:
//!
//! | DingTalk's host | here |
//! | --- | --- |
//! | `login.dingtalk.com` | `/oauth2/auth` |
//! | `api.dingtalk.com` | `/v1.0/...` and every path nobody else claims |
//! | `oapi.dingtalk.com` | `/topapi/...`, `/gettoken`, `/auth/scopes` |
//!
//! Beside them `/_sim` is a control interface that DingTalk does not have: it changes people and
//! permissions, injects faults and lists the calls received. `GET /_sim` describes it.
//!
//! Where DingTalk is strict, odd or unhelpful, so is the simulator: a client that works here must
//! not fail at DingTalk because something was answered too kindly.
//!
//! One thing is kinder than DingTalk until it is switched on, for the sake of load tests: the
//! limit of 20 calls a second for each app and each API. `PUT /_sim/limits` with
//! `{"calls_per_second": 20}` switches it on.
//!
//! # People file
//!
//! A JSON document, the same that `GET /_sim/people` answers:
//!
//! ```json
//! { "organisations": [ {
//!     "corp_id": "dingsimcorp", "name": "星河科技",
//!     "departments": [ {"dept_id": 1, "name": "星河科技"}, {"dept_id": 2, "name": "技术部", "parent_id": 1} ],
//!     "role_groups": [ {"id": 100, "name": "职务", "roles": [ {"id": 101, "name": "总监"} ]} ],
//!     "people": [ {"userid": "zhangsan", "name": "张三", "departments": [2], "roles": [101]} ]
//! } ],
//!   "apps": [ {"client_id": "dingsimapp", "client_secret": "dingsimsecret", "corp_id": "dingsimcorp",
//!              "permissions": ["qyapi_base"], "visible_departments": [1]} ] }
//! ```
//!
//! Of a person only `userid` and `name` are required. The others are: `unionid` (derived from
//! organisation and userid when absent; the same one in two organisations is one person in both),
//! `nick` (the nickname the person chose; `name` when absent), `avatar`, `mobile`, `state_code`
//! (`86`), `email`, `org_email`, `org_email_type`, `personal_email` (the mailbox of the person's
//! own DingTalk account), `hide_mobile`, `telephone`, `job_number`, `title`, `work_place`,
//! `remark`, `extension`, `extension_i18n`, `departments` (`[1]`), `leader_in`, `positions` (what
//! they are in each department: `dept_id`, `title`, `work_place`, `is_main`), `roles`,
//! `manager_userid`, `union_emp_ext` (who comes from a linked organisation),
//! `hired_date` (milliseconds), `active` (true), `real_authed` (true), `senior`, `admin`, `boss`,
//! `contact_type` (0 employee, 1 external contact), `left` (true: no longer a member, the DingTalk
//! account remains), `exclusive_account`, `exclusive_account_type` (`sso` or `dingtalk`),
//! `login_id`, `nickname`, `disable_status`.
//!
//! Of a department, `code`, `source_identifier`, `tags`, `org_dept_owner` and `union_dept_ext`
//! may be left out, and of an organisation its `sso_secret`.
//!
//! `apps` may be left out: then there is `dingsimapp` with the secret `dingsimsecret`, of
//! `dingsimcorp` (or of the first organisation, should there be no `dingsimcorp`), and the
//! third-party app `suitesimkey` with the secret `suitesimsecret`, which the same organisation
//! has taken into use. In a file, `"suite": {"customers": ["dingsimcorp"], "custom": false}`
//! makes an app a third-party one. A field that is not known is refused, so that a misspelt one
//! is not silently without effect.

mod api;
mod app;
mod control;
mod department;
mod directory;
mod fault;
mod gate;
mod journal;
mod limits;
mod login;
mod member;
mod oapi;
mod organisation;
mod person;
mod redirect;
mod reply;
mod state;
mod strike;
mod tickets;
mod tokens;

use std::str::FromStr;
use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{any, get};

use crate::clock::Clock;
use crate::entropy::Entropy;
use state::Shared;

/// What a simulator starts with.
pub struct Settings {
    /// The text of a people file (JSON, see the module's description); without one, the built-in
    /// organisation of about thirty people.
    pub people: Option<String>,
    /// Whom the login page signs in at once, without asking.
    pub auto_login: Option<AutoLogin>,
    /// Redirect URLs that are registered besides `/callback/...` on a loopback host; compared
    /// exactly.
    pub redirects: Vec<String>,
    /// Where the present moment comes from: codes and tokens expire by it.
    pub clock: Arc<dyn Clock>,
    /// Where codes, tokens and request ids come from.
    pub entropy: Arc<dyn Entropy>,
}

/// Whom the login page signs in without asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AutoLogin {
    /// The first person of the first organisation.
    First,
    /// The person with this userid; `corp_id/userid` for one of another organisation.
    UserId(String),
}

impl FromStr for AutoLogin {
    type Err = std::convert::Infallible;

    /// `first`, or a userid.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "first" => Self::First,
            userid => Self::UserId(userid.to_owned()),
        })
    }
}

/// Why a simulator cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The people file is not JSON, or not of the form described at the module.
    #[error("the people file cannot be read at line {line}, column {column}: {reason}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The people file can be read and contradicts itself.
    #[error("the people file contradicts itself: {0}")]
    Contradiction(String),
    /// The person to sign in automatically is nobody's userid.
    #[error("nobody to sign in automatically: there is no person {0:?}")]
    UnknownPerson(String),
}

/// A running simulation. Clones share their state.
#[derive(Clone)]
pub struct Simulator {
    shared: Arc<Shared>,
}

impl Simulator {
    /// Sets the stage: reads the people and has issued nothing yet.
    ///
    /// # Errors
    ///
    /// When the people file cannot be used, or `auto_login` names nobody.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            shared: Arc::new(Shared::new(settings)?),
        })
    }

    /// DingTalk's three hosts and the control interface, as one router.
    pub fn router(&self) -> Router {
        let dingtalk = Router::new()
            .route("/oauth2/auth", get(login::page).post(login::submit))
            .route("/gettoken", any(oapi::plain::gettoken))
            .route("/auth/scopes", any(oapi::plain::scopes))
            .route("/topapi/{*method}", any(oapi::gateway))
            .fallback(api::dispatch)
            .layer(middleware::from_fn_with_state(
                Arc::clone(&self.shared),
                gate::observe,
            ))
            .with_state(Arc::clone(&self.shared));
        dingtalk.nest("/_sim", control::router(Arc::clone(&self.shared)))
    }
}
