//! The login host, `login.dingtalk.com`: who signs in, and to which organisation.
//!
//! One form and no session: each visit asks anew, and everything the form brings back is checked
//! like the first request, for it passed through a browser.

mod page;
mod request;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use url::Url;

use super::AutoLogin;
use super::organisation::Organisation;
use super::person::Person;
use super::redirect::answered;
use super::state::{Shared, World};
use super::tokens::Grant;
use request::{AuthRequest, Fields, Refusal};

/// `GET /oauth2/auth`: the form; with an automatic login, the redirect at once.
pub(super) async fn page(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes());
    let world = shared.world();
    let request = match AuthRequest::check(&fields, &world, &shared.redirects) {
        Ok(request) => request,
        Err(refusal) => return page::refused(&refusal),
    };
    let automatic = match &world.auto_login {
        None => return page::form(&fields, &request, &world, None),
        Some(AutoLogin::First) => world.directory.everyone().next(),
        Some(AutoLogin::UserId(key)) => world.directory.by_key(key),
    };
    let signed_in = automatic
        .ok_or_else(|| {
            Refusal::new(
                "自动登录的人不存在",
                "Automatic login: there is no such person.",
            )
        })
        .and_then(|(_, person)| {
            belongs(&request, person, &world)?;
            grant(&request, person, None, &world)
        });
    drop(world);
    match signed_in {
        Ok(grant) => accept(&shared, request, grant),
        Err(refusal) => page::refused(&refusal),
    }
}

/// `POST /oauth2/auth`: what the person at the form decided.
pub(super) async fn submit(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let fields = Fields::parse(&body);
    let world = shared.world();
    let request = match AuthRequest::check(&fields, &world, &shared.redirects) {
        Ok(request) => request,
        Err(refusal) => return page::refused(&refusal),
    };
    match fields.get("decision") {
        Some("deny") => {
            let target = answered(
                request.redirect,
                &[("error", "access_denied")],
                request.state.as_deref(),
            );
            return see(&target);
        }
        Some("confirm") => {}
        _ => {
            return page::refused(&Refusal::new(
                "没有选择同意或拒绝",
                "The form was sent without a decision.",
            ));
        }
    }
    let person = fields
        .get("userid")
        .and_then(|key| world.directory.by_key(key))
        .map(|(_, person)| person);
    let Some(person) = person else {
        return page::refused(&Refusal::new("这个人不存在", "There is no such person."));
    };
    if let Err(refusal) = belongs(&request, person, &world) {
        return page::refused(&refusal);
    }
    match grant(&request, person, fields.get("corp_id"), &world) {
        Ok(grant) => {
            drop(world);
            accept(&shared, request, grant)
        }
        Err(refusal) => page::form(&fields, &request, &world, Some(&refusal)),
    }
}

/// Whether the person belongs to the organisation that the request names, if it names one. What
/// the form picks is another matter, and can be picked again.
fn belongs(request: &AuthRequest, person: &Person, world: &World) -> Result<(), Refusal> {
    let employers = world.directory.employers(&person.unionid);
    match &request.corp_id {
        Some(wanted) if employers.iter().all(|home| home.corp_id != *wanted) => Err(Refusal::new(
            "corpId 指定的组织里没有这个人",
            format!("The person does not belong to the organisation {wanted} that corpId names."),
        )),
        _ => Ok(()),
    }
}

/// What the app receives if this person signs in, with the organisation picked if the scope asks
/// for one: the one named, or the likeliest.
fn grant(
    request: &AuthRequest,
    person: &Person,
    picked: Option<&str>,
    world: &World,
) -> Result<Grant, Refusal> {
    let corp_id = if request.wants_organisation {
        let employers: Vec<&Organisation> = world
            .directory
            .employers(&person.unionid)
            .into_iter()
            .filter(|home| !request.management || administers(home, person))
            .collect();
        let is = |wanted: Option<&str>| {
            let mut employers = employers.iter();
            wanted.and_then(|id| employers.find(|home| home.corp_id == id))
        };
        let found = match picked {
            Some(_) => is(picked),
            None => is(request.corp_id.as_deref())
                .or_else(|| is(Some(&request.home_corp)))
                .or(employers.first()),
        };
        let home = found.ok_or_else(|| {
            Refusal::new(
                "所选的人不在所选的组织里",
                "The person chosen does not belong to the organisation chosen.",
            )
        })?;
        Some(home.corp_id.clone())
    } else {
        None
    };
    Ok(Grant {
        client_id: request.client_id.clone(),
        unionid: person.unionid.clone(),
        corp_id,
    })
}

fn administers(home: &Organisation, person: &Person) -> bool {
    home.people
        .iter()
        .any(|one| one.unionid == person.unionid && one.admin)
}

/// Back to the app with a fresh code, under both of its names unless the switch says otherwise.
fn accept(shared: &Shared, request: AuthRequest, grant: Grant) -> Response {
    let code = shared.secret();
    let now = shared.now();
    let mut world = shared.world();
    world.tokens.issue_code(code.clone(), grant, now);
    let names = world.code_names.names();
    drop(world);
    let answer: Vec<(&str, &str)> = names.iter().map(|name| (*name, code.as_str())).collect();
    let target = answered(request.redirect, &answer, request.state.as_deref());
    see(&target)
}

fn see(target: &Url) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A serialised URL is ASCII without control characters, so this never fails.
    if let Ok(location) = HeaderValue::from_str(target.as_str()) {
        headers.insert(LOCATION, location);
    }
    response
}
