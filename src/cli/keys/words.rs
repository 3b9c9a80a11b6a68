//! Names and tables as they are shown: kids cut to as much as tells them apart, states and
//! steps in words, columns under one another. Whatever comes from elsewhere (names of keys and
//! clients, file names, sentences of a server) is cleaned of what would move a terminal.

use crate::cli::table::{Table, printable};
use crate::domain::readiness::FetchSeen;
use crate::keyring::model::KeyUse;
use crate::operator::keys::{FolderStatus, LateCause, SetName, SetStatus, Standing, StepName};

/// As much of a kid as is shown at least: 48 bits of a thumbprint.
const SHORTEST: usize = 8;

/// A kid of up to so many characters is shown as it is: somebody chose it to be read.
const READABLE: usize = 16;

/// The kids of one answer, cut to what tells them apart. Every command takes what is shown.
pub(super) struct ShortKids<'k> {
    all: Vec<&'k str>,
}

impl<'k> ShortKids<'k> {
    pub(super) fn of(all: impl Iterator<Item = &'k str>) -> Self {
        Self { all: all.collect() }
    }

    pub(super) fn show(&self, kid: &str) -> String {
        if kid.chars().count() <= READABLE {
            return printable(kid);
        }
        let shortest = kid
            .char_indices()
            .map(|(end, _)| kid.get(..end).unwrap_or(kid))
            .skip(SHORTEST)
            .find(|begin| {
                let others = self.all.iter().filter(|other| **other != kid);
                others.clone().all(|other| !other.starts_with(begin))
            });
        printable(shortest.unwrap_or(kid))
    }

    /// The same for one that may be missing.
    pub(super) fn show_or(&self, kid: Option<&str>, otherwise: &str) -> String {
        kid.map_or_else(|| otherwise.to_owned(), |kid| self.show(kid))
    }
}

/// Rows under their headings, each line behind `indent`.
pub(super) fn table<const N: usize>(
    indent: &str,
    headings: &[&str; N],
    rows: &[[String; N]],
) -> String {
    let mut table = Table::of(headings);
    for row in rows {
        table.fit(row);
    }
    let mut text = format!("{indent}{}", table.line(headings));
    for row in rows {
        text.push('\n');
        text.push_str(indent);
        text.push_str(&table.line(row));
    }
    text
}

/// `1 session`, `2 sessions`.
pub(super) fn count(number: u64, thing: &str) -> String {
    if number == 1 {
        return format!("1 {thing}");
    }
    match thing.strip_suffix("family") {
        Some(begin) => format!("{number} {begin}families"),
        None => format!("{number} {thing}s"),
    }
}

/// A word of a command that is shown to be typed: quoted where a shell would read more in it.
pub(super) fn typed(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '@' | '/');
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// What happens to a key of that set.
pub(super) const fn step(step: StepName, set: SetName) -> &'static str {
    match (step, set.0) {
        (StepName::Made, _) => "is made",
        (StepName::Published, KeyUse::Sign(_)) => "is published",
        (StepName::Published, KeyUse::Seal) => "is ready",
        (StepName::Signs, KeyUse::Sign(_)) => "signs",
        (StepName::Signs, KeyUse::Seal) => "seals",
        (StepName::Retired, KeyUse::Sign(_)) => "ceases to sign, stays published",
        (StepName::Retired, KeyUse::Seal) => "ceases to seal, still opens",
        (StepName::Withdrawn, KeyUse::Sign(_)) => "is not published any more",
        (StepName::Withdrawn, KeyUse::Seal) => "does not open any more",
        (StepName::Revoked, KeyUse::Seal) => "opens nothing any more",
        (StepName::Revoked, KeyUse::Sign(_)) => "is believed by nobody any more",
        (StepName::Forgotten, _) => "is forgotten",
        (StepName::PinEnds, _) => "pin ends",
    }
}

/// The same for a next key that retires: it never worked, and won't.
pub(super) const fn given_up(set: SetName) -> &'static str {
    match set.0 {
        KeyUse::Sign(_) => "won't sign, stays published",
        KeyUse::Seal => "won't seal, still opens",
    }
}

/// The same in the list, where the states are explained.
pub(super) const fn short_step(name: StepName, set: SetName) -> &'static str {
    match name {
        StepName::Retired => "retires",
        StepName::Withdrawn => "is withdrawn",
        StepName::Revoked => "is revoked",
        StepName::Made
        | StepName::Published
        | StepName::Signs
        | StepName::Forgotten
        | StepName::PinEnds => step(name, set),
    }
}

/// Whether only clients keep the next key from taking over, whose time has come.
pub(super) fn waits_for_clients(set: &SetStatus) -> bool {
    set.late.iter().any(|late| match late.cause {
        LateCause::Clients => true,
        LateCause::Publication | LateCause::NoNextKey | LateCause::ReadOnly | LateCause::Folder => {
            false
        }
    })
}

/// Whether what is due in a set happens by itself: not where another hand writes what each key
/// does, nor where a next key is to come from such a hand and has not.
pub(super) const fn goes_on(set: &SetStatus, folder: &FolderStatus) -> bool {
    !folder.read_only || (folder.keeps_states && set.next.is_some())
}

pub(super) const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Ready => "ready",
        Standing::Stale => "stale",
        Standing::Unknown => "unknown",
    }
}

pub(super) const fn seen(seen: FetchSeen) -> &'static str {
    match seen {
        FetchSeen::Address => "address",
        FetchSeen::Alias => "alias",
    }
}
