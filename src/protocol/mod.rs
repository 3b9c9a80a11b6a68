//! The rules of the specs: OpenID Connect Core, OAuth 2.0 and what surrounds them. This layer
//! decides; it knows neither HTTP frameworks nor HTML, and what it decides on (store, keys,
//! upstreams, clock) is handed in.

pub mod access;
pub mod applications;
pub mod at_hash;
pub mod authorize;
pub mod client_auth;
pub mod discovery;
pub mod failures;
pub mod health;
pub mod introspection;
pub mod issue;
pub mod key_adoption;
pub mod logout;
pub mod revocation;
pub mod session;
pub mod token;
pub mod userinfo;

use crate::domain::client::Client;

/// What joins the log lines and events of one HTTP request.
#[derive(Clone, Debug)]
pub struct Correlation(pub String);

/// Names the client in every further log line of this request. Only for an id that is
/// configured: what a stranger sends is not logged.
fn name_client_in_log(client: &Client) {
    tracing::Span::current().record("client", client.id.as_str());
}

pub use crate::domain::claims::ACR;
