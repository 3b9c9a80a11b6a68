//! Reading the configuration file, with the environment laid over it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use crate::config::{self, Config};

/// Which file.
#[derive(Debug, Args)]
pub(super) struct File {
    /// The file of configuration.
    #[arg(long, short, value_name = "FILE", default_value = "dingpass.toml")]
    pub(super) config: PathBuf,
}

/// A configuration file as it was read.
pub(super) struct Read {
    /// The configuration, or its faults.
    pub(super) outcome: Result<Config, Vec<config::Notice>>,
    /// The file's text, for showing where a fault is.
    pub(super) text: String,
}

impl File {
    /// Reads the file and looks at all of it.
    pub(super) fn read(&self) -> anyhow::Result<Read> {
        let text = self.text()?;
        Ok(Read {
            outcome: config::load(&text, &self.folder()?, &environment()),
            text,
        })
    }

    /// Reads the file and looks at all of it, for no more than that look.
    pub(super) fn check(&self) -> anyhow::Result<Read> {
        let text = self.text()?;
        Ok(Read {
            outcome: config::check(&text, &self.folder()?, &environment()),
            text,
        })
    }

    fn text(&self) -> anyhow::Result<String> {
        std::fs::read_to_string(&self.config)
            .with_context(|| format!("{} can't be read", self.config.display()))
    }

    /// How the server of this file, or its database, is reached.
    pub(super) fn reach(&self) -> anyhow::Result<config::ServerPlace> {
        let text = self.text()?;
        config::reach(&text, &self.folder()?, &environment()).map_err(|faults| {
            anyhow::anyhow!(
                "{} does not say where to ask:\n\n{}",
                self.config.display(),
                self.describe(&faults, &text)
            )
        })
    }

    /// What work on the keys needs where no server runs.
    pub(super) fn key_place(&self) -> anyhow::Result<config::KeyPlace> {
        let text = self.text()?;
        config::key_place(&text, &self.folder()?, &environment()).map_err(|faults| {
            anyhow::anyhow!(
                "{} does not say how the keys are kept:\n\n{}",
                self.config.display(),
                self.describe(&faults, &text)
            )
        })
    }

    /// The folder from which relative paths count.
    fn folder(&self) -> anyhow::Result<PathBuf> {
        let path = std::path::absolute(&self.config)
            .with_context(|| format!("{} has no absolute path", self.config.display()))?;
        Ok(path.parent().unwrap_or_else(|| Path::new("/")).to_owned())
    }

    /// Where the server of this file listens.
    pub(super) fn listen_address(&self) -> anyhow::Result<SocketAddr> {
        let text = self.text()?;
        config::listen_address(&text, &environment()).map_err(|faults| {
            anyhow::anyhow!(
                "{} does not say where to ask:\n\n{}",
                self.config.display(),
                self.describe(&faults, &text)
            )
        })
    }

    /// Notices about the file, rendered.
    pub(super) fn describe(&self, notices: &[config::Notice], text: &str) -> String {
        config::describe(notices, &self.config.display().to_string(), text)
    }

    /// The configuration; its faults, rendered, are the error.
    pub(super) fn load(&self) -> anyhow::Result<Config> {
        let read = self.read()?;
        read.outcome.map_err(|faults| {
            anyhow::anyhow!(
                "{} is not a configuration:\n\n{}",
                self.config.display(),
                self.describe(&faults, &read.text)
            )
        })
    }
}

/// Our variables of the environment, and the one in which systemd names the folder of our
/// credentials. Others are not even looked at, and one that is not text can't be ours.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("DINGPASS__") || name == "CREDENTIALS_DIRECTORY")
        .collect()
}
