//! The one test binary: rules as tests, foldered by spec or feature.
#![cfg(test)]

mod architecture;
mod cli;
mod config;
mod discovery;
mod keyring;
mod login;
mod proxy;
mod sim;
mod store;
mod support;
mod token;
mod userinfo;
