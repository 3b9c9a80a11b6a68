//! The confirm page: shown where a logout request does not prove that the person's own
//! application sent it. Nothing is ended before the button.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use url::Url;

use crate::domain::address::policy_source;
use crate::protocol::Correlation;
use crate::protocol::logout::Confirmation;
use crate::web::headers::{Sources, policy};
use crate::web::text::{Message, Text};

#[derive(Template)]
#[template(path = "pages/logout.html")]
struct Confirm<'a> {
    text: &'static Text,
    page: &'a Confirmation,
    fault: Option<&'a Message>,
    stay: &'a str,
    reference: &'a str,
}

pub(in crate::web) fn confirm(
    text: &'static Text,
    page: &Confirmation,
    correlation: &Correlation,
) -> Response {
    let home = page.client.as_ref().and_then(|(_, home)| home.as_deref());
    let html = Confirm {
        text,
        page,
        fault: page.fault.map(|fault| text.logout.fault(fault)),
        stay: home.unwrap_or("/"),
        reference: &correlation.0,
    };
    let status = if page.fault.is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    // Browsers apply `form-action` to the redirect after the form, too.
    let then = page
        .then
        .as_ref()
        .and_then(|url| Url::parse(url.as_str()).ok())
        .map(|url| policy_source(&url));
    let form: Vec<&str> = std::iter::once("'self'").chain(then.as_deref()).collect();
    let mut response = super::render(&html, status);
    policy(
        &mut response,
        &Sources {
            form: &form,
            ..Sources::default()
        },
    );
    response
}
