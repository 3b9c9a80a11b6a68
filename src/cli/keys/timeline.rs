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
pub(super) fn table(steps: &[Step], set: Option<SetName>, wall: &Wall) -> Option<String> {
    let kids = ShortKids::of(steps.iter().filter_map(|step| step.kid.as_deref()));
    let mut rows: Vec<[String; 5]> = Vec::new();
    let mut steps = near(steps, set).into_iter().peekable();
    while let Some(step) = steps.next() {
        let mut what = words::step(step.what, step.algorithm).to_owned();
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

/// What is worth a look: per set up to the first time that a key takes over, and after that
/// only what becomes of keys that are there, up to the second, and when it is their turn. Else
/// two keys would be "a new key".
fn near(steps: &[Step], set: Option<SetName>) -> Vec<&Step> {
    let mut takeovers: BTreeMap<SetName, Vec<i64>> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.what == StepName::Signs) {
        takeovers.entry(step.algorithm).or_default().push(step.at);
    }
    // Who ceases stands before who takes over: the moment counts for both.
    let is_near = |step: &Step| {
        let of_set = takeovers
            .get(&step.algorithm)
            .map_or(&[][..], Vec::as_slice);
        let is_before = |number: usize| of_set.get(number).is_none_or(|then| step.at < *then);
        let is_first = of_set.first().is_none_or(|then| step.at <= *then);
        let is_turn = step.what == StepName::Signs;
        is_first || (step.kid.is_some() && (is_turn || is_before(1)))
    };
    steps
        .iter()
        .filter(|step| set.is_none_or(|set| set == step.algorithm))
        .filter(|step| step.what == StepName::PinEnds || is_near(step))
        .filter(|step| step.what != StepName::Forgotten)
        .collect()
}
