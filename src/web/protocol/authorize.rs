//! The authorization endpoint, the ways to sign in, and the callbacks.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::HeaderMap;

use super::again;
use crate::domain::params::Parameters;
use crate::protocol::Correlation;
use crate::protocol::authorize::{Answer, Delivery, Outcome};
use crate::protocol::discovery::path;
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

/// OIDC Core section 3.1.2.1 demands POST.
pub(in crate::web) async fn post(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let encoded = form::text(&headers, body).await.unwrap_or_default();
    if let Some(again) = again::by_get(&web, path::AUTHORIZE, &headers, &encoded) {
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
        .authorization
        .begin(encoded, &browser, web.clock.now())
        .await;
    respond(web, answer, correlation)
}

/// `GET /sign-in?flow=`: the choice, again.
pub(in crate::web) async fn choose(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    start(&web, &correlation, &headers, None, query.as_deref())
}

/// `GET /sign-in/{upstream}?flow=`: an attempt there.
pub(in crate::web) async fn sign_in(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    Path(upstream): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    start(
        &web,
        &correlation,
        &headers,
        Some(&upstream),
        query.as_deref(),
    )
}

fn start(
    web: &Web,
    correlation: &Correlation,
    headers: &HeaderMap,
    upstream: Option<&str>,
    query: Option<&str>,
) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default()).unwrap_or_default();
    let browser = cookie::browser(headers, &web.settings);
    let answer = web.authorization.sign_in(
        upstream,
        parameters.get("flow").unwrap_or_default(),
        &browser,
        web.clock.now(),
    );
    respond(web, answer, correlation)
}

pub(in crate::web) async fn callback(
    State(web): State<Arc<Web>>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    Path(upstream): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let browser = cookie::browser(&headers, &web.settings);
    let answer = web
        .authorization
        .callback(
            &upstream,
            &query.unwrap_or_default(),
            &browser,
            &correlation,
            web.clock.now(),
        )
        .await;
    respond(&web, answer, &correlation)
}

pub(in crate::web) fn respond(web: &Web, answer: Answer, correlation: &Correlation) -> Response {
    let text = Text::of(answer.locale);
    let mut response = match answer.outcome {
        Outcome::Return(Delivery::Redirect(url)) => see_other(url.as_str()),
        Outcome::Return(Delivery::Form(form)) => pages::form_post::show(text, &form),
        Outcome::Consent(question) => pages::consent::show(text, &question),
        Outcome::SignIn(url) => see_other(&url),
        Outcome::Choose(choice) => pages::choose::show(text, &choice),
        Outcome::Problem(problem) => {
            pages::problem::show(&web.settings, text, &problem, correlation)
        }
    };
    cookie::write(response.headers_mut(), &answer.cookies, &web.settings);
    response
}
