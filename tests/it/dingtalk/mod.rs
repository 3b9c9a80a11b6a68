//! Signing in through DingTalk: the way there and back, the gate, and what becomes of the
//! failures that the real service has.

mod app_token;
mod authorization;
mod callback;
mod depth;
mod directory_answers;
mod faults;
mod gate;
mod hostile;
mod log_lines;
mod mock;
mod new_dialect_answers;
mod outage;
mod permissions;
mod retries;
mod subjects;

use std::sync::Arc;
use std::time::Duration;

use dingpass::domain::id::UpstreamId;
use dingpass::domain::identity::Identity;
use dingpass::domain::params::Parameters;
use dingpass::outbound::{self, OperatorHosts};
use dingpass::upstream::dingtalk::{DingTalk, Settings, UsernameSource};
use dingpass::upstream::{Cause, Provider as _, UpstreamError};

use crate::support::{Browser, House, Page, REDIRECT, RelyingParty, TestClock, install_crypto};
use mock::Mock;

const USER_TOKEN: &str = "/v1.0/oauth2/userAccessToken";
const ME: &str = "/v1.0/contact/users/me";
const APP_TOKEN: &str = "/v1.0/oauth2/accessToken";
const BY_UNION_ID: &str = "/topapi/user/getbyunionid";
const USER: &str = "/topapi/v2/user/get";

/// Sends a browser to DingTalk and back: the page it ends at, or the redirect to the client.
async fn attempt(rp: &RelyingParty, browser: &mut Browser) -> Page {
    let request = rp.request(&[], &[]);
    browser.follow(&request.url, REDIRECT).await
}

/// A value in the details of an error page.
fn detail(page: &Page, name: &str) -> Option<String> {
    let (_, rest) = page.body.split_once(&format!("<dt>{name}</dt><dd>"))?;
    let (value, _) = rest.split_once("</dd>")?;
    Some(value.to_owned())
}

/// Whether the browser came back to the client with a code.
fn arrived(page: &Page) -> bool {
    page.location()
        .is_some_and(|to| to.starts_with(REDIRECT) && to.contains("code="))
}

/// Whether the browser holds a session.
fn has_session(browser: &Browser) -> bool {
    browser.cookies.keys().any(|name| name.contains("session"))
}

/// Nobody was written down: every sign-in writes an event in the same act as its rows.
async fn assert_nothing_stored(house: &House) {
    let events = house.store.latest_events(10).await.unwrap();
    assert!(events.is_empty(), "{events:?}");
}

/// The settings of a provider that is asked directly, its retries without pauses.
fn settings(url: &str) -> Settings {
    Settings {
        id: UpstreamId::new("acme"),
        name: "Acme".to_owned(),
        client_id: "dingsimapp".to_owned(),
        client_secret: "dingsimsecret".into(),
        corp_id: "dingsimcorp".to_owned(),
        redirect_uri: "https://login.acme.example/callback/acme".to_owned(),
        login_base_url: url.to_owned(),
        api_base_url: url.to_owned(),
        oapi_base_url: url.to_owned(),
        ask_organisation: false,
        preferred_username: UsernameSource::UserId,
        locale: None,
        zoneinfo: None,
        patience: Duration::from_secs(10),
        retry_pause: Duration::ZERO,
    }
}

/// The provider itself, without a broker around it.
fn provider(settings: Settings) -> DingTalk {
    install_crypto();
    let http = OperatorHosts::new(&outbound::Settings::default()).unwrap();
    DingTalk::new(settings, http, Arc::new(TestClock::new()))
}

/// The provider with a short time-out for each call, and yet longer than any call takes that
/// does not hang, on a machine with other things to do.
fn impatient_provider(settings: Settings) -> DingTalk {
    install_crypto();
    let http = OperatorHosts::new(&outbound::Settings {
        timeout: Duration::from_millis(1500),
        ..outbound::Settings::default()
    })
    .unwrap();
    DingTalk::new(settings, http, Arc::new(TestClock::new()))
}

/// The identity behind a code.
async fn identify(provider: &DingTalk) -> Result<Identity, UpstreamError> {
    let answer = Parameters::parse("code=c&authCode=c").unwrap();
    provider.identify(&answer).await
}

/// Why a fresh provider does not vouch for the person whom the mock describes.
async fn cause(mock: &Mock) -> Option<Cause> {
    identify(&provider(settings(&mock.url)))
        .await
        .err()
        .map(|error| error.cause)
}
