//! Headers that every answer bears, unless its handler said otherwise.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};

use crate::domain::secret::Digest;

/// Nothing runs, nothing is loaded but our own style sheet and the person's portrait-free
/// pages' icon, and no page of ours stands in a frame (clickjacking).
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// What one page may do beyond the policy of all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sources<'a> {
    /// Where its forms may lead, in the place of `'self'`.
    pub(super) form: &'a [&'a str],
    /// Where a picture may come from, too.
    pub(super) image: Option<&'a str>,
    /// The one script that runs.
    pub(super) script: Option<&'a str>,
    /// What may stand in its frames.
    pub(super) frames: &'a [String],
}

/// A script as a source of a policy (CSP 3 section 2.3.1).
pub(super) fn script_source(script: &str) -> String {
    format!(
        "'sha256-{}'",
        STANDARD.encode(Digest::of(script).as_bytes())
    )
}

/// Gives an answer a policy of its own.
pub(super) fn policy(response: &mut Response, sources: &Sources<'_>) {
    let mut text = String::from("default-src 'none'; style-src 'self'; img-src 'self'");
    for (before, source) in [(" ", sources.image), ("; script-src ", sources.script)] {
        if let Some(source) = source {
            text.push_str(before);
            text.push_str(source);
        }
    }
    if !sources.frames.is_empty() {
        text.push_str("; frame-src ");
        text.push_str(&sources.frames.join(" "));
    }
    text.push_str("; form-action ");
    text.push_str(&sources.form.join(" "));
    text.push_str("; base-uri 'none'; frame-ancestors 'none'");
    // A policy that can't be written leaves the strict one of all pages in its place.
    if let Ok(value) = HeaderValue::from_str(&text) {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, value);
    }
}

const DEFAULTS: [(HeaderName, HeaderValue); 5] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    // `no-referrer` would make browsers send `Origin: null` with our own forms.
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Adds what the handler did not say.
pub(super) fn secure(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(value);
    }
}
