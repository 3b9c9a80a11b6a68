//! The calls received, faults, the automatic login, the answer of the login page and the limit
//! on calls.

use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::AutoLogin;
use super::super::fault::Fault;
use super::super::redirect::CodeNames;
use super::super::state::{Shared, World};
use super::{Refused, parsed, reply, respond, shown};

/// `GET /_sim/calls`: the calls received, oldest first.
pub(super) async fn calls(State(shared): State<Arc<Shared>>) -> Response {
    respond(shown(&shared.world().journal).map(|calls| json!({ "calls": calls })))
}

/// `DELETE /_sim/calls`: forgets them.
pub(super) async fn clear_calls(State(shared): State<Arc<Shared>>) -> Response {
    let count = shared.world().journal.clear();
    respond(Ok(json!({ "cleared": count })))
}

/// `GET /_sim/faults`: the faults still to strike, with how often.
pub(super) async fn faults(State(shared): State<Arc<Shared>>) -> Response {
    respond(listed(&shared.world()))
}

/// `POST /_sim/faults`: one more.
pub(super) async fn add_fault(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let fault: Fault = match parsed(&body) {
        Ok(fault) => fault,
        Err(refused) => return refused.into_response(),
    };
    if let Some(flaw) = fault.flaw() {
        return Refused::bad(flaw).into_response();
    }
    let mut world = shared.world();
    world.faults.add(fault);
    match listed(&world) {
        Ok(faults) => reply(StatusCode::CREATED, &faults),
        Err(refused) => refused.into_response(),
    }
}

/// `DELETE /_sim/faults`: all of them.
pub(super) async fn clear_faults(State(shared): State<Arc<Shared>>) -> Response {
    let count = shared.world().faults.clear();
    respond(Ok(json!({ "cleared": count })))
}

fn listed(world: &World) -> Result<Value, Refused> {
    Ok(json!({ "faults": shown(&world.faults)? }))
}

/// The body that sets the automatic login.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    userid: String,
}

/// `GET /_sim/auto-login`.
pub(super) async fn auto_login(State(shared): State<Arc<Shared>>) -> Response {
    let world = shared.world();
    let userid = match &world.auto_login {
        None => None,
        Some(AutoLogin::First) => Some("first"),
        Some(AutoLogin::UserId(key)) => Some(key.as_str()),
    };
    respond(Ok(json!({ "userid": userid })))
}

/// `PUT /_sim/auto-login`: signs this person in without asking, or the `first` one.
pub(super) async fn set_auto_login(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    respond(parsed(&body).and_then(|wanted: Wanted| {
        let Ok(choice) = wanted.userid.parse::<AutoLogin>();
        let mut world = shared.world();
        if let AutoLogin::UserId(key) = &choice
            && world.directory.by_key(key).is_none()
        {
            return Err(Refused::not_found(format!("there is no person {key}")));
        }
        world.auto_login = Some(choice);
        Ok(json!({ "userid": wanted.userid }))
    }))
}

/// `DELETE /_sim/auto-login`: asks again.
pub(super) async fn clear_auto_login(State(shared): State<Arc<Shared>>) -> Response {
    shared.world().auto_login = None;
    respond(Ok(json!({ "userid": null })))
}

/// The body that says under which names the code comes back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Carried {
    carries: CodeNames,
}

/// `GET /_sim/callback`: under which names the code comes back from the login page.
pub(super) async fn callback(State(shared): State<Arc<Shared>>) -> Response {
    respond(Ok(json!({ "carries": shared.world().code_names })))
}

/// `PUT /_sim/callback`: under both names, or one of them alone.
pub(super) async fn set_callback(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    respond(parsed(&body).map(|wanted: Carried| {
        shared.world().code_names = wanted.carries;
        json!({ "carries": wanted.carries })
    }))
}

/// `DELETE /_sim/callback`: under both names again.
pub(super) async fn clear_callback(State(shared): State<Arc<Shared>>) -> Response {
    shared.world().code_names = CodeNames::default();
    respond(Ok(json!({ "carries": CodeNames::default() })))
}

/// The body that sets the limit on calls.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    calls_per_second: NonZeroUsize,
}

/// `GET /_sim/limits`: how often an app may make the same call; null when there is no limit.
pub(super) async fn limits(State(shared): State<Arc<Shared>>) -> Response {
    let most = shared.world().limits.per_second();
    respond(Ok(json!({ "calls_per_second": most })))
}

/// `PUT /_sim/limits`: so often within a second, counted for each app and each API.
pub(super) async fn set_limits(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    respond(parsed(&body).map(|wanted: Limit| {
        let most = wanted.calls_per_second.get();
        shared.world().limits.set(Some(most));
        json!({ "calls_per_second": most })
    }))
}

/// `DELETE /_sim/limits`: as often as one likes.
pub(super) async fn clear_limits(State(shared): State<Arc<Shared>>) -> Response {
    shared.world().limits.set(None);
    respond(Ok(json!({ "calls_per_second": null })))
}
