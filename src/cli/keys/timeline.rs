//! What happens when, as a table. The whole of it goes on for years and says the same again
//! and again: a person is shown the sets that an act is about, each to the point where a key
//! takes over from one that is yet to come. Scripts get all of it.

use std::collections::BTreeMap;

use super::moments::Wall;
use super::words::{self, ShortKids};
use crate::cli::table::printable;
use crate::operator::keys::{SetName, Step, StepName};

const HEADINGS: [&str; 5] = ["WHEN", "", "ALGORITHM", "KEY", "WHAT HAPPENS"];

/// The steps to come, in their order; of one set, if it is said. None where there are none.
pub(super) fn table(all: &[Step], set: Option<SetName>, wall: &Wall) -> Option<String> {
    let kids = ShortKids::of(all.iter().filter_map(|step| step.kid.as_deref()));
    let mut rows: Vec<[String; 5]> = Vec::new();
    let mut steps = near(all, set).into_iter().peekable();
    while let Some(step) = steps.next() {
        let mut what = if is_given_up(step, all) {
            words::given_up(step.algorithm).to_owned()
        } else {
            words::step(step.what, step.algorithm).to_owned()
        };
        if let Some(client) = &step.client {
            what = format!("{what}: {}", printable(client.as_str()));
        }
        // One moment, one row.
        if step.what == StepName::Made
            && let Some(next) = steps.next_if(|next| is_published_as_made(step, next))
        {
            what = format!("{what}, {}", words::step(next.what, next.algorithm));
        }
        rows.push([
            wall.local(step.at),
            wall.away(step.at),
            step.algorithm.to_string(),
            kids.show_or(step.kid.as_deref(), "a new key"),
            what,
        ]);
    }
    (!rows.is_empty()).then(|| words::table("", &HEADINGS, &rows))
}

fn is_published_as_made(made: &Step, next: &Step) -> bool {
    next.what == StepName::Published
        && (next.at, next.algorithm, &next.kid) == (made.at, made.algorithm, &made.kid)
}

/// Whether a key retires in whose place none begins: a next one.
fn is_given_up(step: &Step, all: &[Step]) -> bool {
    let takes_over = |other: &Step| {
        other.what == StepName::Signs && (other.at, other.algorithm) == (step.at, step.algorithm)
    };
    step.what == StepName::Retired && !all.iter().any(takes_over)
}

/// What is worth a look: per set up to the second time that a key takes over, and of keys that
/// are yet to be made only the first, since each would be "a new key". Then the turns of keys
/// that are there, and the ends of pins, however far away.
fn near(steps: &[Step], set: Option<SetName>) -> Vec<&Step> {
    let mut takeovers: BTreeMap<SetName, u32> = BTreeMap::new();
    // Who ceases stands before who takes over: the moment counts for both.
    let mut over: BTreeMap<SetName, i64> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.what == StepName::Signs) {
        let count = takeovers.entry(step.algorithm).or_default();
        *count += 1;
        if *count == 2 {
            over.insert(step.algorithm, step.at);
        }
    }
    let mut made: BTreeMap<SetName, u32> = BTreeMap::new();
    let is_near = |step: &&Step| {
        let made = made.entry(step.algorithm).or_default();
        // One that an act makes at once is not told of before it signs.
        if step.kid.is_none()
            && (step.what == StepName::Made || (step.what == StepName::Signs && *made == 0))
        {
            *made += 1;
        }
        let is_before = over.get(&step.algorithm).is_none_or(|over| step.at < *over);
        let is_turn = step.kid.is_some() && step.what == StepName::Signs;
        let is_second = step.kid.is_none() && *made > 1;
        step.what == StepName::PinEnds || is_turn || (is_before && !is_second)
    };
    steps
        .iter()
        .filter(|step| set.is_none_or(|set| set == step.algorithm))
        .filter(|step| step.what != StepName::Forgotten)
        .filter(is_near)
        .collect()
}
