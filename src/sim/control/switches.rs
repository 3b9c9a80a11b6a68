//! The calls received, faults, tokens and the automatic login.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::AutoLogin;
use super::super::fault::Fault;
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

/// `POST /_sim/tokens/expire`: every access and refresh token is too old from now on.
pub(super) async fn expire(State(shared): State<Arc<Shared>>) -> Response {
    let now = shared.now();
    let count = shared.world().tokens.expire(now);
    respond(Ok(json!({ "expired": count })))
}

/// `POST /_sim/tokens/revoke`: every code and token becomes unknown.
pub(super) async fn revoke(State(shared): State<Arc<Shared>>) -> Response {
    let count = shared.world().tokens.revoke();
    respond(Ok(json!({ "revoked": count })))
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
