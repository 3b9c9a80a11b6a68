//! `keys list`: every key in one row, with what happens to it next, which is the first step
//! about it in the timeline of its set.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::moments::{Wall, span};
use super::words::{self, ShortKids};
use crate::cli::table::printable;
use crate::domain::key_state::KeyState;
use crate::operator::keys::{KeyLine, KeyList, KeyStatus, Step, StepName};

const HEADINGS: [&str; 5] = ["KID", "ALGORITHM", "STATE", "SINCE", "NEXT STEP"];

/// The name of a file is the kid once more, which no screen is wide enough for.
const LONG_HEADINGS: [&str; 6] = ["KID", "ALGORITHM", "STATE", "SINCE", "NEXT STEP", "FILE"];

/// The first step about each key, and the keys that wait for clients.
pub(super) struct NextSteps<'s> {
    steps: BTreeMap<&'s str, &'s Step>,
    waiting: BTreeSet<&'s str>,
    /// The keys of which a step is due, but does not come by itself.
    due: BTreeSet<&'s str>,
}

impl<'s> NextSteps<'s> {
    pub(super) fn of(status: &'s KeyStatus) -> Self {
        let mut steps = BTreeMap::new();
        for step in status.sets.iter().flat_map(|set| &set.timeline) {
            if let Some(kid) = step.kid.as_deref()
                && step.what != StepName::PinEnds
            {
                steps.entry(kid).or_insert(step);
            }
        }
        let waiting = (status.sets.iter())
            .filter(|set| words::waits_for_clients(set))
            .flat_map(|set| [set.active.as_deref(), set.next.as_deref()])
            .flatten()
            .collect();
        let due = (status.sets.iter())
            .filter(|set| !words::goes_on(set, &status.folder))
            .flat_map(|set| &set.timeline)
            .filter_map(|step| step.kid.as_deref())
            .collect();
        Self {
            steps,
            waiting,
            due,
        }
    }

    fn find(&self, kid: &str) -> Option<&'s Step> {
        self.steps.get(kid).copied()
    }
}

/// The list for scripts, each key with its next step.
pub(super) fn json(list: &KeyList, steps: &NextSteps<'_>) -> anyhow::Result<Value> {
    let mut value = serde_json::to_value(list)?;
    if let Some(keys) = value.get_mut("keys").and_then(Value::as_array_mut) {
        for (line, key) in keys.iter_mut().zip(&list.keys) {
            if let (Value::Object(members), Some(step)) = (line, steps.find(&key.kid)) {
                members.insert("next".to_owned(), serde_json::to_value(step)?);
            }
        }
    }
    Ok(value)
}

/// The table.
pub(super) fn table(list: &KeyList, steps: &NextSteps<'_>, long: bool) -> String {
    let wall = Wall::at(list.now);
    let kids = ShortKids::of(list.keys.iter().map(|key| key.kid.as_str()));
    if !long {
        let rows: Vec<[String; 5]> = (list.keys.iter())
            .map(|key| row(key, kids.show(&key.kid), steps, &wall, long))
            .collect();
        return words::table("", &HEADINGS, &rows);
    }
    let rows: Vec<[String; 6]> = (list.keys.iter())
        .map(|key| {
            let [kid, algorithm, state, since, next] =
                row(key, printable(&key.kid), steps, &wall, long);
            [kid, algorithm, state, since, next, file(key)]
        })
        .collect();
    words::table("", &LONG_HEADINGS, &rows)
}

fn row(key: &KeyLine, kid: String, steps: &NextSteps<'_>, wall: &Wall, long: bool) -> [String; 5] {
    [
        kid,
        algorithm(key),
        state(key),
        if long {
            wall.local(since(key))
        } else {
            wall.away(since(key))
        },
        next(key, steps, wall, long),
    ]
}

fn algorithm(key: &KeyLine) -> String {
    match key.bits {
        Some(bits) => format!("{} {bits}", key.algorithm),
        None => key.algorithm.to_string(),
    }
}

fn state(key: &KeyLine) -> String {
    let name = key.state.as_str();
    if key.pinned.is_empty() {
        return name.to_owned();
    }
    let clients: Vec<String> = key.pinned.iter().map(|id| printable(id.as_str())).collect();
    format!("{name}, pinned by {}", clients.join(", "))
}

/// Since when it has been what it is.
fn since(key: &KeyLine) -> i64 {
    let begun = match key.state {
        KeyState::Next => key.published_at,
        KeyState::Active => key.activated_at,
        KeyState::Retired => key.retired_at,
        KeyState::Withdrawn => key.withdrawn_at,
        KeyState::Revoked => key.revoked_at,
    };
    begun.unwrap_or(key.created_at)
}

fn next(key: &KeyLine, steps: &NextSteps<'_>, wall: &Wall, long: bool) -> String {
    let mut said = Vec::new();
    if key.to_end {
        said.push("what it signed is being ended".to_owned());
    }
    if let Some(step) = steps.find(&key.kid) {
        let moment = if steps.waiting.contains(key.kid.as_str()) {
            "when clients have the next key".to_owned()
        } else {
            wall.when(step.at)
        };
        let due = if steps.due.contains(key.kid.as_str()) {
            "due: "
        } else {
            ""
        };
        said.push(format!(
            "{due}{} {}",
            words::short_step(step.what, key.algorithm),
            moment
        ));
    } else if key.state == KeyState::Next {
        said.push("waits for a command".to_owned());
    }
    if long && let (Some(served), Some(needed)) = (key.served, key.needed) {
        said.push(format!("served for {} of {}", span(served), span(needed)));
    }
    if said.is_empty() {
        said.push("-".to_owned());
    }
    said.join("; ")
}

fn file(key: &KeyLine) -> String {
    match (&key.file, key.encrypted) {
        (None, _) => "-".to_owned(),
        (Some(file), Some(true)) => format!("{} (encrypted)", printable(file)),
        (Some(file), Some(false) | None) => printable(file),
    }
}
