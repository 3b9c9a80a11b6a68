//! Tokens of third-party apps ("suites"). They need, beside key and secret, the ticket that
//! DingTalk pushes every few hours; here `GET /_sim/apps/{client_id}/suite` tells it.

use serde_json::{Map, Value, json};

use super::super::app::{App, Suite};
use super::super::reply::ApiError;
use super::super::state::{Shared, World};
use super::super::tokens::{ACCESS_SECONDS, Bearer};
use super::request::{Answer, admit, known_text, object};

const PERMISSION: &str = "isvapi_base";

/// `POST /v1.0/oauth2/corpAccessToken`: the token of a third-party app for an organisation that
/// took it into use. Unlike an internal app's it is another one at each call.
pub(super) fn corp_token(shared: &Shared, body: &[u8]) -> Answer {
    let fields = object(body)?;
    let mut world = shared.world();
    let (app, suite) = authenticated(shared, &world, &fields)?;
    let corp_id = known_text(&fields, "authCorpId")
        .filter(|id| suite.customers.contains(*id))
        .ok_or_else(|| ApiError::bad("invalidAuthInfo", "授权关系不存在"))?;
    let api = "oauth2/corpAccessToken";
    admit(shared, &mut world, &app, corp_id, api, PERMISSION)?;
    let bearer = Bearer::App {
        client_id: app.client_id,
        corp_id: corp_id.to_owned(),
    };
    Ok(issued(shared, &mut world, bearer))
}

/// `POST /v1.0/oauth2/suiteAccessToken`: the token of a third-party app as such.
pub(super) fn own_token(shared: &Shared, body: &[u8]) -> Answer {
    let fields = object(body)?;
    let mut world = shared.world();
    let (app, _) = authenticated(shared, &world, &fields)?;
    let api = "oauth2/suiteAccessToken";
    admit(shared, &mut world, &app, &app.corp_id, api, PERMISSION)?;
    Ok(issued(shared, &mut world, Bearer::Suite))
}

/// The third-party app that asks. A key that is missing is as wrong as a false one, and so is a
/// ticket.
fn authenticated(
    shared: &Shared,
    world: &World,
    fields: &Map<String, Value>,
) -> Result<(App, Suite), ApiError> {
    let key = known_text(fields, "suiteKey");
    let secret = known_text(fields, "suiteSecret");
    let app = key
        .and_then(|key| world.app(key))
        .filter(|app| secret == Some(&app.client_secret));
    let (app, suite) = app
        .and_then(|app| Some((app.clone(), app.suite.clone()?)))
        .ok_or_else(|| ApiError::bad("invalidSuiteKey", "suitekey不合法"))?;
    let good = app.suite_ticket(shared.now());
    known_text(fields, "suiteTicket")
        .filter(|ticket| suite.custom || *ticket == good)
        .ok_or_else(|| ApiError::bad("invalidSuiteTicket", "suiteTicket无效"))?;
    Ok((app, suite))
}

fn issued(shared: &Shared, world: &mut World, bearer: Bearer) -> Value {
    let token = shared.secret();
    let answer = json!({"accessToken": token, "expireIn": ACCESS_SECONDS});
    world
        .tokens
        .issue(token, bearer, ACCESS_SECONDS, shared.now());
    answer
}
