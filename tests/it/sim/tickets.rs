//! Section 5: the ticket by which an app signs its pages (jsapiTickets).

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{Answer, Sim, assert_code};

const PATH: &str = "/v1.0/oauth2/jsapiTickets";

async fn ask(sim: &Sim, token: &str) -> Answer {
    sim.with_token(Method::POST, PATH, token).await
}

/// A ticket by a token that is good at this moment.
async fn ticket(sim: &Sim) -> Value {
    let answer = ask(sim, &sim.app_token().await).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

/// The header says it all; the same ticket until its end, then another.
#[tokio::test]
async fn a_ticket_stays_the_same_until_its_end() {
    let sim = Sim::start().await;
    let first = ticket(&sim).await;
    assert_eq!(first["expireIn"], 7200);
    assert!(first["jsapiTicket"].is_string());
    sim.clock.advance(7199);
    assert_eq!(ticket(&sim).await["jsapiTicket"], first["jsapiTicket"]);
    sim.clock.advance(7200);
    assert_ne!(ticket(&sim).await["jsapiTicket"], first["jsapiTicket"]);
}

/// However often it is asked for, a ticket ends a day after it was first handed out.
#[tokio::test]
async fn a_ticket_never_lives_longer_than_a_day() {
    let sim = Sim::start().await;
    let first = ticket(&sim).await;
    for _ in 0..23 {
        sim.clock.advance(3600);
        assert_eq!(ticket(&sim).await["jsapiTicket"], first["jsapiTicket"]);
    }
    sim.clock.advance(1800);
    let last = ticket(&sim).await;
    assert_eq!(last["jsapiTicket"], first["jsapiTicket"]);
    assert_eq!(last["expireIn"], 1800, "no longer than the day");
    sim.clock.advance(1800);
    assert_ne!(ticket(&sim).await["jsapiTicket"], first["jsapiTicket"]);
}

/// An app token alone opens it, and only in the header.
#[tokio::test]
async fn a_ticket_needs_an_app_token_and_its_permission() {
    let sim = Sim::start().await;
    let token = sim.app_token().await;
    let missing = sim
        .post(&format!("{PATH}?access_token={token}"), &json!({}))
        .await;
    assert_code(&missing, 400, "AuthenticationFailed.MissingParameter");
    assert_code(&ask(&sim, "x").await, 400, "InvalidAuthentication");
    let denied = "Forbidden.AccessDenied.AccessTokenPermissionDenied";
    let person = sim.user_token("lisi").await;
    assert_code(&ask(&sim, &person).await, 403, denied);
    sim.revoke("qyapi_base").await;
    assert_code(&ask(&sim, &token).await, 403, denied);
    sim.grant("qyapi_base").await;
    sim.clock.advance(7200);
    assert_code(&ask(&sim, &token).await, 400, "accesstoken.expired");
}
