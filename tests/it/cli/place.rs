//! A folder with a configuration in it, as an operator has one.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::process::{Ended, Process, run};
use crate::support::{CLIENT, REDIRECT, RelyingParty, SAMPLE, SECRET, free_port};

/// A simulated DingTalk that signs in its first person at once: the process and its address.
pub(crate) fn simulator() -> (Process, String) {
    let listen = format!("127.0.0.1:{}", free_port());
    let mut process = Process::start(&["sim", "--listen", &listen, "--auto-login", "first"], &[]);
    process.wait_for("listens on");
    (process, format!("http://{listen}"))
}

pub(crate) struct Place {
    folder: TempDir,
    pub(crate) port: u16,
}

impl Place {
    /// The sample configuration, with a port of its own.
    pub(crate) fn new() -> Self {
        Self::with_dingtalk("http://127.0.0.1:9000")
    }

    /// The same with a DingTalk at `address`.
    pub(crate) fn with_dingtalk(address: &str) -> Self {
        let place = Self {
            folder: TempDir::new().unwrap(),
            port: free_port(),
        };
        place.write(
            &SAMPLE
                .replace("http://127.0.0.1:9000", address)
                .replace("127.0.0.1:8000", &place.address()),
        );
        place
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The configuration's file.
    pub(crate) fn file(&self) -> String {
        text(&self.path("dingpass.toml"))
    }

    pub(crate) fn write(&self, configuration: &str) {
        std::fs::write(self.path("dingpass.toml"), configuration).unwrap();
    }

    /// Changes one thing in the configuration.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let before = std::fs::read_to_string(self.file()).unwrap();
        assert!(before.contains(from), "{from} is in {before}");
        self.write(&before.replace(from, to));
    }

    /// A command on this configuration, run to its end.
    pub(crate) fn run(&self, command: &str, more: &[&str]) -> Ended {
        let file = self.file();
        let mut arguments = vec![command, "--config", &file];
        arguments.extend(more);
        run(&arguments, &[])
    }

    /// A broker that serves.
    pub(crate) fn serve(&self) -> Process {
        let mut process = Process::start(&["serve", "--config", &self.file()], &[]);
        process.wait_for("dingpass is serving");
        process
    }

    /// The client of the sample.
    pub(crate) async fn rp(&self) -> RelyingParty {
        RelyingParty::discover(&self.url(""), CLIENT, Some(SECRET), REDIRECT).await
    }

    /// The one file in `keys/` whose name ends so.
    pub(crate) fn key(&self, suffix: &str) -> PathBuf {
        let mut found: Vec<PathBuf> = std::fs::read_dir(self.path("keys"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| text(path).ends_with(suffix))
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }
}

/// A path as text.
pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
