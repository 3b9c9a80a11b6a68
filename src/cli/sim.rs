//! `dingpass sim`

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use super::{listen, logs, say};
use crate::clock::SystemClock;
use crate::config::{Log, LogFormat};
use crate::entropy::SystemEntropy;
use crate::sim::{AutoLogin, Settings, SettingsError, Simulator};

/// What the simulator is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where it listens; all three of DingTalk's hosts are there.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// A file of people (JSON, in the form of `GET /_sim/people`) in place of the built-in ones.
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
    /// Sign in this person at once, without the page: a userid, or `first`.
    #[arg(long, value_name = "USERID")]
    auto_login: Option<AutoLogin>,
    /// Another registered redirect URL, beside /callback/ on loopback; may be repeated.
    #[arg(long = "redirect", value_name = "URL")]
    redirects: Vec<String>,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    logs::start(
        &Log {
            format: LogFormat::Text,
            filter: "warn".to_owned(),
        },
        true,
    )?;
    let people = match &arguments.people {
        None => None,
        Some(path) => Some(
            std::fs::read_to_string(path)
                .with_context(|| format!("{} can't be read", path.display()))?,
        ),
    };
    let simulator = Simulator::new(Settings {
        people,
        auto_login: arguments.auto_login,
        redirects: arguments.redirects,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    })
    .map_err(|error| match (&error, &arguments.people) {
        (SettingsError::Syntax { .. } | SettingsError::Contradiction(_), Some(path)) => {
            anyhow::Error::new(error).context(format!("{} can't be used", path.display()))
        }
        _ => error.into(),
    })?;
    super::block_on(async move {
        let stopped = listen::stop_signal()?;
        let listener = listen::bind(arguments.listen)?;
        // It serves also where nobody can read this.
        let _ = say::out(&format!(
            "A simulated DingTalk listens on http://{0}\nIts switches are described at http://{0}/_sim",
            listener.local_addr()?
        ));
        if !arguments.listen.ip().is_loopback() {
            say::wrong(
                "Others can reach this address: they can sign in as anybody, and use the switches.",
            );
        }
        listen::serve(listener, simulator.router(), stopped).await
    })
}
