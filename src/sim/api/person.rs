//! A person's token, and what it tells of them.

use axum::http::{HeaderMap, StatusCode};
use serde_json::json;

use super::super::app::App;
use super::super::member;
use super::super::reply::ApiError;
use super::super::state::{Shared, World};
use super::super::tokens::{ACCESS_SECONDS, Bearer, Grant, Known, Pair};
use super::request::{self, Answer, admit, authenticated, corp_of, object, text};

/// `POST /v1.0/oauth2/userAccessToken`: a code, or a refresh token, for a user token.
pub(super) fn token(shared: &Shared, body: &[u8]) -> Answer {
    const PERMISSION: &str = "open_app_api_base";
    let fields = object(body)?;
    let client_id = text(&fields, "clientId")?;
    let secret = text(&fields, "clientSecret")?;
    let grant_type = text(&fields, "grantType")?;
    let now = shared.now();
    let mut world = shared.world();
    let app = authenticated(&world, client_id, secret).ok_or_else(request::wrong_secret)?;
    let api = "oauth2/userAccessToken";
    admit(shared, &mut world, &app, &app.corp_id, api, PERMISSION)?;
    let grant = match grant_type {
        "authorization_code" => world
            .tokens
            .redeem(text(&fields, "code")?, client_id, now)
            .ok_or_else(|| {
                ApiError::bad("invalidParameter.authCode.notFound", "不合法的临时授权码")
            })?,
        "refresh_token" => world
            .tokens
            .refresh(text(&fields, "refreshToken")?, client_id, now)
            .ok_or_else(|| {
                ApiError::bad(
                    "invalidParameter.refreshToken.notFound",
                    "不合法的refreshToken",
                )
            })?,
        _ => return Err(request::unsupported_grant()),
    };
    let pair = Pair {
        access: shared.secret(),
        refresh: shared.secret(),
    };
    let corp_id = grant.corp_id.clone();
    world.tokens.issue_user(&pair, grant, now);
    let mut answer = json!({
        "accessToken": pair.access, "refreshToken": pair.refresh, "expireIn": ACCESS_SECONDS,
    });
    // Only when the scope had `corpid`: the organisation the person picked.
    if let (Some(corp_id), Some(fields)) = (corp_id, answer.as_object_mut()) {
        fields.insert("corpId".to_owned(), corp_id.into());
    }
    Ok(answer)
}

/// `GET /v1.0/contact/users/{unionId}`, in practice `me`: the owner of the user token.
pub(super) fn account(shared: &Shared, who: &str, headers: &HeaderMap) -> Answer {
    let mut world = shared.world();
    let (app, grant) = owner(
        shared,
        &mut world,
        headers,
        "contact/users",
        "Contact.User.Read",
    )?;
    let account = world
        .directory
        .account(&grant.unionid)
        .filter(|account| who == "me" || who == account.unionid)
        .ok_or_else(|| {
            ApiError::new(
                StatusCode::NOT_FOUND,
                "invalidParameter.user.notFound",
                "用户不存在",
            )
        })?;
    Ok(member::me(account, &app))
}

/// `GET /v1.0/oauth2/authRules/user`: what the owner of the user token consented to.
pub(super) fn consents(shared: &Shared, headers: &HeaderMap) -> Answer {
    let mut world = shared.world();
    let (app, _) = owner(
        shared,
        &mut world,
        headers,
        "oauth2/authRules/user",
        "snsapi_base",
    )?;
    let mut rules = Vec::new();
    if app.may("Contact.User.mobile") {
        rules.push(json!({"resource": "Contact.User", "authItems": ["mobile"]}));
    }
    if app.may("Contact.User.Read") {
        rules.push(json!({"resource": "rpc_auth", "authItems": ["Contact.User.Read"]}));
    }
    Ok(json!({ "result": rules }))
}

/// The app and the grant behind the user token of a request. A token that is no person's is
/// refused as if a permission were missing, which is what DingTalk does with an app token.
fn owner(
    shared: &Shared,
    world: &mut World,
    headers: &HeaderMap,
    api: &'static str,
    permission: &'static str,
) -> Result<(App, Grant), ApiError> {
    let token = request::token(headers)?;
    match world.tokens.look_up(token, shared.now()) {
        Known::Nothing | Known::Valid(Bearer::Suite | Bearer::Console(_)) => {
            Err(request::unknown_token())
        }
        Known::Expired => Err(request::expired_token()),
        Known::Valid(Bearer::App { client_id, .. }) => {
            let app = world.app(&client_id).ok_or_else(request::unknown_token)?;
            Err(ApiError::denied(app, permission))
        }
        Known::Valid(Bearer::User(grant)) => {
            let app = world.app(&grant.client_id).cloned();
            let app = app.ok_or_else(request::unknown_token)?;
            admit(shared, world, &app, corp_of(&app, &grant), api, permission)?;
            Ok((app, grant))
        }
    }
}
