//! Where a browser goes next. The one place that sends it there, so that no handler can send it
//! with another status.

use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

/// 303: whatever the request was, the next one is a GET, and no body travels on with it (RFC
/// 9700 section 4.12).
pub(super) fn see_other(url: &str) -> Response {
    match HeaderValue::from_str(url) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
