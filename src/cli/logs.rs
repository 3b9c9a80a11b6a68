//! Log lines, to standard error.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts the log. With a store in memory, redb's warning that memory can't be locked is
/// left out; on a file it says that the file system has no locks, which matters.
pub(super) fn start(log: &Log, in_memory: bool) -> anyhow::Result<()> {
    let words = if in_memory {
        format!("redb=error,{}", log.filter)
    } else {
        log.filter.clone()
    };
    let filter = EnvFilter::try_new(words)
        .with_context(|| format!("[log] filter {:?} can't be read", log.filter))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // Else a line that cannot be written is complained of on stderr, which panics.
        .log_internal_errors(false);
    let started = match log.format {
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
        LogFormat::Text => lines.try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("the log can't be started: {error}"))
}

/// The log of a command that opens keys or store itself, without their server: errors alone,
/// for a person at a terminal.
pub(super) fn start_for_a_command() -> anyhow::Result<()> {
    let log = Log {
        format: LogFormat::Text,
        filter: "dingpass=error".to_owned(),
    };
    start(&log, false)
}
