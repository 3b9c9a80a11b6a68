//! `[audit]`

use std::ops::RangeInclusive;
use std::time::Duration;

use super::Audit;
use super::reader::Section;

const DEFAULT_KEEP: Duration = Duration::from_secs(180 * 86_400);
const DEFAULT_MOST_ROWS: u64 = 1_000_000;

/// Fewer are gone before anybody looks; more don't fit on the disk of a small machine.
const ROWS: RangeInclusive<u64> = 1_000..=100_000_000;

pub(super) fn read(section: &mut Section<'_>) -> Audit {
    let keep = section.duration("keep");
    Audit {
        keep: keep.map_or(DEFAULT_KEEP, |keep| keep.value),
        most_rows: most_rows(section).unwrap_or(DEFAULT_MOST_ROWS),
    }
}

fn most_rows(section: &mut Section<'_>) -> Option<u64> {
    let rows = section.whole("most_rows")?;
    if !ROWS.contains(&rows.value) {
        section.fault(&rows.at, "`most_rows` must be between 1000 and 100000000");
        return None;
    }
    Some(rows.value)
}
