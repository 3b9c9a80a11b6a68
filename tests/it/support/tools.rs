//! Commands of the system that not every machine has.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::private_folder;

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

/// Runs a test where its folders can be made read-only: root writes everywhere, unless it gives
/// that right up. `module` is the `module_path!()` of the test, `name` its own.
pub(crate) fn as_one_who_may_not_write(module: &str, name: &str, test: impl FnOnce()) {
    const MARK: &str = "DINGPASS_TEST_MAY_NOT_WRITE";
    let probe = private_folder();
    std::fs::set_permissions(probe.path(), Permissions::from_mode(0o500)).unwrap();
    let is_stopped = std::fs::write(probe.path().join("probe"), "").is_err();
    std::fs::set_permissions(probe.path(), Permissions::from_mode(0o700)).unwrap();
    if is_stopped {
        return test();
    }
    assert!(std::env::var_os(MARK).is_none(), "the right was given up");
    let (_, module) = module.split_once("::").unwrap();
    let output = Command::new("setpriv")
        .args(["--bounding-set=-dac_override", "--inh-caps=-dac_override"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::{name}")])
        .arg("--nocapture")
        .env(MARK, "1")
        .output();
    let Ok(output) = output else {
        println!("SKIPPED: there is no setpriv here");
        return;
    };
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    if !said.contains("running 1 test") {
        println!("SKIPPED: the right to write everywhere can't be given up here: {said}");
        return;
    }
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
