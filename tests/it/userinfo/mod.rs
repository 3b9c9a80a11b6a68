//! The UserInfo endpoint.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod claims;
mod forgery;
mod placement;
mod validity;

use http::Method;

use crate::support::{House, http};
use crate::token::{Ask, Redeem, Reply};

/// The claims, or a refusal, by GET with the token in the header.
pub(crate) async fn get(house: &House, token: &str) -> Reply {
    let request = http()
        .request(Method::GET, house.url("/userinfo"))
        .bearer_auth(token);
    Reply::of(request.send().await.unwrap()).await
}

/// An access token and an ID Token of a whole sign-in.
async fn tokens(house: &House) -> (String, String) {
    tokens_of(house, Ask::new()).await
}

async fn tokens_of(house: &House, ask: Ask) -> (String, String) {
    let code = ask.code(house, &mut house.browser()).await;
    let reply = Redeem::of(&code).send(house).await;
    (reply.token("access_token"), reply.token("id_token"))
}
