//! What the `openssl` command says of the same machine. It counts CPU time, too.

use std::process::{Command, Stdio};

/// Signatures a second by each algorithm.
pub(crate) struct OpenSsl {
    output: String,
    /// Its version.
    pub(crate) version: String,
}

impl OpenSsl {
    /// Measures; nothing where there is no such command.
    pub(crate) fn measure() -> Option<Self> {
        let algorithms = ["rsa2048", "rsa3072", "rsa4096", "ecdsap256", "ed25519"];
        let mut arguments = vec!["speed", "-seconds", "1"];
        arguments.extend(algorithms);
        Some(Self {
            output: run(&arguments)?,
            version: run(&["version"])?.trim().to_owned(),
        })
    }

    /// How many a second, of the line that begins so: the last two columns are signatures and
    /// verifications.
    pub(crate) fn signatures(&self, line: &str) -> Option<f64> {
        let found = self.output.lines().find(|it| it.trim().starts_with(line))?;
        found.split_whitespace().rev().nth(1)?.parse().ok()
    }
}

fn run(arguments: &[&str]) -> Option<String> {
    let command = Command::new("openssl")
        .args(arguments)
        .stderr(Stdio::null())
        .output();
    String::from_utf8(command.ok()?.stdout).ok()
}
