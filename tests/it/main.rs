//! The one test binary: rules as tests, foldered by spec or feature.
#![cfg(test)]

mod architecture;
mod audit;
mod authorize;
mod claims;
mod cli;
mod client_auth;
mod config;
mod consent;
mod cors;
mod dingtalk;
mod discovery;
mod introspection;
mod keyring;
mod keys;
mod login;
mod logout;
mod machine;
mod outbound;
mod properties;
mod proxy;
mod readiness;
mod refresh;
mod revocation;
mod rotation;
mod session;
mod sim;
mod store;
mod support;
mod token;
mod userinfo;
