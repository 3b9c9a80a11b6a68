//! Refresh tokens (RFC 6749 section 6, OIDC Core sections 11 and 12).

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod rotation;

use crate::support::{Browser, CLIENT, House, Plan, SECRET};
use crate::token::{Ask, Redeem, Reply};

/// What is granted by `offline_access`.
const OFFLINE: &str = "openid profile email offline_access";
/// What is granted without it.
const SESSION_BOUND: &str = "openid profile email";

/// A client beside `demo`, with refresh tokens of its own.
const OTHER: &str = r#"
[[clients]]
client_id = "other"
client_secret = "another-secret-of-32-characters-or-more"
redirect_uris = ["http://127.0.0.1:8080/callback"]
scope = "openid profile email offline_access"
require_pkce = false
"#;
/// Its secret.
const OTHER_SECRET: &str = "another-secret-of-32-characters-or-more";

fn plan() -> Plan {
    House::plan().more(OTHER)
}

/// The tokens of a whole sign-in with that browser.
async fn tokens_in(house: &House, browser: &mut Browser, scope: &str) -> Reply {
    let code = Ask::new().with("scope", scope).code(house, browser).await;
    Redeem::of(&code).send(house).await
}

/// The first refresh token of a whole sign-in with a browser of its own.
async fn first(house: &House, scope: &str) -> String {
    tokens_in(house, &mut house.browser(), scope)
        .await
        .token("refresh_token")
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
