//! The login form and the error page: HTML that works without script.

use askama::Template;
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use super::super::organisation::Organisation;
use super::super::person::Person;
use super::super::state::World;
use super::request::{AuthRequest, Fields, Refusal};

/// Nothing but the page itself and its style sheet.
///
/// `form-action` cannot name the app's origin alone: a browser may apply it to every redirect
/// that follows the submission, and the app usually sends the person on to a third origin, which
/// nobody here can know.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; form-action 'self' http: https:; base-uri 'none'; frame-ancestors 'none'",
);

#[derive(Template)]
#[template(path = "login/dingtalk_form.html")]
struct FormPage<'page> {
    client_id: &'page str,
    target: String,
    carried: Vec<(&'page str, &'page str)>,
    people: Vec<Choice<'page>>,
    organisations: Vec<(&'page Organisation, bool)>,
    problem: Option<&'page Refusal>,
}

/// Someone to sign in as.
struct Choice<'page> {
    key: String,
    person: &'page Person,
    /// Where they work and as what.
    place: String,
    initial: String,
    badges: Vec<&'static str>,
    checked: bool,
}

#[derive(Template)]
#[template(path = "login/dingtalk_refused.html")]
struct RefusedPage<'page> {
    refusal: &'page Refusal,
}

/// The form. `problem` says why the last submission was not accepted.
pub(super) fn form(
    fields: &Fields,
    request: &AuthRequest,
    world: &World,
    problem: Option<&Refusal>,
) -> Response {
    let people = choices(fields, request, world);
    let wanted = fields
        .get("corp_id")
        .or(request.corp_id.as_deref())
        .unwrap_or(&request.home_corp);
    let organisations: Vec<_> = if request.wants_organisation {
        let all = &world.directory.organisations;
        let known = all.iter().any(|one| one.corp_id == wanted);
        all.iter()
            .enumerate()
            .map(|(position, one)| (one, one.corp_id == wanted || (!known && position == 0)))
            .collect()
    } else {
        Vec::new()
    };
    let status = if problem.is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let page = FormPage {
        client_id: &request.client_id,
        target: request.redirect.origin().ascii_serialization(),
        carried: fields.carried().collect(),
        people,
        organisations,
        problem,
    };
    html(status, page.render())
}

/// The page for a request that leads nowhere.
pub(super) fn refused(refusal: &Refusal) -> Response {
    html(StatusCode::BAD_REQUEST, RefusedPage { refusal }.render())
}

/// Everyone who can be chosen; a person in two organisations once, with the one chosen before or
/// else the first one checked.
fn choices<'page>(
    fields: &Fields,
    request: &AuthRequest,
    world: &'page World,
) -> Vec<Choice<'page>> {
    let mut people: Vec<Choice<'page>> = Vec::new();
    for (home, person) in world.directory.everyone() {
        let is_shown = match &request.exclusive {
            None => true,
            Some(corp_id) => {
                person.exclusive_account && corp_id.as_ref().is_none_or(|id| *id == home.corp_id)
            }
        };
        if !is_shown
            || people
                .iter()
                .any(|one| one.person.unionid == person.unionid)
        {
            continue;
        }
        let key = world.directory.key_of(home, person);
        let is_home = home.corp_id == request.home_corp;
        people.push(Choice {
            checked: fields.get("userid") == Some(key.as_str()),
            key,
            person,
            place: place(home, person, is_home),
            initial: person.nick().chars().take(1).collect(),
            badges: badges(person, is_home),
        });
    }
    if !people.iter().any(|one| one.checked)
        && let Some(first) = people.first_mut()
    {
        first.checked = true;
    }
    people
}

fn place(home: &Organisation, person: &Person, is_home: bool) -> String {
    let mut parts: Vec<&str> = Vec::new();
    if is_home {
        let departments = person.departments.iter();
        parts.extend(
            departments
                .filter_map(|id| home.department(*id))
                .map(|one| one.name.as_str()),
        );
    } else {
        parts.push(&home.name);
    }
    parts.extend(person.title.as_deref());
    parts.join(" · ")
}

fn badges(person: &Person, is_home: bool) -> Vec<&'static str> {
    [
        (!is_home, "其他组织"),
        (person.left, "已离职"),
        (person.contact_type == 1, "外部联系人"),
        (person.exclusive_account, "企业账号"),
        (!person.active, "未激活"),
        (person.boss, "老板"),
        (person.admin, "管理员"),
    ]
    .into_iter()
    .filter(|(applies, _)| *applies)
    .map(|(_, badge)| badge)
    .collect()
}

fn html(status: StatusCode, page: Result<String, askama::Error>) -> Response {
    let mut response = match page {
        Ok(text) => {
            let mut response = Response::new(Body::from(text));
            *response.status_mut() = status;
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page of the simulator cannot be written");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
