//! The machine that the figures belong to. Without its name they say nothing.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// The flags on which the speed of signatures, hashes and sealing hangs.
const FLAGS: [&str; 6] = ["avx512ifma", "adx", "bmi2", "vaes", "vpclmulqdq", "sha_ni"];

/// Where the figures come from.
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub flags: Vec<&'static str>,
    pub kernel: String,
    /// CPU milliseconds of one RSA-2048 signature by the `openssl` command, if it is there.
    pub signature: Option<f64>,
}

impl Machine {
    pub fn look() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let of = |name: &str| {
            cpuinfo
                .lines()
                .find(|line| line.starts_with(name))
                .and_then(|line| line.split_once(':'))
                .map(|(_, value)| value.trim())
                .unwrap_or_default()
        };
        let flags: Vec<&str> = of("flags").split(' ').collect();
        Self {
            cpu: of("model name").to_owned(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            flags: FLAGS
                .into_iter()
                .filter(|flag| flags.contains(flag))
                .collect(),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .unwrap_or_default()
                .trim()
                .to_owned(),
            signature: signature(),
        }
    }

    pub fn json(&self) -> Value {
        json!({
            "cpu": self.cpu,
            "cores": self.cores,
            "flags": self.flags,
            "kernel": self.kernel,
            "rsa2048_signature_ms": self.signature,
        })
    }
}

/// `openssl speed` counts CPU time. Its line reads `rsa 2048 bits 0.000270s 0.000008s 3700.5
/// 120000.0`.
fn signature() -> Option<f64> {
    let output = Command::new("openssl")
        .args(["speed", "-seconds", "1", "rsa2048"])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text
        .lines()
        .find(|line| line.trim_start().starts_with("rsa 2048 bits"))?;
    let per_second: f64 = line.split_whitespace().nth(5)?.parse().ok()?;
    (per_second > 0.0).then(|| 1000.0 / per_second)
}

/// The profile that the binary was built with: cargo names the folder after it.
pub fn profile(binary: &Path) -> String {
    binary.parent().and_then(Path::file_name).map_or_else(
        || "unknown".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// What `--version` says.
pub fn version(binary: &Path) -> String {
    let output = Command::new(binary).arg("--version").output();
    output
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}
