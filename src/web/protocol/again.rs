//! A form from another site comes without our cookies (`SameSite=Lax`), so that a live session
//! would not be seen: such a request is asked again by GET, which brings them.

use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::domain::params::Parameters;
use crate::web::cookie;
use crate::web::state::Web;

/// The longest form that is turned into a GET: its address stands in an answer's header, of
/// which nginx takes 4 KB in all.
const LONGEST_QUERY: usize = 3 * 1024;

/// The way to the same request by GET, where the form came without a session's cookie and
/// fits.
pub(super) fn by_get(
    web: &Web,
    path: &str,
    headers: &HeaderMap,
    encoded: &str,
) -> Option<Response> {
    let again = !encoded.is_empty()
        && encoded.len() <= LONGEST_QUERY
        && encoded.is_ascii()
        && !cookie::has_session(headers, &web.settings);
    if !again || Parameters::parse(encoded).is_err() {
        return None;
    }
    let location = web.settings.issuer.endpoint(&format!("{path}?{encoded}"));
    let location = HeaderValue::from_str(&location).ok()?;
    Some((StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response())
}
