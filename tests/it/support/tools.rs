//! Commands of the system that not every machine has.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether there is such a command here. Where there is none, what needs it is left out, and
/// the output of the test says so.
pub(crate) fn has(command: &str) -> bool {
    let started = Command::new(command)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if started.is_err() {
        println!("SKIPPED: there is no {command} here");
    }
    started.is_ok()
}

/// A command run as nobody, which takes root.
pub(crate) fn as_nobody(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(program);
    command
}

/// Whether nobody can be played here, and gets as far as that file: folders of temporary files
/// may be their owner's alone.
pub(crate) fn nobody_reaches(path: &Path) -> bool {
    let tried = as_nobody("test").arg("-r").arg(path).output();
    let reaches = tried.is_ok_and(|output| output.status.success());
    if !reaches {
        println!("SKIPPED: nobody else can be played here, or gets to {path:?}");
    }
    reaches
}
