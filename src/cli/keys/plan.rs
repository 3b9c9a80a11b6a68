//! What an act would break and what happens from then on, and what came of it.

use super::moments::Wall;
use super::timeline;
use super::words::{self, count};
use crate::cli::table::printable;
use crate::domain::key_change::KeyChange;
use crate::domain::key_state::KeyState;
use crate::domain::key_state::or_forgotten::FORGOTTEN;
use crate::keyring::model::KeyUse;
use crate::operator::keys::{ClientFate, Consequences, Done, Fate, Planned, SetName};

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
    // What was brought in may tell its set only now.
    let set = set.or_else(|| set_of(&done.changes));
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

/// The one set in which something changed.
fn set_of(changes: &[KeyChange]) -> Option<SetName> {
    let first = changes.first()?;
    let is_one = changes.iter().all(|it| it.algorithm == first.algorithm);
    is_one.then(|| first.algorithm.parse().ok()).flatten()
}

fn notes(notes: &[String]) -> Option<String> {
    let notes: Vec<String> = notes.iter().map(|note| printable(note)).collect();
    (!notes.is_empty()).then(|| notes.join("\n"))
}

fn change(change: &KeyChange) -> String {
    let from = change
        .from
        .map_or_else(|| "new".to_owned(), |from| format!("was {}", from.as_str()));
    format!(
        "{} {} is now {} ({from}).",
        printable(&change.algorithm),
        printable(&change.kid),
        change.to.map_or(FORGOTTEN, KeyState::as_str),
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
            let end = match of.algorithm.0 {
                KeyUse::Sign(_) => "is believed",
                KeyUse::Seal => "is opened",
            };
            format!(
                "Nothing that it {signed} {end} any more{}",
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
    } else if of.ends && of.algorithm.0 != KeyUse::Seal {
        lines.push("No session and no grant hangs from it.".to_owned());
    }
    let (concerned, others): (Vec<_>, Vec<_>) =
        (of.clients.iter()).partition(|fate| fate.fate != Fate::Fine || sign_ins(of, fate) > 0);
    let rows: Vec<[String; 4]> = concerned.iter().map(|fate| row(of, fate)).collect();
    if !rows.is_empty() {
        lines.push(words::table(
            "  ",
            &["CLIENT", "SIGN-INS", "STANDING", "WHAT HAPPENS"],
            &rows,
        ));
    }
    if !others.is_empty() {
        let number = u64::try_from(others.len()).unwrap_or(u64::MAX);
        let goes = if number == 1 { "goes" } else { "go" };
        let other = if rows.is_empty() {
            "client"
        } else {
            "other client"
        };
        lines.push(format!("{} {goes} on.", count(number, other)));
    }
    lines.join("\n")
}

/// How much there is of it.
fn good(of: &Consequences, but: &str) -> String {
    let signed_something = of.grants.max(of.sessions) > 0 || !of.by_client.is_empty();
    match (of.algorithm.0, of.id_tokens) {
        (KeyUse::Seal, _) => ".".to_owned(),
        (KeyUse::Sign(_), 0) if signed_something => {
            "; the time of all its ID Tokens is over.".to_owned()
        }
        (KeyUse::Sign(_), 0) => "; no ID Token is known that it signed.".to_owned(),
        // Not the tokens: each refresh makes one more, and only the last is known.
        (KeyUse::Sign(_), number) => format!(
            ",{but}the ID Tokens of {}, whose time is not over.",
            count(number, "grant")
        ),
    }
}

/// How many sign-ins of a client it concerns.
fn sign_ins(of: &Consequences, fate: &ClientFate) -> u64 {
    let counted = of.by_client.iter();
    let mut counted = counted.filter(|count| count.client == fate.client);
    counted.next().map_or(0, |count| count.count)
}

fn row(of: &Consequences, fate: &ClientFate) -> [String; 4] {
    [
        printable(fate.client.as_str()),
        sign_ins(of, fate).to_string(),
        words::standing(fate.standing).to_owned(),
        printable(&fate.words),
    ]
}
