//! App tokens of internal apps, the call that internal and third-party apps share, and the ticket
//! that an app token is good for.

use axum::http::{HeaderMap, StatusCode};
use serde_json::json;

use super::super::app::App;
use super::super::reply::ApiError;
use super::super::state::{Shared, World};
use super::super::tokens::{ACCESS_SECONDS, Bearer, Known};
use super::request::{self, Answer, admit, authenticated, object, text};

/// What every call here needs.
const PERMISSION: &str = "qyapi_base";

/// `POST /v1.0/oauth2/accessToken`: the app token of an internal app, and of no other.
pub(super) fn token(shared: &Shared, body: &[u8]) -> Answer {
    let fields = object(body)?;
    let client_id = text(&fields, "appKey")?;
    let secret = text(&fields, "appSecret")?;
    let mut world = shared.world();
    let app = authenticated(&world, client_id, secret)
        .filter(|app| !app.is_third_party())
        .ok_or_else(request::wrong_secret)?;
    let api = "oauth2/accessToken";
    admit(shared, &mut world, &app, &app.corp_id, api, PERMISSION)?;
    let token = renewed(shared, &mut world, &app, &app.corp_id);
    Ok(json!({"accessToken": token, "expireIn": ACCESS_SECONDS}))
}

/// `POST /v1.0/oauth2/{corpId}/token`: the same token; alone among its neighbours it speaks in
/// snake case.
pub(super) fn corp_token(shared: &Shared, corp_id: &str, body: &[u8]) -> Answer {
    let fields = object(body)?;
    let client_id = text(&fields, "client_id")?;
    let secret = text(&fields, "client_secret")?;
    let grant_type = text(&fields, "grant_type")?;
    let mut world = shared.world();
    // Neither a client nor an organisation that does not exist gets a better answer than this.
    let app = world
        .app(client_id)
        .filter(|_| world.directory.organisation(corp_id).is_some())
        .filter(|app| app.is_third_party() || app.corp_id == corp_id)
        .cloned()
        .ok_or_else(|| {
            ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "unknownError",
                "未知错误",
            )
        })?;
    if app.client_secret != secret {
        return Err(ApiError::bad(
            "invalid.client",
            "无效的client_id或者client_secret",
        ));
    }
    if grant_type != "client_credentials" {
        return Err(request::unsupported_grant());
    }
    if !app.acts_in(corp_id) {
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized.client",
            "企业未开通该应用",
        ));
    }
    let api = "oauth2/corpId/token";
    admit(shared, &mut world, &app, corp_id, api, PERMISSION)?;
    let token = renewed(shared, &mut world, &app, corp_id);
    Ok(json!({"access_token": token, "expires_in": ACCESS_SECONDS}))
}

fn renewed(shared: &Shared, world: &mut World, app: &App, corp_id: &str) -> String {
    let bearer = Bearer::App {
        client_id: app.client_id.clone(),
        corp_id: corp_id.to_owned(),
    };
    world.tokens.renew(bearer, shared.secret(), shared.now())
}

/// `POST /v1.0/oauth2/jsapiTickets`: the ticket by which an app signs the pages it shows in
/// DingTalk. The app token says it all; there is no body.
pub(super) fn ticket(shared: &Shared, headers: &HeaderMap) -> Answer {
    let token = request::token(headers)?;
    let now = shared.now();
    let mut world = shared.world();
    let (client_id, corp_id) = match world.tokens.look_up(token, now) {
        Known::Valid(Bearer::App { client_id, corp_id }) => (client_id, corp_id),
        // A person's token is one of another kind: it lacks what the call requires.
        Known::Valid(Bearer::User(grant)) => {
            let app = world.app(&grant.client_id);
            let app = app.ok_or_else(request::unknown_token)?;
            return Err(ApiError::denied(app, PERMISSION));
        }
        Known::Expired => return Err(request::expired_token()),
        Known::Nothing | Known::Valid(Bearer::Suite | Bearer::Console(_)) => {
            return Err(request::unknown_token());
        }
    };
    let app = world.app(&client_id).cloned();
    let app = app
        .filter(|app| app.acts_in(&corp_id))
        .ok_or_else(request::unknown_token)?;
    let api = "oauth2/jsapiTickets";
    admit(shared, &mut world, &app, &corp_id, api, PERMISSION)?;
    let fresh = shared.secret();
    let (ticket, seconds) = world.tickets.jsapi(&client_id, &corp_id, fresh, now);
    Ok(json!({"jsapiTicket": ticket, "expireIn": seconds}))
}
