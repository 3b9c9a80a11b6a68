//! Pages: server-rendered, with one style sheet of our own, and without script but for two
//! that only go on sooner: the one that posts an answer, and the one that leaves early.

pub(super) mod applications;
pub(super) mod choose;
pub(super) mod consent;
pub(super) mod form_post;
pub(super) mod home;
pub(super) mod logout;
pub(super) mod problem;
pub(super) mod signed_out;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

/// Where the style sheet is served. The number changes with its content, so that it can be
/// cached for ever.
pub(super) const STYLE_PATH: &str = "/static/dingpass.2.css";

const STYLE: &str = include_str!("../static/dingpass.css");
const ICON: &str = include_str!("../static/icon.svg");

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

pub(super) async fn style() -> Response {
    (
        [
            (
                CONTENT_TYPE,
                HeaderValue::from_static("text/css; charset=utf-8"),
            ),
            (CACHE_CONTROL, FOR_EVER),
        ],
        STYLE,
    )
        .into_response()
}

pub(super) async fn icon() -> Response {
    (
        [
            (CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
            (CACHE_CONTROL, FOR_EVER),
        ],
        ICON,
    )
        .into_response()
}

/// A page as an answer.
fn render<T: Template>(page: &T, status: StatusCode) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
