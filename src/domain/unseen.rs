//! Characters that nobody sees, and that make one text look like another or move a terminal
//! (CVE-2021-42574).

/// Control characters, and those that change how others are shown without being seen:
/// directions, joiners, marks of no width. With them one name can look like another.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
