//! The one test binary: rules as tests, foldered by spec or feature.
#![cfg(test)]

mod architecture;
mod audit;
mod authorize;
mod claims;
mod cli;
mod config;
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
