//! `keys status`: what is wrong first, then who signs in each set and when that changes, then
//! what is known of each client, then what to do about those that lag behind.

use super::moments::Wall;
use super::words::{self, ShortKids, count};
use crate::cli::table::printable;
use crate::keyring::model::KeyUse;
use crate::operator::keys::{
    ClientStatus, FolderStatus, KeyStatus, LateCause, SetStatus, Standing,
};

const HEADINGS: [&str; 8] = [
    "CLIENT",
    "ALGORITHM",
    "SIGNED WITH",
    "STANDING",
    "LAST FETCH",
    "KNOWN BY",
    "LAST HINT",
    "PINNED TO",
];

/// The days for which a pin is proposed: time to find who can change the client.
const PINNED_FOR: i64 = 30;

/// All of it.
pub(super) fn page(status: &KeyStatus) -> String {
    let wall = Wall::at(status.now);
    let kids = ShortKids::of(kids(status));
    let mut parts = vec![faults(&status.folder)];
    for set in &status.sets {
        let by_itself = words::goes_on(set, &status.folder);
        parts.push(of_set(set, by_itself, &wall, &kids));
    }
    if !status.clients.is_empty() {
        let rows: Vec<_> = (status.clients.iter())
            .map(|client| row(client, &wall, &kids))
            .collect();
        parts.push(format!("\n{}", words::table("", &HEADINGS, &rows)));
    }
    // Those that lag behind before those of which nothing is known: only they need somebody.
    let (stale, others): (Vec<_>, Vec<_>) =
        (status.clients.iter()).partition(|client| client.standing == Standing::Stale);
    let mut advice: Vec<String> = (stale.into_iter())
        .filter_map(|client| advice(client, &wall, &kids))
        .collect();
    advice.extend(advice_to_all(&others, &wall, &kids));
    if !advice.is_empty() {
        parts.push(format!("\n{}", advice.join("\n")));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// Whether somebody should look: what passes by itself is no reason.
pub(super) fn needs_operator(status: &KeyStatus) -> bool {
    status.folder.fault.is_some()
        || status.sets.iter().any(|set| {
            (set.active.is_none() && !set.unused)
                || set.late.iter().any(|late| stays_late(late.cause))
        })
        || (status.clients.iter())
            .any(|client| client.standing == Standing::Stale && client.advice.is_some())
}

/// Whether it stays so until somebody does something.
const fn stays_late(cause: LateCause) -> bool {
    match cause {
        LateCause::Clients | LateCause::NoNextKey | LateCause::ReadOnly | LateCause::Folder => true,
        LateCause::Publication => false,
    }
}

/// Every kid that is shown.
fn kids(status: &KeyStatus) -> impl Iterator<Item = &str> {
    let of_sets = status.sets.iter().flat_map(|set| {
        let steps = set.timeline.iter().filter_map(|step| step.kid.as_deref());
        set.active
            .as_deref()
            .into_iter()
            .chain(set.next.as_deref())
            .chain(steps)
    });
    let of_clients = status.clients.iter().flat_map(|client| {
        let pinned = client.pin.as_ref().map(|pin| pin.kid.as_str());
        [
            client.signed_with.as_deref(),
            client.about.as_deref(),
            client.hint_kid.as_deref(),
            pinned,
        ]
    });
    of_sets.chain(of_clients.flatten())
}

fn faults(folder: &FolderStatus) -> String {
    let mut lines = Vec::new();
    if let Some(fault) = &folder.fault {
        lines.push(format!("FAULT: {}", printable(fault)));
        lines.push("  The keys that were read before go on.".to_owned());
    }
    let directory = printable(&folder.directory);
    if folder.read_only && folder.keeps_states {
        lines.push(format!(
            "{directory} can't be written and has no keyring.toml: what each key does is kept in \
             the database, and new keys must be put there."
        ));
    } else if folder.read_only {
        lines.push(format!(
            "{directory} can't be written: the keys are managed from outside, nothing rotates by \
             itself, and what is due is only told."
        ));
    }
    if folder.untold > 0 {
        let changes = u64::try_from(folder.untold).unwrap_or(u64::MAX);
        lines.push(format!(
            "The audit log is still to be told of {}.",
            count(changes, "change")
        ));
    }
    lines.join("\n")
}

fn of_set(set: &SetStatus, by_itself: bool, wall: &Wall, kids: &ShortKids<'_>) -> String {
    if set.unused {
        return format!(
            "{}: not used any more; its keys go when what they {} is over",
            set.algorithm,
            match set.algorithm.0 {
                KeyUse::Sign(_) => "signed",
                KeyUse::Seal => "sealed",
            }
        );
    }
    let signs = match &set.active {
        Some(kid) => format!("{} {}", kids.show(kid), does(set)),
        None => "no key is active".to_owned(),
    };
    let then = match (set.rotates_at, set.next.as_deref()) {
        (_, Some(next)) if by_itself && words::waits_for_clients(set) => {
            format!("{} takes over when clients have it", kids.show(next))
        }
        (Some(at), next) => format!(
            "{} {} {}",
            kids.show_or(next, "a new key"),
            if by_itself { "takes over" } else { "is due" },
            wall.when(at)
        ),
        (None, Some(next)) => format!("{} is next, and waits for a command", kids.show(next)),
        (None, None) => "nothing is to follow it".to_owned(),
    };
    let mut lines = vec![format!("{}: {signs}; {then}", set.algorithm)];
    for late in &set.late {
        // What passes by itself is no reason to be alarmed.
        let kind = if stays_late(late.cause) {
            "LATE"
        } else {
            "waits"
        };
        lines.push(format!("  {kind}: {}", printable(&late.words)));
    }
    let all = set.ready + set.stale + set.unknown;
    if all > 0 {
        lines.push(format!(
            "  {}: {} ready, {} stale, {} unknown",
            count(u64::try_from(all).unwrap_or(u64::MAX), "client"),
            set.ready,
            set.stale,
            set.unknown
        ));
    }
    lines.join("\n")
}

const fn does(set: &SetStatus) -> &'static str {
    match set.algorithm.0 {
        KeyUse::Sign(_) => "signs",
        KeyUse::Seal => "seals",
    }
}

fn row(client: &ClientStatus, wall: &Wall, kids: &ShortKids<'_>) -> [String; 8] {
    let dash = || "-".to_owned();
    let fetched = client
        .fetched_at
        .map_or_else(|| "none seen".to_owned(), |at| wall.away(at));
    let seen = client
        .seen
        .map_or_else(dash, |seen| words::seen(seen).to_owned());
    let hint = match (&client.hint_kid, client.hint_at) {
        (None, _) => dash(),
        (Some(kid), None) => kids.show(kid),
        (Some(kid), Some(at)) => format!("{} ({})", kids.show(kid), wall.away(at)),
    };
    let pin = client.pin.as_ref().map_or_else(dash, |pin| {
        let over = if pin.holds {
            ""
        } else {
            ", does not count any more"
        };
        format!(
            "{} until {}{over}",
            kids.show(&pin.kid),
            wall.local(pin.until)
        )
    });
    [
        printable(client.client.as_str()),
        client.algorithm.to_string(),
        kids.show_or(client.signed_with.as_deref(), "nothing"),
        words::standing(client.standing).to_owned(),
        fetched,
        seen,
        hint,
        pin,
    ]
}

/// What to do about those of which nothing is known: the same for all, so that it is said once.
fn advice_to_all(clients: &[&ClientStatus], wall: &Wall, kids: &ShortKids<'_>) -> Option<String> {
    let mut clients = clients.iter().filter(|client| client.advice.is_some());
    let first = clients.next()?;
    let more = clients.count();
    if more == 0 {
        return advice(first, wall, kids);
    }
    Some(format!(
        "{} ({}): nothing is known of their fetches: where their keys are configured by hand, \
         give each the address of its own, like {}",
        count(u64::try_from(more + 1).unwrap_or(u64::MAX), "client"),
        words::standing(first.standing),
        printable(&first.jwks_uri)
    ))
}

/// What to do about a client, and the command where there is one.
fn advice(client: &ClientStatus, wall: &Wall, kids: &ShortKids<'_>) -> Option<String> {
    let advice = client.advice.as_ref()?;
    let id = printable(client.client.as_str());
    let mut said = format!(
        "{id} ({}): {}",
        words::standing(client.standing),
        printable(advice)
    );
    if client.standing == Standing::Stale
        && client.about != client.signed_with
        && let Some(kid) = client.signed_with.as_deref()
    {
        let pin = format!(
            "\n  dingpass keys pin {} --kid {} --until {}",
            words::typed(&id),
            words::typed(&kids.show(kid)),
            wall.day_in(PINNED_FOR)
        );
        said.push_str(&pin);
    }
    Some(said)
}
