//! Words for the person at the terminal. A closed pipe is no reason to fail.

use std::io::Write as _;

/// To standard output.
pub(super) fn out(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// To standard error.
pub(super) fn wrong(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
