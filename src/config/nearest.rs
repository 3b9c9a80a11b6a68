//! The name that was probably meant: the known one that the fewest edits make.

/// The known name nearest to `written`, if one is near enough to be worth naming.
pub(super) fn nearest<'n>(
    written: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    // Far longer texts are no slip of the finger, and would take long to compare.
    if written.len() > 64 {
        return None;
    }
    known
        .into_iter()
        .map(|name| (edits(written, name), name))
        .filter(|(edits, name)| *edits <= tolerance(written, name))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name)
}

/// Letters of another case are no edit.
fn edits(written: &str, name: &str) -> usize {
    if written.eq_ignore_ascii_case(name) {
        return 0;
    }
    distance(written, name)
}

/// A third of the longer name: three slips in `redirect_uris`, one in `url`.
fn tolerance(written: &str, name: &str) -> usize {
    (written.chars().count().max(name.chars().count()) / 3).max(1)
}

/// Insertions, deletions, replacements and swaps of neighbours that make one text the other
/// (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut previous = None;
    for (row, from) in left.chars().enumerate() {
        let mut current = vec![row + 1];
        let mut previous_to = None;
        for (column, to) in right.iter().copied().enumerate() {
            let at =
                |cells: &[usize], index: usize| cells.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut edits = (at(&last, column) + usize::from(from != to))
                .min(at(&last, column + 1) + 1)
                .min(at(&current, column) + 1);
            let swapped = previous == Some(to) && previous_to == Some(from);
            if let (true, Some(index)) = (swapped, column.checked_sub(1)) {
                edits = edits.min(at(&before_last, index) + 1);
            }
            current.push(edits);
            previous_to = Some(to);
        }
        before_last = std::mem::replace(&mut last, current);
        previous = Some(from);
    }
    last.last().copied().unwrap_or_default()
}

/// `"a"`, `"a" or "b"`, `"a", "b" or "c"`.
pub(super) fn alternatives<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names
        .into_iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
