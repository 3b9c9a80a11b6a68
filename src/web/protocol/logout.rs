//! The end-session endpoint and the form of its confirm page.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::again;
use crate::protocol::Correlation;
use crate::protocol::authorize::CookieChange;
use crate::protocol::discovery::path;
use crate::protocol::logout::{LogoutAnswer, LogoutOutcome};
use crate::web::pages;
use crate::web::redirect::see_other;
use crate::web::state::Web;
use crate::web::text::Text;
use crate::web::{cookie, form};

pub(in crate::web) async fn get(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    begin(&web, &correlation, &headers, &query.unwrap_or_default()).await
}

/// OIDC RP-Initiated Logout section 2 demands POST.
pub(in crate::web) async fn post(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let encoded = form::text(&headers, body).await.unwrap_or_default();
    if let Some(again) = again::by_get(&web, path::END_SESSION, &headers, &encoded) {
        return again;
    }
    // A hint that is too long for a query: who is signed in here is asked, rather than told
    // that there is nobody.
    if !cookie::has_session(&headers, &web.settings)
        && let Some(shorter) = web.logout.shortened(&encoded)
        && let Some(again) = again::by_get(&web, path::END_SESSION, &headers, &shorter)
    {
        return again;
    }
    begin(&web, &correlation, &headers, &encoded).await
}

async fn begin(
    web: &Web,
    correlation: &Correlation,
    headers: &HeaderMap,
    encoded: &str,
) -> Response {
    let browser = cookie::browser(headers, &web.settings);
    let answer = web
        .logout
        .begin(encoded, &browser, correlation, web.clock.now())
        .await;
    respond(web, answer, correlation)
}

/// The person said so. The cookie is `Lax`, the form is sealed for one session, and a browser
/// says where a form comes from: each of them alone ends a forgery by another site.
pub(in crate::web) async fn confirm(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let encoded = form::text(&headers, body).await.unwrap_or_default();
    let is_ours = form::is_of_ours(&headers, &web.settings.issuer);
    let browser = cookie::browser(&headers, &web.settings);
    let answer = web
        .logout
        .confirm(&encoded, is_ours, &browser, &correlation, web.clock.now())
        .await;
    respond(&web, answer, &correlation)
}

fn respond(web: &Web, answer: LogoutAnswer, correlation: &Correlation) -> Response {
    let text = Text::of(answer.locale);
    let mut response = match answer.outcome {
        LogoutOutcome::Return(url) => see_other(url.as_str()),
        LogoutOutcome::Confirm(page) => pages::logout::confirm(text, &page, correlation),
        LogoutOutcome::SignedOut(page) => pages::signed_out::show(text, &page),
        LogoutOutcome::Refused(fault) => pages::problem::plain(
            &web.settings,
            text,
            text.logout.fault(fault),
            StatusCode::BAD_REQUEST,
            correlation,
        ),
        LogoutOutcome::Broken => pages::problem::plain(
            &web.settings,
            text,
            &text.logout.broken,
            StatusCode::SERVICE_UNAVAILABLE,
            correlation,
        ),
    };
    if answer.drop_session {
        let change = [CookieChange::DropSession];
        cookie::write(response.headers_mut(), &change, &web.settings);
    }
    response
}
