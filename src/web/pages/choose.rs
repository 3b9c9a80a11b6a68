//! The sign-in page: shown where there is more than one way.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::protocol::authorize::Choice;
use crate::web::text::Text;

#[derive(Template)]
#[template(path = "pages/choose.html")]
struct Choose<'a> {
    text: &'static Text,
    choice: &'a Choice,
}

pub(in crate::web) fn show(text: &'static Text, choice: &Choice) -> Response {
    super::render(&Choose { text, choice }, StatusCode::OK)
}
