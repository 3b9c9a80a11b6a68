//! The old host, `oapi.dingtalk.com`: the gateway in front of every `/topapi` call.

mod departments;
mod parameters;
pub(super) mod plain;
mod roles;
mod users;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::app::App;
use super::organisation::Organisation;
use super::reply::{OapiError, Outcome, TOO_OFTEN, json_reply};
use super::state::Shared;
use super::tokens::{Bearer, Known};
use parameters::Parameters;

/// What a call works on: the app that asks and its own organisation, never another.
struct Call<'world> {
    app: &'world App,
    home: &'world Organisation,
    parameters: Parameters,
}

/// A call's result, or its own failure.
type Answer = Result<Value, OapiError>;

/// A method of the old host.
struct Api {
    path: &'static str,
    permission: &'static str,
    run: fn(&Call<'_>) -> Answer,
}

/// The department id of the home-school book (家校通讯录), which these calls do not read.
const HOME_AND_SCHOOL: i64 = -7;

const MEMBER: &str = "qyapi_get_member";
const DEPARTMENTS: &str = "qyapi_get_department_list";
const MEMBERS: &str = "qyapi_get_department_member";

#[rustfmt::skip]
const METHODS: &[Api] = &[
    Api { path: "/topapi/user/getbyunionid", permission: MEMBER, run: users::by_unionid },
    Api { path: "/topapi/v2/user/get", permission: MEMBER, run: users::get },
    Api { path: "/topapi/v2/user/getbymobile", permission: "qyapi_get_member_by_mobile", run: users::by_mobile },
    Api { path: "/topapi/user/listadmin", permission: MEMBER, run: users::admins },
    Api { path: "/topapi/user/listid", permission: MEMBER, run: users::ids },
    Api { path: "/topapi/v2/user/list", permission: MEMBERS, run: users::list },
    Api { path: "/topapi/user/listsimple", permission: MEMBERS, run: users::list_simple },
    Api { path: "/topapi/v2/department/get", permission: DEPARTMENTS, run: departments::get },
    Api { path: "/topapi/v2/department/listsub", permission: DEPARTMENTS, run: departments::below },
    Api { path: "/topapi/v2/department/listsubid", permission: DEPARTMENTS, run: departments::ids_below },
    Api { path: "/topapi/v2/department/listparentbyuser", permission: DEPARTMENTS, run: departments::above_user },
    Api { path: "/topapi/v2/department/listparentbydept", permission: DEPARTMENTS, run: departments::above },
    Api { path: "/topapi/role/list", permission: DEPARTMENTS, run: roles::list },
    Api { path: "/topapi/role/simplelist", permission: MEMBERS, run: roles::holders },
];

/// Every `/topapi` call.
pub(super) async fn gateway(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match answer(&shared, &method, &uri, &headers, &body) {
        Ok(result) => {
            let id = shared.oapi_request_id();
            let body = json!({"errcode": 0, "errmsg": "ok", "result": result, "request_id": id});
            let outcome = Outcome {
                code: Some("0".to_owned()),
                request_id: Some(id),
            };
            json_reply(StatusCode::OK, &body, outcome)
        }
        Err(error) => error.into_response(&shared),
    }
}

fn answer(shared: &Shared, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
    let path = uri.path();
    let Some(api) = METHODS.iter().find(|api| api.path == path) else {
        let name = path.trim_start_matches("/topapi/").replace('/', ".");
        return Err(OapiError::UnknownMethod(format!("dingtalk.oapi.{name}")));
    };
    if method != Method::POST {
        return Err(OapiError::business(43002, "需要POST请求"));
    }
    let parameters = Parameters::read(headers, body);
    // In the query, or a field of a form; a header is not looked at.
    let token = query_field(uri, "access_token")
        .or_else(|| parameters.form_token())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| OapiError::Gateway(40000, "access_token is blank".to_owned()))?;
    let mut world = shared.world();
    let (client_id, corp_id) = match world.tokens.look_up(&token, shared.now()) {
        Known::Valid(Bearer::App { client_id, corp_id }) => (client_id, corp_id),
        Known::Expired => {
            return Err(OapiError::Gateway(42001, "access_token已过期".to_owned()));
        }
        // Any other token, a user's for one, means nothing at this host.
        Known::Nothing | Known::Valid(_) => return Err(false_token()),
    };
    let now = shared.now();
    let within = world.limits.admits(&client_id, &corp_id, api.path, now);
    let (Some(app), Some(home)) = (
        world.app(&client_id),
        world.directory.organisation(&corp_id),
    ) else {
        return Err(false_token());
    };
    if !within {
        let code = OapiError::too_often(app);
        return Err(OapiError::Gateway(code, TOO_OFTEN.to_owned()));
    }
    // The organisation has meanwhile given up a third-party app.
    if !app.acts_in(&corp_id) {
        return Err(OapiError::business(43007, "需要授权"));
    }
    if !app.may(api.permission) {
        return Err(OapiError::Gateway(
            60011,
            format!(
                "{} {{requiredScopes=[{}]}}",
                app.apply_text(api.permission),
                api.permission
            ),
        ));
    }
    (api.run)(&Call {
        app,
        home,
        parameters,
    })
}

fn false_token() -> OapiError {
    OapiError::Gateway(40014, "不合法的access_token".to_owned())
}

fn no_department() -> OapiError {
    OapiError::business(60003, "部门不存在")
}

/// A field of the query string.
fn query_field(uri: &Uri, name: &str) -> Option<String> {
    url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

impl Call<'_> {
    /// Whether the app's range (授权范围) takes in this department.
    fn sees_department(&self, dept_id: i64) -> bool {
        let above = self.home.ancestry(dept_id);
        let visible = &self.app.visible_departments;
        above.iter().any(|id| visible.contains(id))
    }

    /// The department a call names, which must exist and lie within the app's range.
    fn department(&self, dept_id: i64) -> Result<i64, OapiError> {
        self.any_department(dept_id)?;
        if self.sees_department(dept_id) {
            Ok(dept_id)
        } else {
            Err(OapiError::business(50004, "请求的部门id不在授权范围内"))
        }
    }

    /// The department a call names, within the app's range or not.
    fn any_department(&self, dept_id: i64) -> Result<i64, OapiError> {
        if dept_id == HOME_AND_SCHOOL {
            return Err(OapiError::business(40009, "不合法的部门id"));
        }
        match self.home.department(dept_id) {
            Some(_) => Ok(dept_id),
            None => Err(no_department()),
        }
    }
}
