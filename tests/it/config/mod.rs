//! The configuration's reader: what it takes, what it refuses, and what it never shows.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod client_addresses;
mod client_keys;
mod clients;
mod environment;
mod example;
mod faults;
mod fuzz;
mod keys;
mod nearest;
mod part;
mod passphrase;
mod rendering;
mod schedule;
mod secrets;
mod sections;
mod signing;
mod syntax;
mod upstream;

use std::collections::BTreeMap;
use std::path::Path;

use dingpass::config::{self, Config, Notice, Place};

/// The least that loads.
pub(crate) const LEAST: &str = r#"
issuer = "http://127.0.0.1:8000"
[[upstream]]
id = "acme"
kind = "dingtalk"
client_id = "dingapp"
client_secret = "dingsecret"
corp_id = "dingcorp"
"#;

/// What a client needs, after `[[clients]]`.
pub(crate) const CLIENT: &str = r#"
[[clients]]
client_id = "demo"
client_secret = "a-secret-of-at-least-32-characters!!"
redirect_uris = ["https://app.example.com/callback"]
"#;

/// A client without a secret.
pub(crate) const PUBLIC_CLIENT: &str = r#"
[[clients]]
client_id = "demo"
token_endpoint_auth_method = "none"
"#;

pub(crate) fn load(text: &str) -> Result<Config, Vec<Notice>> {
    config::load(text, Path::new("/etc/dingpass"), &BTreeMap::new())
}

pub(crate) fn load_with(text: &str, variables: &[(&str, &str)]) -> Result<Config, Vec<Notice>> {
    let environment = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    config::load(text, Path::new("/etc/dingpass"), &environment)
}

/// The least with these lines added.
pub(crate) fn with(lines: &str) -> String {
    format!("{LEAST}{lines}\n")
}

pub(crate) fn loads(text: &str) -> Config {
    load(text).unwrap_or_else(|faults| panic!("faults: {}", shown(&faults)))
}

/// The faults as `line:column message`, or `VARIABLE message`.
pub(crate) fn faults(text: &str) -> Vec<String> {
    faults_with(text, &[])
}

pub(crate) fn faults_with(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let faults = load_with(text, variables).expect_err("the text has a fault");
    faults.iter().map(line).collect()
}

/// The one fault's message.
pub(crate) fn fault(text: &str) -> String {
    let faults = load(text).expect_err("the text has a fault");
    assert_eq!(faults.len(), 1, "faults: {}", shown(&faults));
    faults[0].message.clone()
}

pub(crate) fn warnings(text: &str) -> Vec<String> {
    loads(text)
        .warnings
        .into_iter()
        .map(|notice| notice.message)
        .collect()
}

fn shown(notices: &[Notice]) -> String {
    notices.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(notice: &Notice) -> String {
    let message = &notice.message;
    match &notice.place {
        Place::File { line, column } => format!("{line}:{column} {message}"),
        Place::Environment(name) => format!("{name} {message}"),
    }
}
