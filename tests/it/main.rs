//! The one test binary: rules as tests, foldered by spec or feature.
#![cfg(test)]

mod architecture;
mod cli;
mod config;
mod login;
mod sim;
mod support;
