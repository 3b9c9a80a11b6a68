//! Sign-in from the administration console, `oa.dingtalk.com`: an administrator opens an app's
//! administration page there, and DingTalk appends a code to its address.
//!
//! The secret belongs to the organisation and not to an app, so the permissions looked at are
//! those of the organisation's first internal app.

use axum::http::{HeaderMap, Uri};
use serde_json::{Map, json};

use super::super::app::App;
use super::super::reply::ApiError;
use super::super::state::{Shared, World};
use super::super::tokens::{Bearer, Known};
use super::request::{self, Answer, admit, object, text};

const TOKEN_SECONDS: u32 = 3600;

/// `POST /v1.0/oauth2/ssoAccessToken`: the console's token, by the secret of the organisation.
pub(super) fn token(shared: &Shared, body: &[u8]) -> Answer {
    let fields = object(body)?;
    let corp_id = text(&fields, "corpid")?;
    let secret = text(&fields, "ssoSecret")?;
    let mut world = shared.world();
    let home = world.directory.organisation(corp_id);
    let is_right = home.is_some_and(|home| home.sso_secret.as_deref() == Some(secret));
    let app = app_of(&world, corp_id)
        .filter(|_| is_right)
        .ok_or_else(request::wrong_secret)?;
    let api = "oauth2/ssoAccessToken";
    admit(shared, &mut world, &app, corp_id, api, "qyapi_base")?;
    let token = shared.secret();
    let answer = json!({"accessToken": token, "expireIn": TOKEN_SECONDS});
    let bearer = Bearer::Console(corp_id.to_owned());
    world
        .tokens
        .issue(token, bearer, TOKEN_SECONDS, shared.now());
    Ok(answer)
}

/// `GET /v1.0/oauth2/ssoUserInfo?code=`: the administrator who came with the code, once.
pub(super) fn visitor(shared: &Shared, uri: &Uri, headers: &HeaderMap) -> Answer {
    const PERMISSION: &str = "qyapi_get_omp_sso_userinfo";
    let token = request::token(headers)?;
    let now = shared.now();
    let mut world = shared.world();
    let Known::Valid(Bearer::Console(corp_id)) = world.tokens.look_up(token, now) else {
        return Err(invalid_token());
    };
    let app = app_of(&world, &corp_id).ok_or_else(invalid_token)?;
    let api = "oauth2/ssoUserInfo";
    admit(shared, &mut world, &app, &corp_id, api, PERMISSION)?;
    let invalid_code = || ApiError::bad("invalidCode", "无效的code");
    let query = uri.query().unwrap_or_default().as_bytes();
    let code = url::form_urlencoded::parse(query)
        .find(|(name, _)| name == "code")
        .map(|(_, code)| code.into_owned())
        .filter(|code| !code.is_empty())
        .ok_or_else(|| request::missing("code"))?;
    let visit = world
        .tickets
        .redeem(&code, &corp_id, now)
        .ok_or_else(invalid_code)?;
    let home = world.directory.organisation(&visit.corp_id);
    let found = home.and_then(|home| Some((home, home.employee(&visit.userid)?)));
    let (home, person) = found.ok_or_else(invalid_code)?;
    let mut answer = Map::from_iter([
        ("corpId".to_owned(), home.corp_id.as_str().into()),
        ("corpName".to_owned(), home.name.as_str().into()),
        ("userId".to_owned(), person.userid.as_str().into()),
        ("userName".to_owned(), person.name.as_str().into()),
        ("isAdmin".to_owned(), person.admin.into()),
    ]);
    for (name, value) in [("email", &person.email), ("avatar", &person.avatar)] {
        if let Some(value) = value {
            answer.insert(name.to_owned(), value.as_str().into());
        }
    }
    Ok(answer.into())
}

fn invalid_token() -> ApiError {
    ApiError::bad("invalidToken", "无效的access_token")
}

/// The organisation's first internal app.
fn app_of(world: &World, corp_id: &str) -> Option<App> {
    let mut apps = world.apps.iter();
    apps.find(|app| !app.is_third_party() && app.corp_id == corp_id)
        .cloned()
}
