//! Columns that stand under one another at a terminal, where a Chinese character takes the
//! room of two Latin ones.

use crate::domain::unseen::is_unseen;

/// The widths of columns that grow with what they hold. The last one is never padded.
pub(super) struct Table<const N: usize> {
    widths: [usize; N],
}

impl<const N: usize> Table<N> {
    /// Columns as wide as their headings.
    pub(super) fn of(headings: &[&str; N]) -> Self {
        Self {
            widths: headings.map(width),
        }
    }

    /// Makes room for a row.
    pub(super) fn fit(&mut self, row: &[String; N]) {
        for (column, text) in self.widths.iter_mut().zip(row) {
            *column = (*column).max(width(text));
        }
    }

    /// A row as a line.
    pub(super) fn line<T: AsRef<str>>(&self, row: &[T; N]) -> String {
        let mut line = String::new();
        for (column, text) in self.widths.iter().zip(row) {
            let text = text.as_ref();
            line.push_str(text);
            line.push_str(&" ".repeat(column.saturating_sub(width(text)) + 2));
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Text without what would move a terminal's cursor, colour its words, or change how others are
/// shown without being seen: with a mark of direction one name is read as another (CVE-2021-42574).
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if is_unseen(c) { '\u{fffd}' } else { c })
        .collect()
}

/// How many columns of a terminal a text takes.
fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// The wide characters of Unicode's East Asian Width, in ranges that are coarse where nothing
/// else lies between.
const fn is_wide(c: char) -> bool {
    matches!(
        c,
        '\u{1100}'..='\u{115f}'
            | '\u{2e80}'..='\u{303e}'
            | '\u{3041}'..='\u{a4cf}'
            | '\u{a960}'..='\u{a97f}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe6f}'
            | '\u{ff00}'..='\u{ff60}'
            | '\u{ffe0}'..='\u{ffe6}'
            | '\u{1f300}'..='\u{1f64f}'
            | '\u{1f900}'..='\u{1f9ff}'
            | '\u{20000}'..='\u{3fffd}'
    )
}
