//! What an act would break and what happens from then on, and what came of it.

use super::moments::Wall;
use super::words::{self, ShortKids, count};
use crate::cli::table::printable;
use crate::domain::key_change::KeyChange;
use crate::operator::keys::{ClientFate, Consequences, Done, Planned, Step};

/// What would happen, in full.
pub(super) fn planned(planned: &Planned) -> String {
    let wall = Wall::at(planned.now);
    let mut parts: Vec<String> = planned.consequences.iter().map(consequences).collect();
    if !planned.breaks {
        parts.push("Nothing breaks.".to_owned());
    }
    parts.extend(timeline(&planned.timeline, &wall));
    parts.extend(notes(&planned.notes));
    parts.join("\n\n")
}

/// What was done.
pub(super) fn done(done: &Done) -> String {
    let wall = Wall::at(done.now);
    let mut parts = Vec::new();
    let changes: Vec<String> = done.changes.iter().map(change).collect();
    if !changes.is_empty() {
        parts.push(changes.join("\n"));
    }
    if let Some(ended) = done.ended {
        let rest = if ended.complete {
            ""
        } else {
            "; the rest is being ended"
        };
        parts.push(format!(
            "Ended: {} and {}{rest}.",
            count(ended.grants, "grant"),
            count(ended.sessions, "session")
        ));
    }
    parts.extend(timeline(&done.timeline, &wall));
    if !done.told {
        parts.push("The audit log is told later.".to_owned());
    }
    parts.extend(notes(&done.notes));
    if parts.is_empty() {
        parts.push("Done.".to_owned());
    }
    parts.join("\n\n")
}

fn notes(notes: &[String]) -> Option<String> {
    let notes: Vec<String> = notes.iter().map(|note| printable(note)).collect();
    (!notes.is_empty()).then(|| notes.join("\n"))
}

fn change(change: &KeyChange) -> String {
    let from = change.from.map_or_else(
        || "new".to_owned(),
        |from| format!("was {}", words::state(from)),
    );
    format!(
        "{} {} is now {} ({from}).",
        printable(&change.algorithm),
        printable(&change.kid),
        words::state(change.to),
    )
}

/// The steps to come, in their order.
fn timeline(steps: &[Step], wall: &Wall) -> Option<String> {
    if steps.is_empty() {
        return None;
    }
    let kids = ShortKids::of(steps.iter().filter_map(|step| step.kid.as_deref()));
    let rows: Vec<[String; 5]> = steps
        .iter()
        .map(|step| {
            [
                wall.local(step.at),
                wall.away(step.at),
                step.algorithm.to_string(),
                kids.show_or(step.kid.as_deref(), "a new key"),
                happens(step),
            ]
        })
        .collect();
    Some(words::table(
        "",
        &["WHEN", "", "ALGORITHM", "KEY", "WHAT HAPPENS"],
        &rows,
    ))
}

fn happens(step: &Step) -> String {
    let what = words::step(step.what);
    match &step.client {
        Some(client) => format!("{what}: {}", printable(client.as_str())),
        None => what.to_owned(),
    }
}

/// What one key's end means.
fn consequences(of: &Consequences) -> String {
    let successor = of
        .successor
        .as_deref()
        .map_or_else(|| "a new key".to_owned(), printable);
    let still_good = format!("{} whose time is not over", count(of.id_tokens, "ID Token"));
    let tokens = if of.disowned {
        format!("Nothing that it signed is believed any more, not even {still_good}.")
    } else {
        format!("What it signed stays good: {still_good}.")
    };
    let mut lines = vec![
        format!(
            "{} {} goes at once, and {successor} signs.",
            of.algorithm,
            printable(&of.kid)
        ),
        tokens,
    ];
    if of.ends {
        lines.push(format!(
            "These end: {}, {} with {} of refresh tokens. People sign in again.",
            count(of.sessions, "session"),
            count(of.grants, "grant"),
            count(of.families, "family"),
        ));
    }
    let rows: Vec<[String; 4]> = of.clients.iter().map(|fate| row(of, fate)).collect();
    if !rows.is_empty() {
        lines.push(words::table(
            "  ",
            &["CLIENT", "ID TOKENS", "STANDING", "WHAT HAPPENS"],
            &rows,
        ));
    }
    lines.join("\n")
}

fn row(of: &Consequences, fate: &ClientFate) -> [String; 4] {
    let tokens = of
        .by_client
        .iter()
        .find(|count| count.client == fate.client);
    [
        printable(fate.client.as_str()),
        tokens.map_or(0, |count| count.count).to_string(),
        words::standing(fate.standing).to_owned(),
        printable(&fate.words),
    ]
}
