//! Form bodies. An OAuth endpoint answers a body that it can't read with its own error, so
//! the framework's extractors, which answer in their own words, are not used.

use axum::body::{Body, HttpBody as _, to_bytes};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, ORIGIN};

use crate::domain::issuer::Issuer;
use crate::domain::params::Parameters;

/// The longest form, in bytes.
const LONGEST: usize = 64 * 1024;

/// The text of a form body: nothing when it is too long, not UTF-8, or not declared as a
/// form.
pub(super) async fn text(headers: &HeaderMap, body: Body) -> Option<String> {
    let declared = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| {
            essence
                .trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
    // What is announced as too long is not waited for.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if !declared || announced > LONGEST {
        return None;
    }
    let bytes = to_bytes(body, LONGEST).await.ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}

/// The parameters of a form body.
pub(super) async fn parameters(headers: &HeaderMap, body: Body) -> Option<Parameters> {
    Parameters::parse(&text(headers, body).await?).ok()
}

/// Whether a form comes from a page of this origin, as far as the browser says: all browsers
/// say `Origin` with a POST.
pub(super) fn is_of_ours(headers: &HeaderMap, issuer: &Issuer) -> bool {
    headers
        .get_all(ORIGIN)
        .iter()
        .all(|origin| origin.as_bytes() == issuer.as_str().as_bytes())
}
