//! People: seen, added, changed and removed while the simulator runs.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::super::organisation::{Organisation, default_unionid};
use super::super::person::Person;
use super::super::state::{Shared, World};
use super::{Refused, parsed, reply, respond, shown};

/// `GET /_sim/people`: everyone, in the form of a people file.
pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Response {
    respond(shown(&shared.world().directory))
}

/// `GET /_sim/people/{userid}`.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(userid): Path<String>,
    uri: Uri,
) -> Response {
    let world = shared.world();
    let person = corp_of(&world, &uri).and_then(|corp_id| {
        organisation(&world, &corp_id)?
            .person(&userid)
            .ok_or_else(|| nobody(&userid))
    });
    respond(person.and_then(shown))
}

/// `PUT /_sim/people/{userid}`: adds someone, or replaces all that is known of them.
pub(super) async fn put(
    State(shared): State<Arc<Shared>>,
    Path(userid): Path<String>,
    uri: Uri,
    body: Bytes,
) -> Response {
    let mut world = shared.world();
    let stored = parsed(&body).and_then(|fields| {
        let corp_id = corp_of(&world, &uri)?;
        store(&mut world, &corp_id, &userid, fields)
    });
    match stored {
        Ok((person, true)) => reply(StatusCode::CREATED, &person),
        Ok((person, false)) => respond(Ok(person)),
        Err(refused) => refused.into_response(),
    }
}

/// `PATCH /_sim/people/{userid}`: changes the fields in the body; null takes one away (RFC 7396).
pub(super) async fn patch(
    State(shared): State<Arc<Shared>>,
    Path(userid): Path<String>,
    uri: Uri,
    body: Bytes,
) -> Response {
    let mut world = shared.world();
    respond(parsed(&body).and_then(|changes: Map<String, Value>| {
        let corp_id = corp_of(&world, &uri)?;
        let person = organisation(&world, &corp_id)?
            .person(&userid)
            .ok_or_else(|| nobody(&userid))?;
        let mut fields: Map<String, Value> = match shown(person)? {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        for (name, value) in changes {
            if value.is_null() {
                fields.remove(&name);
            } else {
                fields.insert(name, value);
            }
        }
        store(&mut world, &corp_id, &userid, fields).map(|(person, _)| person)
    }))
}

/// `DELETE /_sim/people/{userid}`: takes someone out of the organisation. The DingTalk account
/// remains, so tokens already issued still say who it is.
pub(super) async fn delete(
    State(shared): State<Arc<Shared>>,
    Path(userid): Path<String>,
    uri: Uri,
) -> Response {
    let mut world = shared.world();
    respond(corp_of(&world, &uri).and_then(|corp_id| {
        organisation(&world, &corp_id)?;
        if world.directory.remove(&corp_id, &userid) {
            Ok(json!({ "removed": userid }))
        } else {
            Err(nobody(&userid))
        }
    }))
}

/// Writes someone down, true if they are new. Whatever would contradict the rules of a people
/// file is refused and changes nothing.
fn store(
    world: &mut World,
    corp_id: &str,
    userid: &str,
    mut fields: Map<String, Value>,
) -> Result<(Value, bool), Refused> {
    match fields.get("userid") {
        None => {
            fields.insert("userid".to_owned(), userid.into());
        }
        Some(named) if named == userid => {}
        Some(_) => {
            return Err(Refused::bad(
                "the userid of the path is not that of the body",
            ));
        }
    }
    let mut person: Person = serde_json::from_value(Value::Object(fields))
        .map_err(|error| Refused::bad(format!("the person cannot be used: {error}")))?;
    let home = world
        .directory
        .organisation_mut(corp_id)
        .ok_or_else(|| no_organisation(corp_id))?;
    let former = home.people.iter().position(|one| one.userid == userid);
    if person.unionid.is_empty() {
        let known = home.person(userid).map(|one| one.unionid.clone());
        person.unionid = known.unwrap_or_else(|| default_unionid(corp_id, userid));
    }
    if let Some(fault) = home.fault_of(&person) {
        return Err(Refused::bad(fault));
    }
    let mut others = home.people.iter().filter(|one| one.userid != userid);
    if let Some(other) = others.find(|one| one.unionid == person.unionid) {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            format!("{} already has this unionid", other.userid),
        ));
    }
    let answer = shown(&person)?;
    match former.and_then(|position| home.people.get_mut(position)) {
        Some(place) => *place = person,
        None => home.people.push(person),
    }
    Ok((answer, former.is_none()))
}

/// The organisation a request is about: `?corp_id=`, or the first one.
fn corp_of(world: &World, uri: &Uri) -> Result<String, Refused> {
    let query = uri.query().unwrap_or_default();
    let mut corp_id = None;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if name != "corp_id" {
            return Err(Refused::bad(format!(
                "{name} is not a parameter; corp_id is"
            )));
        }
        corp_id = Some(value.into_owned());
    }
    corp_id
        .or_else(|| {
            let first = world.directory.organisations.first();
            first.map(|one| one.corp_id.clone())
        })
        .ok_or_else(|| Refused::not_found("there is no organisation"))
}

fn organisation<'world>(
    world: &'world World,
    corp_id: &str,
) -> Result<&'world Organisation, Refused> {
    let found = world.directory.organisation(corp_id);
    found.ok_or_else(|| no_organisation(corp_id))
}

fn no_organisation(corp_id: &str) -> Refused {
    Refused::not_found(format!("there is no organisation {corp_id}"))
}

fn nobody(userid: &str) -> Refused {
    Refused::not_found(format!("there is no person {userid}"))
}
