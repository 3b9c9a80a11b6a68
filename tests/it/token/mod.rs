//! The token endpoint, as bytes on the wire.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod at_hash;
mod basic;
mod body;
mod client_authentication;
mod id_token;
mod redemption;
mod replay;
mod requests;
mod session;
mod wire;

pub(crate) use wire::{Ask, Redeem, Reply, VERIFIER, challenge, payload};

/// A client beside `demo`, at the same address.
const OTHER: &str = r#"
[[clients]]
client_id = "other"
client_secret = "another-secret-of-32-characters-or-more"
redirect_uris = ["http://127.0.0.1:8080/callback"]
require_pkce = false
"#;
/// Its secret.
const OTHER_SECRET: &str = "another-secret-of-32-characters-or-more";
