//! `dingpass check`: all faults of a configuration at once. It opens neither store nor keys,
//! so that it can be run beside a server.

use std::process::ExitCode;

use super::configuration::File;
use super::say;
use crate::config::Config;
use crate::domain::signing_alg::SigningAlg;

/// Of the clients that ask for an algorithm.
const MOST_NAMED: usize = 3;

pub(super) fn run(file: &File) -> ExitCode {
    let read = match file.check() {
        Ok(read) => read,
        Err(error) => {
            say::wrong(&format!("dingpass: {error:#}"));
            return ExitCode::FAILURE;
        }
    };
    match read.outcome {
        Ok(config) => match show(file, &config, &read.text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => super::failed(&error),
        },
        Err(faults) => {
            say::wrong(&format!(
                "{}\n{}",
                file.describe(&faults, &read.text),
                count(faults.len(), "fault")
            ));
            ExitCode::FAILURE
        }
    }
}

/// A configuration that is fine, with what deserves a look.
fn show(file: &File, config: &Config, text: &str) -> anyhow::Result<()> {
    if !config.warnings.is_empty() {
        say::out(&format!(
            "{}\n{}",
            file.describe(&config.warnings, text),
            count(config.warnings.len(), "warning")
        ))?;
    }
    if let Some(words) = beyond(config) {
        say::out(&words)?;
    }
    say::out(&format!(
        "{} is fine: issuer {}, {}, {}",
        file.config.display(),
        config.issuer,
        count(config.upstreams.len(), "upstream"),
        count(config.clients.len(), "client"),
    ))
}

fn count(number: usize, thing: &str) -> String {
    if number == 1 {
        format!("1 {thing}")
    } else {
        format!("{number} {thing}s")
    }
}

/// By which algorithms ID Tokens are signed, where clients ask for more than `[keys]` names:
/// each is one more set of keys.
fn beyond(config: &Config) -> Option<String> {
    let asks = |alg: SigningAlg| {
        let ids = config
            .clients
            .iter()
            .filter(move |client| client.id_token_signed_response_alg == alg)
            .map(|client| client.id.as_str());
        ids.take(MOST_NAMED + 1).collect::<Vec<_>>()
    };
    let named: Vec<SigningAlg> = config.keys.in_use(&[]);
    let all = config.keys.in_use(&config.clients);
    let beyond: Vec<String> = all
        .iter()
        .filter(|alg| !named.contains(alg))
        .map(|alg| {
            let mut ids = asks(*alg);
            let more = if ids.len() > MOST_NAMED { ", ..." } else { "" };
            ids.truncate(MOST_NAMED);
            format!("{} (asked for by {}{more})", alg.as_str(), ids.join(", "))
        })
        .collect();
    if beyond.is_empty() {
        return None;
    }
    let named: Vec<&str> = named.into_iter().map(SigningAlg::as_str).collect();
    Some(format!(
        "ID Tokens are signed by {} of [keys], and by {}",
        named.join(", "),
        beyond.join(", ")
    ))
}
