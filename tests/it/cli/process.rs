//! The binary, run to its end or as a child that is ended when a test is over.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};

use crate::support::PATIENCE;

/// A command that ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The one thing that a failed command says; log lines may stand before it.
    pub(crate) fn sentence(&self) -> &str {
        assert_eq!(self.code, Some(1), "{self:?}");
        for word in [
            "panicked",
            "backtrace",
            "RUST_BACKTRACE",
            "Error {",
            "os_error",
        ] {
            assert!(!self.stderr.contains(word), "{word} in {}", self.stderr);
        }
        let told: Vec<&str> = self
            .stderr
            .lines()
            .filter(|line| line.starts_with("dingpass: "))
            .collect();
        let [sentence] = told.as_slice() else {
            panic!("not one sentence but {}", self.stderr);
        };
        assert_eq!(
            self.stderr.lines().last(),
            Some(*sentence),
            "it is said last, and in one line"
        );
        let mut clauses: Vec<&str> = sentence.split(": ").collect();
        let all = clauses.len();
        clauses.sort_unstable();
        clauses.dedup();
        assert_eq!(clauses.len(), all, "nothing is said twice in {sentence}");
        sentence
    }
}

/// Runs the binary to its end; one that does not come to it is ended, and has no exit code.
pub(crate) fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let output = assert_cmd::cargo::cargo_bin_cmd!("dingpass")
        .env_clear()
        .env("RUST_BACKTRACE", "1")
        .envs(variables.iter().copied())
        .args(arguments)
        .timeout(PATIENCE)
        .output()
        .unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A running child. It is killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
    /// What it has said so far, on both streams.
    pub(crate) said: Vec<String>,
}

impl Process {
    pub(crate) fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::spawn(
            &mut Command::new(env!("CARGO_BIN_EXE_dingpass")),
            arguments,
            variables,
        )
    }

    /// The same as a child for which a write beyond its limit of file size is an error, as it
    /// is on a full disk, and not the signal XFSZ.
    pub(crate) fn start_with_a_disk_to_fill(arguments: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", r#"trap '' XFSZ; exec "$0" "$@""#]);
        shell.arg(env!("CARGO_BIN_EXE_dingpass"));
        Self::spawn(&mut shell, arguments, &[])
    }

    /// The same as a child whose log goes to a disk that is full.
    pub(crate) fn start_with_a_full_log(arguments: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", r#"exec "$0" "$@" 2>/dev/full"#]);
        shell.arg(env!("CARGO_BIN_EXE_dingpass"));
        Self::spawn(&mut shell, arguments, &[])
    }

    /// Sets how long a file the child may write, in bytes: its disk's free space.
    pub(crate) fn limit_files(&self, soft: &str) {
        let limited = Command::new("prlimit")
            .args(["--pid", &self.child.id().to_string()])
            .arg(format!("--fsize={soft}:unlimited"))
            .status()
            .unwrap();
        assert!(limited.success());
    }

    fn spawn(command: &mut Command, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = command
            .env_clear()
            .env("RUST_BACKTRACE", "1")
            .envs(variables.iter().copied())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        pass_on(child.stdout.take().unwrap(), sender.clone());
        pass_on(child.stderr.take().unwrap(), sender);
        Self {
            child,
            lines,
            said: Vec::new(),
        }
    }

    /// Waits for a line with those words.
    pub(crate) fn wait_for(&mut self, words: &str) -> String {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.contains(words) {
                        return line;
                    }
                }
                Err(error) => panic!("no {words:?} ({error}); it said {:#?}", self.said),
            }
        }
    }

    /// Sends a signal, by name, as an operator or a container's manager does.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.child.id())])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits until it has ended by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.said.push(line),
                // Both streams are closed.
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap(),
                Err(RecvTimeoutError::Timeout) => panic!("it goes on; it said {:#?}", self.said),
            }
        }
    }

    /// Ends it as a power cut would: nothing of its own runs any more.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pass_on(stream: impl Read + Send + 'static, sender: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
}
