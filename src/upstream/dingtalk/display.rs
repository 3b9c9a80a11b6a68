//! Texts that people write about themselves, fit to be passed on: applications show them, put
//! them into databases that refuse NUL, and into headers. A text is cut and cleaned; an
//! identifier never is (it is refused).

use crate::domain::unseen::is_unseen;

/// The longest text that is kept, in characters.
const LONGEST_TEXT: usize = 256;
/// The longest address of a portrait, in bytes.
const LONGEST_ADDRESS: usize = 2048;

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
