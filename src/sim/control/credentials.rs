//! Tokens that end, tickets that DingTalk would push, and codes that its console would append.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::app::{App, Suite};
use super::super::state::Shared;
use super::super::tickets::Visit;
use super::{Refused, parsed, reply, respond};

/// `POST /_sim/tokens/expire`: every access and refresh token is too old from now on.
pub(super) async fn expire(State(shared): State<Arc<Shared>>) -> Response {
    let now = shared.now();
    let count = shared.world().tokens.expire(now);
    respond(Ok(json!({ "expired": count })))
}

/// `POST /_sim/tokens/revoke`: every code, token and ticket becomes unknown.
pub(super) async fn revoke(State(shared): State<Arc<Shared>>) -> Response {
    let mut world = shared.world();
    let count = world.tokens.revoke() + world.tickets.revoke();
    respond(Ok(json!({ "revoked": count })))
}

/// `GET /_sim/apps/{client_id}/suite`: the ticket pushed last, and who uses the app.
pub(super) async fn suite(
    State(shared): State<Arc<Shared>>,
    Path(client_id): Path<String>,
) -> Response {
    let world = shared.world();
    let shown = world
        .app(&client_id)
        .and_then(|app| Some((app, app.suite.as_ref()?)))
        .map(|(app, suite)| described(app, suite, &shared));
    respond(shown.ok_or_else(|| no_suite(&client_id)))
}

/// `PUT /_sim/apps/{client_id}/suite`: other customers, or made to order.
pub(super) async fn set_suite(
    State(shared): State<Arc<Shared>>,
    Path(client_id): Path<String>,
    body: Bytes,
) -> Response {
    let mut world = shared.world();
    let world = &mut *world;
    respond(parsed(&body).and_then(|wanted: Suite| {
        let directory = &world.directory;
        let mut customers = wanted.customers.iter();
        if let Some(corp) = customers.find(|id| directory.organisation(id).is_none()) {
            return Err(Refused::bad(format!("there is no organisation {corp}")));
        }
        let app = world
            .apps
            .iter_mut()
            .find(|app| app.client_id == client_id && app.is_third_party())
            .ok_or_else(|| no_suite(&client_id))?;
        app.suite = Some(wanted.clone());
        Ok(described(app, &wanted, &shared))
    }))
}

fn described(app: &App, suite: &Suite, shared: &Shared) -> Value {
    json!({
        "client_id": app.client_id, "customers": suite.customers, "custom": suite.custom,
        "ticket": app.suite_ticket(shared.now()),
    })
}

fn no_suite(client_id: &str) -> Refused {
    Refused::not_found(format!("there is no third-party app {client_id}"))
}

/// Who opens an app from the console.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    userid: String,
}

/// `POST /_sim/sso-codes`: the code appended when this administrator opens an app.
pub(super) async fn console_code(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let code = shared.secret();
    let mut world = shared.world();
    let minted = parsed(&body).and_then(|opening: Opening| {
        let key = opening.userid;
        let found = world.directory.by_key(&key);
        let (home, person) = found
            .filter(|(_, person)| person.is_employee())
            .ok_or_else(|| Refused::not_found(format!("there is no employee {key}")))?;
        if !person.admin {
            return Err(Refused::bad(format!("{key} is not an administrator")));
        }
        Ok(Visit {
            corp_id: home.corp_id.clone(),
            userid: person.userid.clone(),
        })
    });
    match minted {
        Ok(visit) => {
            let body = json!({"code": code, "corp_id": visit.corp_id});
            world.tickets.admit(code, visit, shared.now());
            reply(StatusCode::CREATED, &body)
        }
        Err(refused) => refused.into_response(),
    }
}
