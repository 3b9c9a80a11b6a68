//! The page of a problem: what happened, what to do, where to go on, and for an
//! administrator what DingTalk said and where to find it in the log. It shows nothing of the
//! request.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::protocol::Correlation;
use crate::protocol::authorize::{
    Blame, Delivery, FormPost, Problem, Retry, UpstreamError, WayBack,
};
use crate::web::headers::{Sources, policy};
use crate::web::state::Settings;
use crate::web::text::{Message, Text};

#[derive(Template)]
#[template(path = "pages/problem.html")]
struct Page<'a> {
    text: &'static Text,
    message: &'a Message,
    tone: &'static str,
    sign: &'static str,
    links: Vec<Link>,
    form: Option<(String, &'a FormPost)>,
    contact: Option<&'a str>,
    contact_href: Option<String>,
    details: Vec<(&'static str, String)>,
    open: bool,
    apply_link: Option<&'a str>,
}

struct Link {
    id: &'static str,
    label: String,
    href: String,
    primary: bool,
}

/// The page of an address that is not there.
pub(in crate::web) fn not_found(
    settings: &Settings,
    text: &'static Text,
    correlation: &Correlation,
) -> Response {
    let message = &text.not_found;
    one_message(
        settings,
        text,
        message,
        "?",
        StatusCode::NOT_FOUND,
        correlation,
    )
}

/// A page with nothing but a message.
pub(in crate::web) fn plain(
    settings: &Settings,
    text: &'static Text,
    message: &Message,
    status: StatusCode,
    correlation: &Correlation,
) -> Response {
    one_message(settings, text, message, "!", status, correlation)
}

fn one_message(
    settings: &Settings,
    text: &'static Text,
    message: &Message,
    sign: &'static str,
    status: StatusCode,
    correlation: &Correlation,
) -> Response {
    let page = Page {
        text,
        message,
        tone: "calm",
        sign,
        links: vec![to_start(text)],
        form: None,
        contact: settings.contact.as_deref(),
        contact_href: settings.contact.as_deref().and_then(contact_href),
        details: vec![(text.reference, correlation.0.clone())],
        open: false,
        apply_link: None,
    };
    super::render(&page, status)
}

/// The page of a problem.
pub(in crate::web) fn show(
    settings: &Settings,
    text: &'static Text,
    problem: &Problem,
    correlation: &Correlation,
) -> Response {
    let mut details = vec![(text.reference, correlation.0.clone())];
    let error = match problem {
        Problem::Upstream(upstream) => Some(&upstream.error),
        Problem::BadRequest(_)
        | Problem::FlowLost
        | Problem::AlreadyDone { .. }
        | Problem::UnknownUpstream
        | Problem::Blocked { .. }
        | Problem::WrongPerson { .. }
        | Problem::Broken { .. } => None,
    };
    if let Some(error) = error {
        details.extend(upstream_details(text, error));
    }
    let form = way_back(problem).and_then(|way| match &way.answer {
        Delivery::Redirect(_) => None,
        Delivery::Form(form) => Some((around(text.back_to, &way.client_name), form)),
    });
    let source = form.as_ref().map(|(_, form)| form.source.clone());
    let done = matches!(problem, Problem::AlreadyDone { .. });
    let page = Page {
        text,
        message: text.message(problem),
        tone: if done { "good" } else { "calm" },
        sign: if done { "✓" } else { "!" },
        links: links(text, problem),
        form,
        contact: settings.contact.as_deref(),
        contact_href: settings.contact.as_deref().and_then(contact_href),
        details,
        open: is_for_an_administrator(problem),
        apply_link: error.and_then(|error| error.detail.apply_link.as_deref()),
    };
    let mut response = super::render(&page, status(problem));
    if let Some(source) = source {
        policy(
            &mut response,
            &Sources {
                form: &[&source],
                ..Sources::default()
            },
        );
    }
    response
}

/// The way back to the client, where there is one.
fn way_back(problem: &Problem) -> Option<&WayBack> {
    match problem {
        Problem::Upstream(upstream) => Some(&upstream.back),
        Problem::Blocked { back, .. } | Problem::WrongPerson { back, .. } => Some(back),
        Problem::BadRequest(_)
        | Problem::FlowLost
        | Problem::AlreadyDone { .. }
        | Problem::UnknownUpstream
        | Problem::Broken { .. } => None,
    }
}

/// Whether the person is asked to pass the details on: then they are not folded away.
fn is_for_an_administrator(problem: &Problem) -> bool {
    match problem {
        Problem::BadRequest(_) | Problem::Broken { .. } => true,
        Problem::Upstream(upstream) => upstream.error.cause.blame() == Blame::Operator,
        Problem::FlowLost
        | Problem::AlreadyDone { .. }
        | Problem::UnknownUpstream
        | Problem::Blocked { .. }
        | Problem::WrongPerson { .. } => false,
    }
}

fn upstream_details(text: &Text, error: &UpstreamError) -> Vec<(&'static str, String)> {
    let detail = &error.detail;
    let mut details = vec![
        (text.cause, error.cause.as_str().to_owned()),
        (text.call, detail.call.to_owned()),
    ];
    let address = detail.address.map(|address| address.to_string());
    let optional = [
        (text.upstream_code, &detail.code),
        (text.upstream_request, &detail.request_id),
        (text.permission, &detail.permission),
        (text.our_address, &address),
    ];
    details.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| value.clone().map(|value| (name, value))),
    );
    details
}

fn links(text: &Text, problem: &Problem) -> Vec<Link> {
    match problem {
        Problem::BadRequest(_) | Problem::FlowLost | Problem::UnknownUpstream => {
            vec![to_start(text)]
        }
        Problem::Broken { retry: Some(again) } => vec![retry(text.try_again, again)],
        // An empty reference is this very address: nothing was stored, so asking again is safe.
        Problem::Broken { retry: None } => vec![Link {
            id: "retry",
            label: text.try_again.to_owned(),
            href: String::new(),
            primary: true,
        }],
        Problem::AlreadyDone {
            client_name,
            client_uri: Some(uri),
        } => vec![Link {
            id: "back",
            label: around(text.back_to, client_name),
            href: uri.clone(),
            primary: true,
        }],
        Problem::AlreadyDone {
            client_uri: None, ..
        } => vec![to_start(text)],
        Problem::Upstream(upstream) => {
            let label = if upstream.error.cause.blame() == Blame::Person {
                text.other_account
            } else {
                text.try_again
            };
            [
                Some(retry(label, &upstream.retry)),
                back(text, &upstream.back),
            ]
            .into_iter()
            .flatten()
            .collect()
        }
        Problem::Blocked {
            retry: again,
            back: way,
        }
        | Problem::WrongPerson {
            retry: again,
            back: way,
        } => [Some(retry(text.other_account, again)), back(text, way)]
            .into_iter()
            .flatten()
            .collect(),
    }
}

fn to_start(text: &Text) -> Link {
    Link {
        id: "start",
        label: text.to_start.to_owned(),
        href: "/".to_owned(),
        primary: false,
    }
}

fn retry(label: &str, retry: &Retry) -> Link {
    let href = match &retry.upstream {
        Some(upstream) => format!("/sign-in/{upstream}?flow={}", retry.flow),
        None => format!("/sign-in?flow={}", retry.flow),
    };
    Link {
        id: "retry",
        label: label.to_owned(),
        href,
        primary: true,
    }
}

/// A link, unless the client wants its answers posted: then it is a form.
fn back(text: &Text, way: &WayBack) -> Option<Link> {
    match &way.answer {
        Delivery::Redirect(url) => Some(Link {
            id: "back",
            label: around(text.back_to, &way.client_name),
            href: url.as_str().to_owned(),
            primary: false,
        }),
        Delivery::Form(_) => None,
    }
}

fn around((before, after): (&str, &str), name: &str) -> String {
    format!("{before}{name}{after}")
}

const fn status(problem: &Problem) -> StatusCode {
    match problem {
        Problem::BadRequest(_) | Problem::FlowLost => StatusCode::BAD_REQUEST,
        Problem::UnknownUpstream => StatusCode::NOT_FOUND,
        Problem::AlreadyDone { .. } => StatusCode::OK,
        Problem::Blocked { .. } | Problem::WrongPerson { .. } => StatusCode::FORBIDDEN,
        Problem::Broken { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Problem::Upstream(upstream) => match upstream.error.cause.blame() {
            Blame::Person => StatusCode::FORBIDDEN,
            Blame::Timing => StatusCode::BAD_REQUEST,
            Blame::Upstream => StatusCode::SERVICE_UNAVAILABLE,
            Blame::Operator => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

/// The contact as a link, where it is a mail address or a web address.
fn contact_href(contact: &str) -> Option<String> {
    if contact.starts_with("https://") || contact.starts_with("http://") {
        return Some(contact.to_owned());
    }
    let is_mail = contact.contains('@') && !contact.contains(char::is_whitespace);
    is_mail.then(|| format!("mailto:{contact}"))
}
