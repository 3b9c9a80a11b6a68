//! The one test binary: rules as tests, foldered by spec or feature.
#![cfg(test)]

mod architecture;
mod config;
mod login;
mod sim;
mod support;
