//! Words for the person at the terminal. A closed pipe is no reason to fail: whoever closed it has
//! seen enough. Anything else that keeps them from being written is: an operator who sends a
//! copy of a key to a full disk must not be told by the exit code that there is one.

use std::io::{ErrorKind, Write as _};

use anyhow::Context as _;

/// To standard output.
pub(super) fn out(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout();
    arrived(writeln!(stdout, "{text}").and_then(|()| stdout.flush()))
}

/// What became of words that went to standard output.
pub(super) fn arrived(written: std::io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output can't be written")
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// To standard error.
pub(super) fn wrong(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
