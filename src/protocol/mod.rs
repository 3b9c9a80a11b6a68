//! The rules of the specs: OpenID Connect Core, OAuth 2.0 and what surrounds them. This layer
//! decides; it knows neither HTTP frameworks nor HTML, and what it decides on (store, keys,
//! upstreams, clock) is handed in.

pub mod authorize;
pub mod client_auth;
pub mod discovery;
pub mod health;
pub mod issue;
pub mod session;
pub mod token;
pub mod userinfo;

/// What joins the log lines and events of one HTTP request.
#[derive(Clone, Debug)]
pub struct Correlation(pub String);

/// `acr` of every sign-in. DingTalk does not say how it signed the person in, so there is no
/// `amr`.
pub const ACR: &str = "urn:dingpass:acr:dingtalk";
