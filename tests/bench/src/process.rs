//! A server's process, and what /proc says of it.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Doing as _, Failure};
use crate::http::{Connection, get};

/// Ticks of utime and stime in a second: `USER_HZ`, 100 on every Linux that Rust runs on.
const TICKS: u64 = 100;

/// A start that takes longer has failed.
const LONGEST_START: Duration = Duration::from_secs(30);

/// A server that was started here, and is ended when this is dropped.
pub struct Server {
    child: Child,
    pub authority: String,
    /// From the start to the first answer.
    pub start: Duration,
    /// CPU time until then.
    pub start_cpu: Duration,
}

/// Resident memory in MiB.
#[derive(Clone, Copy)]
pub struct Memory {
    pub now: f64,
    /// Of it, what belongs to no file: heap and stacks, without the program itself.
    pub anonymous: f64,
    pub highest: f64,
}

impl Server {
    /// Starts the program with its log in a file, and waits until it answers at `probe`.
    pub async fn start(
        binary: &Path,
        arguments: &[&str],
        authority: &str,
        probe: &str,
        log: &Path,
    ) -> Result<Self, Failure> {
        let log = OpenOptions::new().create(true).append(true).open(log)?;
        let begun = Instant::now();
        let child = Command::new(binary)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .doing(&binary.display().to_string())?;
        let mut server = Self {
            child,
            authority: authority.to_owned(),
            start: Duration::ZERO,
            start_cpu: Duration::ZERO,
        };
        loop {
            if let Ok(mut connection) = Connection::open(authority).await {
                let request = get(authority, probe, "");
                connection.send(&request).await?.expect(200)?;
                server.start = begun.elapsed();
                server.start_cpu = server.fine_cpu()?;
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(Failure::new(format!("the server ended with {status}")));
            }
            if begun.elapsed() > LONGEST_START {
                return Err(Failure::new("the server does not answer"));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn read(&self, file: &str) -> Result<String, Failure> {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(&path).doing(&path)
    }

    /// CPU time of the process so far, its ended threads included; in steps of 10 ms.
    pub fn cpu(&self) -> Result<Duration, Failure> {
        let stat = self.read("stat")?;
        // The name may hold anything, also blanks and brackets.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let mut ticks = fields.split_whitespace().skip(11).take(2);
        let mut next = || ticks.next().and_then(|text| text.parse::<u64>().ok());
        match (next(), next()) {
            (Some(user), Some(system)) => Ok(Duration::from_millis((user + system) * 1000 / TICKS)),
            _ => Err(Failure::new("/proc/PID/stat can't be read")),
        }
    }

    /// CPU time of the threads that live, to the nanosecond.
    fn fine_cpu(&self) -> Result<Duration, Failure> {
        let folder = format!("/proc/{}/task", self.child.id());
        let mut nanoseconds = 0;
        for thread in fs::read_dir(&folder).doing(&folder)? {
            let path = thread?.path().join("schedstat");
            // A kernel without these figures has the coarse ones.
            let Ok(text) = fs::read_to_string(path) else {
                return self.cpu();
            };
            let first = text.split(' ').next();
            nanoseconds += first.and_then(|text| text.parse().ok()).unwrap_or(0);
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    pub fn memory(&self) -> Result<Memory, Failure> {
        let status = self.read("status")?;
        let of = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .and_then(|rest| rest.split_whitespace().next())
                .and_then(|text| text.parse::<f64>().ok())
                .map(|kib| kib / 1024.0)
                .doing(name)
        };
        Ok(Memory {
            now: of("VmRSS:")?,
            anonymous: of("RssAnon:")?,
            highest: of("VmHWM:")?,
        })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, and waits.
    pub fn stop(mut self) -> Result<(), Failure> {
        self.terminate();
        let status = self.child.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!("the server ended with {status}")))
        }
    }

    fn terminate(&self) {
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.terminate();
            let _ = self.child.wait();
        }
    }
}
