//! Apps: what was granted to them, and what is granted or taken away now.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::super::app::{App, PERMISSIONS, is_permission};
use super::super::state::Shared;
use super::{Refused, parsed, respond};

/// `GET /_sim/apps`: the apps, without their secrets.
pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Response {
    let apps: Vec<Value> = shared.world().apps.iter().map(public).collect();
    respond(Ok(json!({ "apps": apps })))
}

/// `GET /_sim/apps/{client_id}`.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(client_id): Path<String>,
) -> Response {
    respond(change(&shared, &client_id, |app| Ok(public(app))))
}

/// `GET /_sim/apps/{client_id}/permissions`: every permission there is, and whether it is granted.
pub(super) async fn permissions(
    State(shared): State<Arc<Shared>>,
    Path(client_id): Path<String>,
) -> Response {
    respond(change(&shared, &client_id, |app| {
        let all: Map<String, Value> = PERMISSIONS
            .iter()
            .map(|(code, name)| {
                let entry = json!({"name": name, "granted": app.may(code)});
                ((*code).to_owned(), entry)
            })
            .collect();
        Ok(json!({"client_id": app.client_id, "permissions": all}))
    }))
}

/// `PUT /_sim/apps/{client_id}/permissions/{code}`: grants it.
pub(super) async fn grant(
    State(shared): State<Arc<Shared>>,
    Path((client_id, code)): Path<(String, String)>,
) -> Response {
    respond(change(&shared, &client_id, |app| {
        known(&code)?;
        app.permissions.insert(code.clone());
        Ok(public(app))
    }))
}

/// `DELETE /_sim/apps/{client_id}/permissions/{code}`: takes it away.
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    Path((client_id, code)): Path<(String, String)>,
) -> Response {
    respond(change(&shared, &client_id, |app| {
        known(&code)?;
        app.permissions.remove(&code);
        Ok(public(app))
    }))
}

/// `PUT /_sim/apps/{client_id}/visible_departments`: a list of department ids, which with all
/// below them are what the app may see.
pub(super) async fn set_range(
    State(shared): State<Arc<Shared>>,
    Path(client_id): Path<String>,
    body: Bytes,
) -> Response {
    let mut world = shared.world();
    let world = &mut *world;
    respond(parsed::<Vec<i64>>(&body).and_then(|range| {
        let app = world.apps.iter_mut().find(|app| app.client_id == client_id);
        let app = app.ok_or_else(|| no_app(&client_id))?;
        let home = world.directory.organisation(&app.corp_id);
        let exists = |id: &i64| home.is_some_and(|home| home.department(*id).is_some());
        if let Some(id) = range.iter().find(|id| !exists(id)) {
            return Err(Refused::bad(format!("there is no department {id}")));
        }
        app.visible_departments = range;
        Ok(public(app))
    }))
}

fn change(
    shared: &Shared,
    client_id: &str,
    act: impl FnOnce(&mut App) -> Result<Value, Refused>,
) -> Result<Value, Refused> {
    let mut world = shared.world();
    let app = world.apps.iter_mut().find(|app| app.client_id == client_id);
    act(app.ok_or_else(|| no_app(client_id))?)
}

fn public(app: &App) -> Value {
    json!({
        "client_id": app.client_id, "corp_id": app.corp_id,
        "permissions": app.permissions, "visible_departments": app.visible_departments,
    })
}

fn known(code: &str) -> Result<(), Refused> {
    if is_permission(code) {
        return Ok(());
    }
    let codes: Vec<&str> = PERMISSIONS.iter().map(|(code, _)| *code).collect();
    Err(Refused::not_found(format!(
        "there is no permission {code}; there are {}",
        codes.join(", ")
    )))
}

fn no_app(client_id: &str) -> Refused {
    Refused::not_found(format!("there is no app {client_id}"))
}
