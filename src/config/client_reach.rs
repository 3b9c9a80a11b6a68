//! Warnings about addresses of clients that will not be called: what the outbound guard
//! refuses later is told before anybody waits for it.

use url::Url;

use super::reader::Section;
use crate::domain::reach::Reach;

/// The members whose addresses are called from here.
const CALLED: [&str; 2] = ["jwks_uri", "backchannel_logout_uri"];

/// Warns of each that leads where the guard lets nobody. Takes nothing, so it comes first.
pub(super) fn warn(section: &mut Section<'_>, reach: &Reach) {
    for key in CALLED {
        // What is no URL is a fault elsewhere.
        let Some(text) = section.peek(key) else {
            continue;
        };
        let Ok(url) = Url::parse(&text.value) else {
            continue;
        };
        if let Err(why) = reach.check(&url) {
            section.warn(&text.at, format!("`{key}` will not be called: it {why}"));
        }
    }
}
