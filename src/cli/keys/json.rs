//! Answers for scripts: one JSON object with the names of the answer itself. Inside the house
//! moments and spans are milliseconds; here a moment is RFC 3339 in UTC, with the same in
//! seconds since 1970 beside it, and a span is in seconds. `rotates_at` becomes `rotates_at` and
//! `rotates_at_seconds`, `served` becomes `served_seconds`.

use serde::Serialize;
use serde_json::{Map, Value};

use super::moments;
use crate::cli::say;

/// Names of moments that don't end in `_at`.
const MOMENTS: [&str; 3] = ["now", "at", "until"];

/// Names of spans.
const SPANS: [&str; 3] = ["served", "needed", "fails_for"];

/// Shows an answer.
pub(super) fn show(answer: &impl Serialize) -> anyhow::Result<()> {
    say::out(&serde_json::to_string_pretty(&told(serde_json::to_value(
        answer,
    )?))?)
}

/// Shows an answer with one thing more in it.
pub(super) fn show_with(
    answer: &impl Serialize,
    name: &str,
    more: impl Into<Value>,
) -> anyhow::Result<()> {
    let mut value = serde_json::to_value(answer)?;
    if let Value::Object(members) = &mut value {
        members.insert(name.to_owned(), more.into());
    }
    show(&value)
}

fn told(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut all = Map::new();
            for (name, member) in members {
                put(&mut all, name, member);
            }
            Value::Object(all)
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(told).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn put(all: &mut Map<String, Value>, name: String, member: Value) {
    let is_moment = name.ends_with("_at") || MOMENTS.contains(&name.as_str());
    if is_moment && let Some(moment) = member.as_i64() {
        all.insert(format!("{name}_seconds"), seconds(moment));
        all.insert(name, moments::written(moment).into());
    } else if SPANS.contains(&name.as_str())
        && let Some(span) = member.as_i64()
    {
        all.insert(format!("{name}_seconds"), seconds(span));
    } else {
        all.insert(name, told(member));
    }
}

/// Whole seconds, as a clock shows them: rounded down.
fn seconds(milliseconds: i64) -> Value {
    milliseconds.div_euclid(1_000).into()
}
