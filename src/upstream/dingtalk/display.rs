//! Texts that people write about themselves, fit to be passed on: applications show them, put
//! them into databases that refuse NUL, and into headers. A text is cut and cleaned; an
//! identifier never is (it is refused).

/// The longest text that is kept, in characters.
const LONGEST_TEXT: usize = 256;
/// The longest address of a portrait, in bytes.
const LONGEST_ADDRESS: usize = 2048;

/// Control characters, and those that change how others are shown without being seen:
/// directions, joiners, marks of no width. With them one name can look like another.
pub(super) fn is_unseen(c: char) -> bool {
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

/// A text as it may be shown; nothing where nothing is left of it. The joiner that makes one
/// emoji of several goes, too: the emoji fall apart, and nothing worse happens.
pub(super) fn shown(text: &str) -> Option<String> {
    let clean: String = text
        .chars()
        .filter(|c| !is_unseen(*c))
        .take(LONGEST_TEXT)
        .collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// The address of a portrait: http or https, as a URL is written, of a bounded length.
pub(super) fn portrait(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let fit = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.as_str().len() <= LONGEST_ADDRESS;
    fit.then(|| url.into())
}
