//! The page of OAuth 2.0 Form Post Response Mode: an answer in a form that sends itself, or
//! is sent by its button where no script runs. Its policy lets exactly this script run and
//! exactly the proved address be sent to. The answer stands in no URL.

use std::sync::LazyLock;

use askama::Template;
use axum::response::Response;
use http::header::REFERRER_POLICY;
use http::{HeaderValue, StatusCode};

use crate::protocol::authorize::FormPost;
use crate::web::headers::{Sources, policy, script_source};
use crate::web::text::Text;

/// All that runs on any page of ours.
const SCRIPT: &str = "document.forms[0].submit()";

/// The script as a source of the page's policy.
static SCRIPT_SOURCE: LazyLock<String> = LazyLock::new(|| script_source(SCRIPT));

#[derive(Template)]
#[template(path = "pages/form_post.html")]
struct Page<'a> {
    text: &'static Text,
    form: &'a FormPost,
    script: &'static str,
}

pub(in crate::web) fn show(text: &'static Text, form: &FormPost) -> Response {
    let page = Page {
        text,
        form,
        script: SCRIPT,
    };
    let mut response = super::render(&page, StatusCode::OK);
    policy(
        &mut response,
        &Sources {
            form: &[&form.source],
            script: Some(&SCRIPT_SOURCE),
            ..Sources::default()
        },
    );
    // The client may look at `Origin`, which `same-origin` would make `null`.
    response
        .headers_mut()
        .insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    response
}
