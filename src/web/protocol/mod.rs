//! The endpoints of the specs.

mod again;
pub(super) mod authorize;
mod client_request;
pub(super) mod documents;
pub(super) mod health;
pub(super) mod introspection;
mod json_answer;
pub(super) mod logout;
pub(super) mod revocation;
pub(super) mod token;
pub(super) mod userinfo;
