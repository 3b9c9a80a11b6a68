//! The sample application: a relying party built on the `openidconnect` crate, which knows
//! nothing of the broker but issuer, id and secret. It signs a person in, verifies the ID
//! Token, reads userinfo, shows what it learned, and signs out: by a button, or when the
//! provider says over the back channel that the session ended.

mod back_channel;
mod http_client;
mod pages;
mod relying_party;
mod sessions;

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::entropy::Entropy;
use http_client::HttpClient;
use relying_party::RelyingParty;
use sessions::Sessions;

/// What the application is told.
pub struct Settings {
    /// The provider.
    pub issuer: String,
    /// The application's id there.
    pub client_id: String,
    /// The application's secret there.
    pub client_secret: String,
    /// Where the application itself is reached.
    pub base_url: String,
    /// Where the simulated DingTalk is, for a link.
    pub simulator_url: String,
    /// Randomness, for its sessions.
    pub entropy: Arc<dyn Entropy>,
}

/// Why the application does not start or a sign-in fails.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SampleError(String);

/// The application.
#[derive(Clone)]
pub struct SampleApplication(Arc<Inner>);

struct Inner {
    relying_party: RelyingParty,
    sessions: Sessions,
    issuer: String,
    simulator_url: String,
}

impl SampleApplication {
    /// The application of those settings.
    ///
    /// # Errors
    /// [`SampleError`] when an address is wrong or TLS can't be set up.
    pub fn new(settings: Settings) -> Result<Self, SampleError> {
        let relying_party = RelyingParty::new(
            &settings.issuer,
            &settings.client_id,
            &settings.client_secret,
            &settings.base_url,
            HttpClient::new()?,
        )?;
        Ok(Self(Arc::new(Inner {
            relying_party,
            sessions: Sessions::new(settings.entropy),
            issuer: settings.issuer,
            simulator_url: settings.simulator_url,
        })))
    }

    /// Its pages.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(home))
            .route("/login", get(login))
            .route("/callback", get(callback))
            .route("/forget", get(forget))
            .route("/sign-out", get(sign_out))
            .route("/backchannel-logout", post(told))
            .route("/sample.css", get(pages::style))
            .route("/sample.svg", get(pages::icon))
            .with_state(self.clone())
    }
}

async fn home(State(app): State<SampleApplication>, headers: HeaderMap) -> Response {
    let text = pages::text_for(&headers);
    match app.0.sessions.signed_in(&headers) {
        Some(person) => pages::person(text, &person),
        None => pages::welcome(text, &app.0.issuer, &app.0.simulator_url),
    }
}

async fn login(
    State(app): State<SampleApplication>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let again = query.as_deref() == Some("again");
    match app.0.relying_party.begin(again).await {
        Ok((url, pending)) => {
            let cookie = app.0.sessions.begin(pending);
            redirect(&url, Some(&cookie))
        }
        Err(error) => pages::failed(pages::text_for(&headers), &error.to_string()),
    }
}

async fn callback(
    State(app): State<SampleApplication>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let text = pages::text_for(&headers);
    let query = query.unwrap_or_default();
    let pending = relying_party::state_of(&query)
        .and_then(|state| app.0.sessions.take_pending(&headers, &state));
    let Some(pending) = pending else {
        return pages::failed(text, "no such sign-in is under way in this browser");
    };
    match app.0.relying_party.finish(&query, pending).await {
        Ok(person) => {
            let cookie = app.0.sessions.sign_in(person);
            redirect("/", Some(&cookie))
        }
        Err(error) => pages::failed(text, &error.to_string()),
    }
}

async fn forget(State(app): State<SampleApplication>, headers: HeaderMap) -> Response {
    app.0.sessions.forget(&headers);
    redirect("/", None)
}

/// Leaves the provider, too (OIDC RP-Initiated Logout): the application's own session first.
async fn sign_out(State(app): State<SampleApplication>, headers: HeaderMap) -> Response {
    let Some(person) = app.0.sessions.signed_in(&headers) else {
        return redirect("/", None);
    };
    app.0.sessions.forget(&headers);
    match app.0.relying_party.sign_out(&person).await {
        Ok(url) => redirect(&url, None),
        Err(error) => pages::failed(pages::text_for(&headers), &error.to_string()),
    }
}

/// The provider says that a session ended. The form is small, and nothing of it is trusted
/// before it is verified.
async fn told(State(app): State<SampleApplication>, form: String) -> Response {
    let Some(token) = back_channel::token_of(&form) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match app.0.relying_party.ended_session(&token).await {
        Ok(sid) => {
            app.0.sessions.forget_session(&sid);
            let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (StatusCode::OK, no_store).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

fn redirect(url: &str, cookie: Option<&str>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(location) = HeaderValue::from_str(url) {
        response.headers_mut().insert(LOCATION, location);
    }
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
