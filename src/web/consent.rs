//! The forms of a person at our own pages: the answer to the question for consent, and the
//! taking back of one. A form that another site sends comes without our cookies
//! (`SameSite=Lax`); one of a neighbouring host would bring them, and is told by `Origin`.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::protocol::authorize::respond;
use super::redirect::see_other;
use super::state::Web;
use super::text::Text;
use super::{cookie, form, pages};
use crate::protocol::Correlation;
use crate::protocol::authorize::{Decision, Problem};
use crate::protocol::discovery::path;

/// `POST /consent`
pub(super) async fn decide(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let parameters = form::parameters(&headers, body).await.unwrap_or_default();
    let decision = match parameters.get("decision") {
        Some("allow") => Some(Decision::Allow),
        Some("refuse") => Some(Decision::Refuse),
        Some(_) | None => None,
    };
    let Some(decision) = decision.filter(|_| form::is_of_ours(&headers, &web.settings.issuer))
    else {
        return strange(&web, &headers, &correlation);
    };
    let browser = cookie::browser(&headers, &web.settings);
    let answer = web
        .authorization
        .decide(
            parameters.get("flow").unwrap_or_default(),
            decision,
            &browser,
            &correlation,
            web.clock.now(),
        )
        .await;
    respond(&web, answer, &correlation)
}

/// `GET /applications`
pub(super) async fn list(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
) -> Response {
    let browser = cookie::browser(&headers, &web.settings);
    let given = web
        .applications
        .given(browser.session.as_deref(), web.clock.now())
        .await;
    let text = Text::of(browser.locale);
    match given {
        Ok(given) => pages::applications::show(text, given.as_ref()),
        Err(error) => {
            tracing::error!(%error, "the store failed");
            let problem = Problem::Broken { retry: None };
            pages::problem::show(&web.settings, text, &problem, &correlation)
        }
    }
}

/// `POST /applications/withdraw`; then the list again, so that a reload sends nothing twice.
pub(super) async fn withdraw(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let parameters = form::parameters(&headers, body).await.unwrap_or_default();
    if !form::is_of_ours(&headers, &web.settings.issuer) {
        return strange(&web, &headers, &correlation);
    }
    let browser = cookie::browser(&headers, &web.settings);
    let withdrawn = web
        .applications
        .withdraw(
            browser.session.as_deref(),
            parameters.get("session").unwrap_or_default(),
            parameters.get("client").unwrap_or_default(),
            &correlation,
            web.clock.now(),
        )
        .await;
    if let Err(error) = withdrawn {
        tracing::error!(%error, "the store failed");
        let text = Text::of(browser.locale);
        // The list says what has become of it.
        let problem = Problem::Broken { retry: None };
        return pages::problem::show(&web.settings, text, &problem, &correlation);
    }
    see_other(&web.settings.issuer.endpoint(path::APPLICATIONS))
}

/// A form that is none of ours: nothing came of it.
fn strange(web: &Web, headers: &HeaderMap, correlation: &Correlation) -> Response {
    tracing::info!("a form came that is not ours");
    let text = Text::of(cookie::locale(headers));
    pages::problem::show(&web.settings, text, &Problem::FlowLost, correlation)
}
