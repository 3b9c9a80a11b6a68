//! Injected faults: what goes wrong, on which path, and how often.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// The true answer, late.
    Latency,
    /// Too many calls of this app to this call: 403, or 90018.
    Qps,
    /// Too many calls of everyone to this call: 403, or 90002.
    QpsApi,
    /// The month's calls are used up: 403, or 90020.
    Quota,
    /// The system is busy: 500, or -1 with 200.
    Busy,
    /// A failure without a better name: 500 at either host.
    ServerError,
    /// The firewall's page, which is not JSON.
    HtmlBlock,
    /// The firewall's JSON, which is in neither dialect.
    JsonBlock,
    /// The true answer, cut off in the middle.
    TruncatedJson,
    /// No answer: the connection closes.
    DropConnection,
    /// The caller's address is not in the app's allow-list: 403, or 60020.
    IpNotAllowed,
    /// A good token is taken for a bad one: 400, or 40014.
    InvalidToken,
}

/// A fault as the control interface takes it and lists it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// A path, or the beginning of one and a `*`.
    path: String,
    kind: Kind,
    /// How many more calls it strikes; until removed when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    /// How late a `latency` answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    millis: Option<u64>,
}

impl Fault {
    /// What is wrong with the request to inject it, if anything.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        if !self.path.starts_with('/') && self.path != "*" {
            return Some("path begins with a slash; a * at its end stands for the rest");
        }
        if self.path.trim_end_matches('*').contains('*') || self.path.ends_with("**") {
            return Some("a * can only stand once, at the end of path");
        }
        if self.path.starts_with("/_sim") {
            return Some("the control interface itself cannot be made to fail");
        }
        if self.times == Some(0) {
            return Some("times is at least 1");
        }
        match (self.kind, self.millis) {
            (Kind::Latency, None) => Some("a latency needs millis"),
            (Kind::Latency, Some(millis)) if millis > 600_000 => Some("millis is 600000 at most"),
            (Kind::Latency, Some(_)) | (_, None) => None,
            (_, Some(_)) => Some("millis belongs to a latency alone"),
        }
    }

    fn strikes(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => path == self.path,
        }
    }
}

/// What is to happen to one call.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) delay: Option<Duration>,
    pub(super) kind: Option<Kind>,
}

/// The faults injected, oldest first.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) fn clear(&mut self) -> usize {
        std::mem::take(&mut self.0).len()
    }

    /// What strikes a call to `path`: the oldest latency, and the oldest fault of another kind.
    /// Each one that strikes is counted down.
    pub(super) fn strike(&mut self, path: &str) -> Plan {
        let mut plan = Plan::default();
        for fault in &mut self.0 {
            if !fault.strikes(path) {
                continue;
            }
            if fault.kind == Kind::Latency {
                if plan.delay.is_some() {
                    continue;
                }
                plan.delay = fault.millis.map(Duration::from_millis);
            } else {
                if plan.kind.is_some() {
                    continue;
                }
                plan.kind = Some(fault.kind);
            }
            fault.times = fault.times.map(|times| times.saturating_sub(1));
        }
        self.0.retain(|fault| fault.times != Some(0));
        plan
    }
}
