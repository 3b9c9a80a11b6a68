//! `dingpass check`: all faults of a configuration at once. It opens neither store nor keys,
//! so that it can be run beside a server.

use std::process::ExitCode;

use super::configuration::File;
use super::say;

pub(super) fn run(file: &File) -> ExitCode {
    let read = match file.read() {
        Ok(read) => read,
        Err(error) => {
            say::wrong(&format!("dingpass: {error:#}"));
            return ExitCode::FAILURE;
        }
    };
    match read.outcome {
        Ok(config) => {
            if !config.warnings.is_empty() {
                say::out(&format!(
                    "{}\n{}",
                    file.describe(&config.warnings, &read.text),
                    count(config.warnings.len(), "warning")
                ));
            }
            say::out(&format!(
                "{} is fine: issuer {}, {}, {}",
                file.config.display(),
                config.issuer,
                count(config.upstreams.len(), "upstream"),
                count(config.clients.len(), "client"),
            ));
            ExitCode::SUCCESS
        }
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

fn count(number: usize, thing: &str) -> String {
    if number == 1 {
        format!("1 {thing}")
    } else {
        format!("{number} {thing}s")
    }
}
