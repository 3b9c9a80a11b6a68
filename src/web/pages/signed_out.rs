//! The page after an end: says so, opens the front-channel addresses of the applications in
//! frames, and goes on to the application that asked once they have all answered, or after
//! five seconds. The script is all that it takes to go on early; without it the browser goes
//! after the same time. The frames can neither move the page nor open others.

use std::sync::LazyLock;

use askama::Template;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;

use super::policy;
use crate::protocol::logout::SignedOutPage;
use crate::web::text::Text;

/// Stands before the frames, so that it misses none of them; a frame's `load` comes whatever
/// the application answers.
const SCRIPT: &str = include_str!("signed_out.js");

/// The hash by which the policy knows the script.
static SCRIPT_SOURCE: LazyLock<String> = LazyLock::new(|| {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, SCRIPT.as_bytes());
    format!("'sha256-{}'", STANDARD.encode(digest))
});

#[derive(Template)]
#[template(path = "pages/signed_out.html")]
struct SignedOut<'a> {
    text: &'static Text,
    page: &'a SignedOutPage,
    script: Option<&'static str>,
}

pub(in crate::web) fn show(text: &'static Text, page: &SignedOutPage) -> Response {
    let goes_on = page.goes_on && page.back.is_some();
    let html = SignedOut {
        text,
        page,
        script: goes_on.then_some(SCRIPT),
    };
    let mut directives = vec![("form-action", "'none'".to_owned())];
    if goes_on {
        directives.push(("script-src", SCRIPT_SOURCE.clone()));
    }
    if !page.frames.is_empty() {
        let mut sources: Vec<String> = page
            .frames
            .iter()
            .map(|frame| policy::source(&frame.origin))
            .collect();
        sources.sort_unstable();
        sources.dedup();
        directives.push(("frame-src", sources.join(" ")));
    }
    policy::set(super::render(&html, StatusCode::OK), &directives)
}
