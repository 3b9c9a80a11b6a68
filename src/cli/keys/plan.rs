//! What an act would break and what happens from then on, and what came of it.

use super::moments::Wall;
use super::timeline;
use super::words::{self, count};
use crate::cli::table::printable;
use crate::domain::key_change::KeyChange;
use crate::keyring::model::KeyUse;
use crate::operator::keys::{ClientFate, Consequences, Done, Planned, SetName};

/// What would happen, in full.
pub(super) fn planned(planned: &Planned, set: Option<SetName>) -> String {
    let wall = Wall::at(planned.now);
    let mut parts: Vec<String> = planned.consequences.iter().map(consequences).collect();
    if !planned.breaks {
        parts.push("Nothing breaks.".to_owned());
    }
    parts.extend(timeline::table(&planned.timeline, set, &wall));
    parts.extend(notes(&planned.notes));
    parts.join("\n\n")
}

/// What was done.
pub(super) fn done(done: &Done, set: Option<SetName>) -> String {
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
    parts.extend(timeline::table(&done.timeline, set, &wall));
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

/// What one key's end means.
fn consequences(of: &Consequences) -> String {
    let successor = of
        .successor
        .as_deref()
        .map_or_else(|| "a new key".to_owned(), printable);
    let (works, work, signed) = match of.algorithm.0 {
        KeyUse::Sign(_) => ("signs", "sign", "signed"),
        KeyUse::Seal => ("seals", "seal", "sealed"),
    };
    let ceases = if of.disowned {
        "is disowned".to_owned()
    } else {
        format!("ceases to {work}")
    };
    let mut lines = vec![
        format!(
            "{} {} {ceases} at once; {successor} {works}.",
            of.algorithm,
            printable(&of.kid)
        ),
        if of.disowned {
            format!(
                "Nothing that it {signed} is believed any more{}",
                good(of, " not even ")
            )
        } else {
            format!("What it {signed} stays good{}", good(of, " "))
        },
    ];
    if of.ends && of.grants.max(of.sessions) > 0 {
        lines.push(format!(
            "These end: {}, {} with {} of refresh tokens. People sign in again.",
            count(of.sessions, "session"),
            count(of.grants, "grant"),
            count(of.families, "family"),
        ));
    } else if of.ends {
        lines.push("No session and no grant hangs from it.".to_owned());
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

/// How much there is of it.
fn good(of: &Consequences, but: &str) -> String {
    match (of.algorithm.0, of.id_tokens) {
        (KeyUse::Seal, _) => ".".to_owned(),
        (KeyUse::Sign(_), 0) => "; the time of all its ID Tokens is over.".to_owned(),
        (KeyUse::Sign(_), number) => {
            format!(
                ",{but}{} whose time is not over.",
                count(number, "ID Token")
            )
        }
    }
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
