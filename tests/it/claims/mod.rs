//! What clients are told of a person: by scope, from the organisation's directory alone.

mod contact;
mod extra;
mod profile;
mod provenance;
mod taken_away;
mod updated;

use http::Method;
use serde_json::{Map, Value};

use crate::support::{House, http};

/// Signs a person in anew and returns what userinfo says, `sub` left out. The ID Token must say
/// the same.
async fn claims(house: &House, userid: &str, scopes: &[&str]) -> Map<String, Value> {
    house.sim.sign_in_as(userid).await;
    let rp = house.rp().await;
    let signed_in = rp.sign_in(&mut house.browser(), scopes).await;
    let answer = http()
        .get(house.url("/userinfo"))
        .bearer_auth(&signed_in.access_token)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    let mut claims: Map<String, Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(claims.remove("sub").unwrap(), signed_in.sub());
    let mut token = signed_in.payload();
    for protocol in [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "sid",
        "at_hash",
    ] {
        token.remove(protocol);
    }
    assert_eq!(token, claims, "the ID Token says the same as userinfo");
    claims
}

/// Changes a person in the simulated directory.
async fn change(house: &House, userid: &str, fields: Value) {
    let path = format!("people/{userid}");
    house.sim.control(Method::PATCH, &path, fields).await;
}

/// A person as the simulated directory has them.
async fn entry(house: &House, userid: &str) -> Value {
    let path = format!("people/{userid}");
    house.sim.control(Method::GET, &path, Value::Null).await
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}
