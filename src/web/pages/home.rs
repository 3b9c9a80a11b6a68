//! `GET /`: says what this is, to a person who came here by themselves.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::web::cookie;
use crate::web::state::Web;
use crate::web::text::Text;

#[derive(Template)]
#[template(path = "pages/home.html")]
struct Home<'a> {
    text: &'static Text,
    host: &'a str,
}

pub(in crate::web) async fn show(State(web): State<Arc<Web>>, headers: HeaderMap) -> Response {
    let issuer = web.settings.issuer.as_str();
    let page = Home {
        text: Text::of(cookie::locale(&headers)),
        host: issuer.split("://").nth(1).unwrap_or(issuer),
    };
    super::render(&page, StatusCode::OK)
}
