//! The page after an end: says so, opens the front-channel addresses of the applications in
//! frames, and goes on to the application that asked once they have all answered, or after
//! five seconds. The script is all that it takes to go on early; without it the browser goes
//! after the same time. The frames can neither move the page nor open others.

use std::sync::LazyLock;

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::domain::address::policy_source;
use crate::protocol::logout::SignedOutPage;
use crate::web::headers::{Sources, policy, script_source};
use crate::web::text::Text;

/// Stands before the frames, so that it misses none of them; a frame's `load` comes whatever
/// the application answers.
const SCRIPT: &str = include_str!("signed_out.js");

/// The script as a source of the page's policy.
static SCRIPT_SOURCE: LazyLock<String> = LazyLock::new(|| script_source(SCRIPT));

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
    let mut frames: Vec<String> = page
        .frames
        .iter()
        .map(|frame| policy_source(&frame.origin))
        .collect();
    frames.sort_unstable();
    frames.dedup();
    let mut response = super::render(&html, StatusCode::OK);
    policy(
        &mut response,
        &Sources {
            form: &["'none'"],
            script: goes_on.then_some(SCRIPT_SOURCE.as_str()),
            frames: &frames,
            ..Sources::default()
        },
    );
    response
}
