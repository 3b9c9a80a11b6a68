//! One span and one line for each request, joined by a correlation id that the person sees
//! on an error page, too. Logged are the route's pattern and never the URL: its query holds
//! codes, states and hints.

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::HeaderValue;
use http::header::HeaderName;
use tracing::Instrument as _;

use super::state::Web;
use crate::domain::secret::random_token;
use crate::protocol::Correlation;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Has a request answered, within its span.
pub(super) async fn trace<F>(
    web: &Web,
    mut request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let id = random_token::<9>(web.entropy.as_ref());
    request.extensions_mut().insert(Correlation(id.clone()));
    let matched = request.extensions().get::<MatchedPath>();
    // At the highest level: whatever the filter lets through bears the reference.
    let span = tracing::error_span!(
        "request",
        id,
        method = request.method().as_str(),
        route = matched.map_or("none", MatchedPath::as_str),
        client = tracing::field::Empty
    );
    let begun = web.clock.now();
    async move {
        let mut response = answer(request).await;
        let status = response.status().as_u16();
        let taken = web.clock.now().since(begun).as_millis();
        let milliseconds = u64::try_from(taken).unwrap_or(u64::MAX);
        // What went well is told by its own event (a sign-in, a redeemed code): a line for
        // each answer would cost more than many an answer itself.
        if status < 400 {
            tracing::debug!(status, milliseconds, "answered");
        } else {
            tracing::info!(status, milliseconds, "answered");
        }
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}
