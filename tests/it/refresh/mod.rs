//! Refresh tokens (RFC 6749 section 6, OIDC Core sections 11 and 12).

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod ends;
mod library;
mod lifetimes;
mod limits;
mod requests;
mod restart;
mod rotation;

use crate::support::{Browser, CLIENT, House, Plan, SECRET};
use crate::token::{Ask, Redeem, Reply};

/// What is granted by `offline_access`.
pub(crate) const OFFLINE: &str = "openid profile email offline_access";
/// What is granted without it.
pub(crate) const SESSION_BOUND: &str = "openid profile email";

/// A client beside `demo`, with refresh tokens of its own.
pub(crate) const OTHER: &str = r#"
[[clients]]
client_id = "other"
client_secret = "another-secret-of-32-characters-or-more"
redirect_uris = ["http://127.0.0.1:8080/callback"]
scope = "openid profile email offline_access"
require_pkce = false
"#;
/// Its secret.
pub(crate) const OTHER_SECRET: &str = "another-secret-of-32-characters-or-more";

fn plan() -> Plan {
    House::plan().more(OTHER)
}

/// The tokens of a whole sign-in with that browser.
pub(crate) async fn tokens_in(house: &House, browser: &mut Browser, scope: &str) -> Reply {
    let code = Ask::new().with("scope", scope).code(house, browser).await;
    Redeem::of(&code).send(house).await
}

/// The first refresh token of a whole sign-in with a browser of its own.
pub(crate) async fn first(house: &House, scope: &str) -> String {
    tokens_in(house, &mut house.browser(), scope)
        .await
        .token("refresh_token")
}

/// How many events of that name the log has.
pub(crate) async fn told(house: &House, name: &str) -> usize {
    let events = house.store.latest_events(1_000).await.unwrap();
    events
        .iter()
        .filter(|event| event.kind.name() == name)
        .count()
}

/// Removes what is due, as the background does.
pub(crate) async fn sweep(house: &House) {
    let now = dingpass::clock::Clock::now(house.clock.as_ref());
    while house.store.sweep(now).await.unwrap() > 0 {}
}

/// A refresh by the client `demo`, not yet sent.
pub(crate) fn request(token: &str) -> Redeem {
    Redeem {
        headers: Vec::new(),
        form: vec![
            ("grant_type".to_owned(), "refresh_token".to_owned()),
            ("refresh_token".to_owned(), token.to_owned()),
        ],
    }
    .basic(CLIENT, SECRET)
}

/// A refresh by the client `demo`.
pub(crate) async fn refresh(house: &House, token: &str) -> Reply {
    request(token).send(house).await
}
