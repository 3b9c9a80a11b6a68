//! Token introspection (RFC 7662).

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

use dingpass::clock::Clock as _;
use openidconnect::TokenIntrospectionResponse as _;
use serde_json::{Map, Value, json};

use crate::refresh::{OFFLINE, SESSION_BOUND, refresh, tokens_in, told};
use crate::support::{CLIENT, House, SECRET, http};
use crate::token::{Ask, Redeem, Reply};

const OTHERS: &str = r#"
[[clients]]
client_id = "api"
client_secret = "api-secret-of-32-characters-or-much-more"
preset = "machine"
may_introspect = ["demo"]

[[clients]]
client_id = "stranger"
client_secret = "stranger-secret-of-32-characters-or-more"
preset = "machine"
may_introspect = ["api"]

[[clients]]
client_id = "spa"
preset = "spa"
redirect_uris = ["http://127.0.0.1:8080/callback"]
"#;
const API_SECRET: &str = "api-secret-of-32-characters-or-much-more";
const STRANGERS_SECRET: &str = "stranger-secret-of-32-characters-or-more";

fn request(token: &str) -> Redeem {
    Redeem::about(token).basic(CLIENT, SECRET)
}

async fn send(house: &House, request: Redeem) -> Reply {
    request.send_to(house.url("/introspect")).await
}

/// What the client `demo` is told.
pub(crate) async fn ask(house: &House, token: &str) -> Map<String, Value> {
    send(house, request(token)).await.tokens()
}

/// Section 2.2: not a word more, the same bytes whatever the reason.
fn says_nothing(reply: &Reply) {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.body, "{\"active\":false}");
    reply.json();
}

async fn is_inactive(house: &House, token: &str) {
    says_nothing(&send(house, request(token)).await);
}

async fn house() -> House {
    House::plan().more(OTHERS).start().await
}

async fn tokens(house: &House, scope: &str) -> (String, String) {
    let reply = tokens_in(house, &mut house.browser(), scope).await;
    (reply.token("access_token"), reply.token("refresh_token"))
}

/// Section 2.2: what is told of an access token.
#[tokio::test]
async fn a_good_access_token_is_told_of_in_full() {
    let house = house().await;
    let (access, _) = tokens(&house, OFFLINE).await;
    let now = house.clock.now().as_seconds();
    let sub = crate::userinfo::get(&house, &access).await.tokens()["sub"].clone();
    let mut told = ask(&house, &access).await;
    let jti = told.remove("jti").unwrap();
    assert!(jti.as_str().unwrap().len() >= 20);
    assert_eq!(
        Value::Object(told),
        json!({
            "active": true,
            "scope": OFFLINE,
            "client_id": CLIENT,
            "username": "zhangsan",
            "token_type": "Bearer",
            "exp": now + 600,
            "iat": now,
            "sub": sub,
            "aud": CLIENT,
            "iss": house.issuer,
        })
    );
}

/// The name comes with the scope `profile` alone, as everywhere.
#[tokio::test]
async fn the_username_needs_the_scope_profile() {
    let house = house().await;
    let (access, token) = tokens(&house, "openid email").await;
    for token in [access, token] {
        let told = ask(&house, &token).await;
        assert_eq!(told["active"], true);
        assert!(!told.contains_key("username"), "{told:?}");
    }
}

/// A refresh token, told to its own client. It has no token type: it is no Bearer token.
#[tokio::test]
async fn a_good_refresh_token_is_told_of_to_its_client() {
    let house = house().await;
    let (_, token) = tokens(&house, OFFLINE).await;
    let now = house.clock.now().as_seconds();
    let told = ask(&house, &token).await;
    assert_eq!(told["active"], true);
    assert_eq!(told["exp"], now + 30 * 24 * 3600);
    assert_eq!(
        (told["iat"].as_i64(), &told["scope"]),
        (Some(now), &json!(OFFLINE))
    );
    assert!(!told.contains_key("token_type") && !told.contains_key("jti"));
}

/// Section 4: a resource server sees the access tokens of the clients that the operator named;
/// a refresh token that is passed to it as if it were one is not good there.
#[tokio::test]
async fn a_resource_server_sees_the_access_tokens_of_its_clients() {
    let house = house().await;
    let (access, token) = tokens(&house, OFFLINE).await;
    let by_api = |token: &str| request(token).basic("api", API_SECRET);
    let told = send(&house, by_api(&access)).await.tokens();
    assert_eq!(
        (&told["active"], &told["client_id"]),
        (&json!(true), &json!(CLIENT))
    );
    says_nothing(&send(&house, by_api(&token)).await);
}

/// Section 2.1, section 4: everybody else learns nothing.
#[tokio::test]
async fn others_are_told_nothing() {
    let house = house().await;
    let (access, token) = tokens(&house, OFFLINE).await;
    for token in [&access, &token] {
        let stranger = request(token).basic("stranger", STRANGERS_SECRET);
        says_nothing(&send(&house, stranger).await);
    }
    // Nor does one look the other way: demo may not ask about api.
    let own = Redeem {
        headers: Vec::new(),
        form: vec![("grant_type".to_owned(), "client_credentials".to_owned())],
    };
    let own = own.basic("api", API_SECRET).send(&house).await;
    is_inactive(&house, &own.token("access_token")).await;
}

/// Section 2.1: who does not authenticate is no caller; a public client can't.
#[tokio::test]
async fn only_a_client_that_authenticates_may_ask() {
    let house = house().await;
    let (access, _) = tokens(&house, OFFLINE).await;
    let mut public = request(&access).and("client_id", "spa");
    public.headers.clear();
    send(&house, public).await.refused(401, "invalid_client");
    let mut nobody = request(&access);
    nobody.headers.clear();
    send(&house, nobody).await.refused(401, "invalid_client");
    let wrong = request(&access).basic(CLIENT, "wrong");
    let reply = send(&house, wrong).await;
    reply.refused(401, "invalid_client");
    assert!(
        reply
            .header("www-authenticate")
            .unwrap()
            .starts_with("Basic ")
    );
    let post = |id: &str, secret: &str| {
        let mut request = request(&access);
        request.headers.clear();
        request.and("client_id", id).and("client_secret", secret)
    };
    let told = send(&house, post(CLIENT, SECRET)).await.tokens();
    assert_eq!(told["active"], true);
    // A Bearer token is no credential here.
    let bearer = http()
        .post(house.url("/introspect"))
        .bearer_auth(&access)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={access}"));
    let reply = Reply::of(bearer.send().await.unwrap()).await;
    reply.refused(401, "invalid_client");
}

/// Whatever is not good is not active: the same rule as userinfo's and the refresh's.
#[tokio::test]
async fn what_is_not_good_is_not_active() {
    let house = house().await;
    let never = format!("{}.{}", "A".repeat(22), "B".repeat(43));
    for unknown in ["x", "1.x.y", ".", "张三", &never] {
        is_inactive(&house, unknown).await;
    }
    let code = Ask::new().code(&house, &mut house.browser()).await;
    is_inactive(&house, &code).await;
    let tokens = Redeem::of(&code).send(&house).await;
    is_inactive(&house, &tokens.token("id_token")).await;
    Redeem::of(&code).send(&house).await.invalid_grant();
    is_inactive(&house, &tokens.token("access_token")).await;
    is_inactive(&house, &tokens.token("refresh_token")).await;
}

/// An access token ends to the second; a refresh token by its idle time.
#[tokio::test]
async fn a_token_is_active_until_its_time_is_over() {
    let house = house().await;
    let (access, token) = tokens(&house, OFFLINE).await;
    house.clock.advance_seconds(599);
    assert_eq!(ask(&house, &access).await["active"], true);
    house.clock.advance_seconds(1);
    is_inactive(&house, &access).await;
    house.clock.advance_seconds(30 * 24 * 3600 - 601);
    assert_eq!(ask(&house, &token).await["active"], true);
    house.clock.advance_seconds(1);
    is_inactive(&house, &token).await;
}

/// An expired session refreshes nothing, so its refresh token is not active; the access token
/// still is.
#[tokio::test]
async fn an_expired_session_takes_the_refresh_token_with_it() {
    let house = House::plan()
        .more("[lifetimes]\nsession_idle = \"1m\"")
        .start()
        .await;
    let (access, token) = tokens(&house, SESSION_BOUND).await;
    house.clock.advance_seconds(60);
    assert_eq!(ask(&house, &access).await["active"], true);
    is_inactive(&house, &token).await;
}

/// To ask about a token that was exchanged is no use of it: the family lives on.
#[tokio::test]
async fn to_ask_changes_nothing() {
    let house = house().await;
    let (_, token) = tokens(&house, OFFLINE).await;
    let current = refresh(&house, &token).await.token("refresh_token");
    is_inactive(&house, &token).await;
    house.clock.advance_seconds(60);
    is_inactive(&house, &token).await;
    assert_eq!(ask(&house, &current).await["active"], true);
    refresh(&house, &current).await.tokens();
    assert_eq!(told(&house, "refresh_token_reused").await, 0);
}

/// RFC 6749 section 5.2: what can't be read is `invalid_request`.
#[tokio::test]
async fn a_malformed_question_is_refused() {
    let house = house().await;
    for malformed in [
        request(""),
        request("x").and("token", "y"),
        request("x").and("client_secret", SECRET),
        request("x").and_basic(CLIENT, SECRET),
    ] {
        send(&house, malformed)
            .await
            .refused(400, "invalid_request");
    }
    let get = http().get(house.url("/introspect?token=x"));
    assert_eq!(get.send().await.unwrap().status(), 405);
}

/// The independent library reads the answers.
#[tokio::test]
async fn the_library_reads_what_is_told() {
    let house = house().await;
    let rp = house.rp().await;
    let signed_in = rp.sign_in(&mut house.browser(), &["profile"]).await;
    let told = rp.introspect(&signed_in.access_token).await;
    assert!(told.active());
    assert_eq!(told.sub(), Some(signed_in.sub()));
    assert_eq!(told.client_id().map(|id| id.as_str()), Some(CLIENT));
    assert_eq!(told.username(), Some("zhangsan"));
    assert_eq!(told.iss(), Some(house.issuer.as_str()));
    assert!(told.exp() > told.iat());
    assert!(!rp.introspect("x").await.active());
}
