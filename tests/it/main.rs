//! The one test binary: rules as tests, foldered by spec or feature.
#![cfg(test)]

mod architecture;
mod authorize;
mod claims;
mod cli;
mod client_auth;
mod config;
mod cors;
mod dingtalk;
mod discovery;
mod keyring;
mod login;
mod outbound;
mod properties;
mod proxy;
mod refresh;
mod session;
mod sim;
mod store;
mod support;
mod token;
mod userinfo;
