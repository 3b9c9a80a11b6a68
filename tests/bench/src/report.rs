//! The figures as a table for people and as JSON for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::budget::{self, Budget, Standing};
use crate::load::Figures;
use crate::machine::Machine;

/// The operations, in the order in which they are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Name {
    Discovery,
    Jwks,
    ClientCredentials,
    Userinfo,
    Introspection,
    Refresh,
    CodeAndToken,
    Login,
}

impl Name {
    pub const ALL: [Self; 8] = [
        Self::Discovery,
        Self::Jwks,
        Self::ClientCredentials,
        Self::Userinfo,
        Self::Introspection,
        Self::Refresh,
        Self::CodeAndToken,
        Self::Login,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::ClientCredentials => "client_credentials",
            Self::Userinfo => "userinfo",
            Self::Introspection => "introspection",
            Self::Refresh => "refresh",
            Self::CodeAndToken => "code_and_token",
            Self::Login => "login",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }

    pub const fn budget(self) -> Budget {
        match self {
            Self::Discovery | Self::Jwks => budget::DOCUMENT,
            Self::ClientCredentials => budget::CLIENT_CREDENTIALS,
            Self::Userinfo => budget::USERINFO,
            Self::Introspection => budget::INTROSPECTION,
            Self::Refresh => budget::REFRESH,
            Self::CodeAndToken => budget::CODE_AND_TOKEN,
            Self::Login => budget::LOGIN,
        }
    }
}

/// How a run ended.
pub enum Outcome {
    Measured(Box<Figures>),
    NotOffered,
    Failed(String),
}

/// One operation at one number of connections.
pub struct Run {
    pub name: Name,
    pub connections: usize,
    pub outcome: Outcome,
}

/// A figure that is no operation's.
pub struct Single {
    /// Its member in JSON.
    pub key: &'static str,
    pub name: &'static str,
    pub unit: &'static str,
    pub figure: f64,
    pub budget: Option<Budget>,
}

/// Everything that was found out.
pub struct Report {
    pub machine: Machine,
    pub version: String,
    pub profile: String,
    pub singles: Vec<Single>,
    pub runs: Vec<Run>,
}

impl Report {
    pub fn failed(&self) -> bool {
        self.runs
            .iter()
            .any(|run| matches!(run.outcome, Outcome::Failed(_)))
    }

    pub fn table(&self) -> String {
        let mut out = String::new();
        let machine = &self.machine;
        let _ = writeln!(
            out,
            "{}, profile {}\n{}, {} cores, {}, Linux {}",
            self.version,
            self.profile,
            machine.cpu,
            machine.cores,
            machine.flags.join(" "),
            machine.kernel,
        );
        let _ = match machine.signature {
            Some(signature) => writeln!(
                out,
                "RSA-2048 signature by openssl on this machine: {signature:.3} ms"
            ),
            None => writeln!(out, "no openssl command here to measure a signature with"),
        };
        let _ = writeln!(
            out,
            "\n{:<20} {:>5} {:>9} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7}",
            "", "conn.", "ops/s", "p50 ms", "p99 ms", "max ms", "CPU ms", "budget", "goal"
        );
        for run in &self.runs {
            run.line(&mut out);
        }
        let _ = writeln!(out);
        for single in &self.singles {
            single.line(&mut out);
        }
        out
    }

    pub fn json(&self) -> Value {
        let mut document = json!({
            "version": self.version,
            "profile": self.profile,
            "machine": self.machine.json(),
            "operations": self.runs.iter().map(Run::json).collect::<Vec<_>>(),
        });
        for single in &self.singles {
            if let Some(fields) = document.as_object_mut() {
                fields.insert(single.key.to_owned(), single.json());
            }
        }
        document
    }
}

impl Run {
    fn line(&self, out: &mut String) {
        let _ = write!(out, "{:<20} {:>5} ", self.name.as_str(), self.connections);
        let figures = match &self.outcome {
            Outcome::Measured(figures) => figures,
            Outcome::NotOffered => {
                let _ = writeln!(out, "not offered");
                return;
            }
            Outcome::Failed(failure) => {
                let _ = writeln!(out, "FAILED: {failure}");
                return;
            }
        };
        let budget = self.name.budget();
        let _ = writeln!(
            out,
            "{:>9.0} {:>8.2} {:>8.2} {:>8.1} {:>8.4} {:>7} {:>7}  {}",
            figures.rate(),
            figures.percentile(50.0),
            figures.percentile(99.0),
            figures.percentile(100.0),
            figures.cpu,
            budget.budget,
            budget.goal,
            budget.standing(figures.cpu).as_str(),
        );
    }

    fn json(&self) -> Value {
        let budget = self.name.budget();
        let mut run = json!({
            "name": self.name.as_str(),
            "connections": self.connections,
            "budget_cpu_ms": budget.budget,
            "goal_cpu_ms": budget.goal,
        });
        let more = match &self.outcome {
            Outcome::NotOffered => json!({ "outcome": "not_offered" }),
            Outcome::Failed(failure) => json!({ "outcome": "failed", "failure": failure }),
            Outcome::Measured(figures) => json!({
                "outcome": "measured",
                "operations": figures.operations,
                "seconds": figures.seconds,
                "per_second": figures.rate(),
                "cpu_ms": figures.cpu,
                "cpu_ms_slices": figures.slices,
                "within_budget": budget.standing(figures.cpu) != Standing::Over,
                "latency_ms": {
                    "p50": figures.percentile(50.0),
                    "p90": figures.percentile(90.0),
                    "p99": figures.percentile(99.0),
                    "p99.9": figures.percentile(99.9),
                    "max": figures.percentile(100.0),
                },
                "resident_mib": figures.memory.now,
                "anonymous_mib": figures.memory.anonymous,
                "highest_resident_mib": figures.memory.highest,
            }),
        };
        if let (Some(run), Value::Object(more)) = (run.as_object_mut(), more) {
            run.extend(more);
        }
        run
    }
}

impl Single {
    fn line(&self, out: &mut String) {
        let name = format!("{} ({})", self.name, self.unit);
        let _ = write!(out, "{name:<68} {:>8.1}", self.figure);
        let _ = match self.budget {
            Some(budget) => writeln!(
                out,
                " {:>7} {:>7}  {}",
                budget.budget,
                budget.goal,
                budget.standing(self.figure).as_str()
            ),
            None => writeln!(out),
        };
    }

    fn json(&self) -> Value {
        let budget = self.budget;
        json!({
            "unit": self.unit,
            "figure": self.figure,
            "budget": budget.map(|it| it.budget),
            "goal": budget.map(|it| it.goal),
        })
    }
}

impl Figures {
    fn rate(&self) -> f64 {
        self.operations as f64 / self.seconds
    }

    /// Milliseconds.
    fn percentile(&self, percent: f64) -> f64 {
        self.latency.value_at_quantile(percent / 100.0) as f64 / 1e6
    }
}

pub fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
