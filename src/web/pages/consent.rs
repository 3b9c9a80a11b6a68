//! The question for consent: who asks, what it would learn, in words and with the person's
//! own values, and who is signed in. The picture comes from the client's own address; no
//! other page of ours loads anything from elsewhere.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::protocol::authorize::{Item, Question};
use crate::web::headers::{Sources, policy};
use crate::web::text::Text;

#[derive(Template)]
#[template(path = "pages/consent.html")]
struct Page<'a> {
    text: &'static Text,
    question: &'a Question,
    initial: String,
    other: String,
    items: Vec<Line>,
    any_known: bool,
}

struct Line {
    title: &'static str,
    words: String,
    values: String,
    new: bool,
}

pub(in crate::web) fn show(text: &'static Text, question: &Question) -> Response {
    let any_known = question.known && question.items.iter().any(|item| !item.new);
    let any_new = question.items.iter().any(|item| item.new);
    let page = Page {
        text,
        question,
        initial: initial(&question.client_name),
        other: match &question.upstream {
            Some(upstream) => format!("/sign-in/{upstream}?flow={}", question.flow),
            None => format!("/sign-in?flow={}", question.flow),
        },
        items: question
            .items
            .iter()
            .map(|item| line(text, item, any_known))
            .collect(),
        any_known: any_known && any_new,
    };
    let mut response = super::render(&page, StatusCode::OK);
    policy(
        &mut response,
        &Sources {
            // Chromium holds the redirect that follows the form against this, too.
            form: &["'self'", &question.source],
            image: question.logo.as_ref().map(|logo| logo.source.as_str()),
            ..Sources::default()
        },
    );
    response
}

/// What a person sees where there is no picture, or while it doesn't come.
fn initial(name: &str) -> String {
    name.chars()
        .find(|c| c.is_alphanumeric())
        .map_or_else(|| "?".to_owned(), |c| c.to_uppercase().collect())
}

/// "New" is said only where something else is not.
fn line(text: &'static Text, item: &Item, any_known: bool) -> Line {
    let words = text.gift(item.scope);
    Line {
        title: words.title,
        words: if item.claims.is_empty() {
            words.words.to_owned()
        } else {
            let names: Vec<&str> = item.claims.iter().map(|claim| text.claim(claim)).collect();
            names.join(text.list_separator)
        },
        values: item.values.join(" · "),
        new: item.new && any_known,
    }
}
