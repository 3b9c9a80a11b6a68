//! `GET /applications`: what the person who is signed in gave to which applications, with a
//! button for each that takes it back.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::protocol::applications::{Application, Given};
use crate::web::text::Text;

#[derive(Template)]
#[template(path = "pages/applications.html")]
struct Page<'a> {
    text: &'static Text,
    given: Option<&'a Given>,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    client: &'a str,
    name: &'a str,
    home: Option<&'a str>,
    gifts: String,
    since: String,
}

pub(in crate::web) fn show(text: &'static Text, given: Option<&Given>) -> Response {
    let applications = given.map_or([].as_slice(), |given| given.applications.as_slice());
    let page = Page {
        text,
        given,
        entries: applications.iter().map(|it| entry(text, it)).collect(),
    };
    super::render(&page, StatusCode::OK)
}

fn entry<'a>(text: &'static Text, application: &'a Application) -> Entry<'a> {
    let scopes = application
        .scopes
        .iter()
        .map(|scope| text.gift(*scope).title);
    let claims = application.claims.iter().map(|claim| text.claim(*claim));
    let gifts: Vec<&str> = scopes.chain(claims).collect();
    Entry {
        client: application.client.as_str(),
        name: &application.name,
        home: application.home.as_deref(),
        gifts: gifts.join(text.list_separator),
        since: day(application.since),
    }
}

/// The day of a moment, as `2026-01-31`; in UTC, since nobody told us where the person is.
fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map(|moment| moment.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default()
}
