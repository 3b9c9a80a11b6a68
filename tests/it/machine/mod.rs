//! Clients that act for themselves: client_credentials (RFC 6749 section 4.4).

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

use serde_json::{Value, json};

use crate::introspection;
use crate::support::{House, REDIRECT, RelyingParty, http};
use crate::token::{Redeem, Reply};
use crate::userinfo;

const MACHINE: &str = r#"
[[clients]]
client_id = "robot"
client_secret = "robot-secret-of-32-characters-or-much-more"
preset = "machine"
scope = "openid profile groups offline_access"

[[clients]]
client_id = "bare"
client_secret = "robot-secret-of-32-characters-or-much-more"
preset = "machine"
scope = "openid"

[[clients]]
client_id = "spa"
preset = "spa"
redirect_uris = ["http://127.0.0.1:8080/callback"]
"#;
const SECRET: &str = "robot-secret-of-32-characters-or-much-more";

fn request(scope: Option<&str>) -> Redeem {
    let mut form = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
    form.extend(scope.map(|scope| ("scope".to_owned(), scope.to_owned())));
    Redeem {
        headers: Vec::new(),
        form,
    }
    .basic("robot", SECRET)
}

async fn house() -> House {
    House::plan().more(MACHINE).start().await
}

/// What is told of a token.
async fn introspected(house: &House, id: &str, token: &str) -> Value {
    let request = http()
        .post(house.url("/introspect"))
        .basic_auth(id, Some(SECRET))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={token}"));
    let reply = Reply::of(request.send().await.unwrap()).await;
    Value::Object(reply.tokens())
}

/// Section 4.4.3: an access token, no refresh token, and no ID Token, for nobody signed in.
/// Nothing is written for it.
#[tokio::test]
async fn a_machine_gets_a_token_of_its_own_and_nothing_is_written() {
    let house = house().await;
    let events = house.store.latest_events(10).await.unwrap().len();
    let reply = request(None).send(&house).await;
    let tokens = reply.tokens();
    let names: Vec<&str> = tokens.keys().map(String::as_str).collect();
    assert_eq!(names, ["access_token", "expires_in", "scope", "token_type"]);
    assert_eq!(tokens["scope"], "profile groups");
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(house.store.latest_events(10).await.unwrap().len(), events);
    let told = introspected(&house, "robot", &reply.token("access_token")).await;
    assert_eq!(
        (&told["active"], &told["client_id"]),
        (&json!(true), &json!("robot"))
    );
    for personal in ["sub", "username"] {
        assert_eq!(told[personal], Value::Null, "{personal}");
    }
    let due = dingpass::clock::Timestamp::from_millis(i64::MAX);
    assert_eq!(house.store.sweep(due).await.unwrap(), 0, "no row is there");
}

/// Section 3.3: what is asked for, as far as the client may have it.
#[tokio::test]
async fn the_scope_is_what_is_asked_for_within_what_is_allowed() {
    let house = house().await;
    for (asked, granted) in [
        ("groups", "groups"),
        ("groups email", "groups"),
        ("profile unknown", "profile"),
    ] {
        let reply = request(Some(asked)).send(&house).await;
        assert_eq!(reply.tokens()["scope"], granted, "{asked}");
    }
    for nothing in ["email", "unknown", " "] {
        let reply = request(Some(nothing)).send(&house).await;
        reply.refused(400, "invalid_scope");
    }
}

/// Section 3.3: scopes of the organisation's own services, which mean nothing here, are a
/// machine's by its configuration; a service reads them by introspection.
#[tokio::test]
async fn scopes_of_services_are_granted_as_they_are_registered() {
    let house = House::plan()
        .more(
            "[[clients]]\nclient_id = \"robot\"\npreset = \"machine\"\n\
             client_secret = \"robot-secret-of-32-characters-or-much-more\"\n\
             scope = \"orders:read orders:write groups\"",
        )
        .start()
        .await;
    for (asked, granted) in [
        (None, "groups orders:read orders:write"),
        (Some("orders:read"), "orders:read"),
        (Some("orders:read groups invoices"), "groups orders:read"),
    ] {
        let reply = request(asked).send(&house).await;
        assert_eq!(reply.tokens()["scope"], granted, "{asked:?}");
        let told = introspected(&house, "robot", &reply.token("access_token")).await;
        assert_eq!(told["scope"], granted, "{asked:?}");
    }
    for foreign in ["invoices", "ORDERS:READ", "orders:read\t"] {
        let reply = request(Some(foreign)).send(&house).await;
        reply.refused(400, "invalid_scope");
    }
}

/// A machine that asks for an ID Token or for a person's absence has made a mistake.
#[tokio::test]
async fn what_needs_a_person_is_refused() {
    let house = house().await;
    for personal in ["openid", "openid profile", "profile offline_access"] {
        let reply = request(Some(personal)).send(&house).await;
        reply.refused(400, "invalid_scope");
    }
}

/// Without any scope of its own there is a token all the same: it says who the client is.
#[tokio::test]
async fn a_machine_without_scopes_gets_a_token_too() {
    let house = house().await;
    let reply = request(None).basic("bare", SECRET).send(&house).await;
    assert!(!reply.tokens().contains_key("scope"));
    let told = introspected(&house, "bare", &reply.token("access_token")).await;
    assert_eq!(
        (&told["active"], &told["scope"]),
        (&json!(true), &Value::Null)
    );
}

/// RFC 6750 section 3.1: userinfo is about a person.
#[tokio::test]
async fn userinfo_has_nothing_for_a_machine() {
    let house = house().await;
    let token = request(None).send(&house).await.token("access_token");
    let reply = userinfo::get(&house, &token).await;
    reply.refused(403, "insufficient_scope");
    house.clock.advance_seconds(600);
    userinfo::get(&house, &token)
        .await
        .refused(401, "invalid_token");
}

/// Such a token can be given back like any other.
#[tokio::test]
async fn a_machines_token_can_be_revoked() {
    let house = house().await;
    let token = request(None).send(&house).await.token("access_token");
    let revoke = |id: &'static str| {
        Redeem {
            headers: Vec::new(),
            form: vec![("token".to_owned(), token.clone())],
        }
        .basic(id, SECRET)
        .send_to(house.url("/revoke"))
    };
    revoke("bare").await.refused(400, "invalid_request");
    assert_eq!(introspected(&house, "robot", &token).await["active"], true);
    assert_eq!(revoke("robot").await.status, 200);
    let told = introspected(&house, "robot", &token).await;
    assert_eq!(told, json!({"active": false}));
    userinfo::get(&house, &token)
        .await
        .refused(401, "invalid_token");
    assert_eq!(
        crate::refresh::told(&house, "access_token_revoked").await,
        1
    );
}

/// Section 4.4: confidential clients that may.
#[tokio::test]
async fn only_a_client_with_the_grant_type_gets_one() {
    let house = house().await;
    let demo = request(None).basic(crate::support::CLIENT, crate::support::SECRET);
    demo.send(&house).await.refused(400, "unauthorized_client");
    let mut public = request(None).and("client_id", "spa");
    public.headers.clear();
    public
        .send(&house)
        .await
        .refused(400, "unauthorized_client");
    let wrong = request(None).basic("robot", "wrong");
    wrong.send(&house).await.refused(401, "invalid_client");
    let code = Redeem::of("x").basic("robot", SECRET);
    code.send(&house).await.refused(400, "unauthorized_client");
}

/// The independent library takes it.
#[tokio::test]
async fn the_library_gets_a_token_of_its_own() {
    let house = house().await;
    let robot = RelyingParty::discover(&house.issuer, "robot", Some(SECRET), REDIRECT).await;
    let (token, scope) = robot.own_token(&["profile"]).await.unwrap();
    assert_eq!(scope, "profile");
    assert_eq!(introspection::ask(&house, &token).await["active"], false);
    let error = robot.own_token(&["openid"]).await.unwrap_err();
    assert!(error.contains("invalid_scope"), "{error}");
}
