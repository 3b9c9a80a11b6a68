//! Cookies: HttpOnly, `SameSite=Lax`, `Path=/`. `Secure` and the `__Host-` prefix go by the
//! issuer's scheme, since a proxy may speak plain http to us.

use std::collections::BTreeMap;

use axum_extra::extract::cookie::{Cookie, SameSite};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

use super::state::Settings;
use crate::domain::locale::Locale;
use crate::protocol::authorize::{Browser, CookieChange, FlowCookie};

const SESSION: &str = "dingpass-session";
const FLOW: &str = "flow-";
const HOST_PREFIX: &str = "__Host-";

/// How long a browser keeps a flow's cookie, in seconds.
const FLOW_SECONDS: i64 = 3600;

fn prefix(settings: &Settings) -> &'static str {
    if settings.issuer.is_https() {
        HOST_PREFIX
    } else {
        ""
    }
}

/// What a request's headers say of its browser.
pub(super) fn browser(headers: &HeaderMap, settings: &Settings) -> Browser {
    let ours = own_cookies(headers);
    let session_name = format!("{}{SESSION}", prefix(settings));
    let flow_name = format!("{}{FLOW}", prefix(settings));
    Browser {
        session: ours
            .get(session_name.as_str())
            .map(|value| (*value).to_owned()),
        flows: ours
            .iter()
            .filter_map(|(name, value)| {
                name.strip_prefix(&flow_name).map(|flow| FlowCookie {
                    flow: flow.to_owned(),
                    value: (*value).to_owned(),
                })
            })
            .collect(),
        locale: locale(headers),
    }
}

/// The cookies of a request by name, both exactly as they were sent. A library that decodes
/// names would take `%5F%5FHost-x` for `__Host-x`, which a neighbouring host can set: the
/// browser guards the prefix as it is written. A name that comes twice with two values is
/// somebody's attempt to slip one in, so neither counts.
fn own_cookies(headers: &HeaderMap) -> BTreeMap<&str, &str> {
    let mut found: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    let pairs = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='));
    for (name, value) in pairs {
        found
            .entry(name)
            .and_modify(|known| {
                if *known != Some(value) {
                    *known = None;
                }
            })
            .or_insert(Some(value));
    }
    found
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
}

/// Whether the request brought the session's cookie.
pub(super) fn has_session(headers: &HeaderMap, settings: &Settings) -> bool {
    browser(headers, settings).session.is_some()
}

/// The language of `Accept-Language`.
pub(super) fn locale(headers: &HeaderMap) -> Option<Locale> {
    headers
        .get(http::header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(Locale::of_accept_language)
}

/// Writes the changes into an answer's headers.
pub(super) fn write(headers: &mut HeaderMap, changes: &[CookieChange], settings: &Settings) {
    for change in changes {
        let cookie = match change {
            CookieChange::SetFlow(flow) => cookie(
                format!("{}{FLOW}{}", prefix(settings), flow.flow),
                flow.value.clone(),
                FLOW_SECONDS,
                settings,
            ),
            CookieChange::DropFlow(flow) => cookie(
                format!("{}{FLOW}{flow}", prefix(settings)),
                String::new(),
                0,
                settings,
            ),
            CookieChange::SetSession(handle) => cookie(
                format!("{}{SESSION}", prefix(settings)),
                handle.as_str().to_owned(),
                i64::try_from(settings.session_cookie.as_secs()).unwrap_or(i64::MAX),
                settings,
            ),
            CookieChange::DropSession => cookie(
                format!("{}{SESSION}", prefix(settings)),
                String::new(),
                0,
                settings,
            ),
        };
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            headers.append(SET_COOKIE, value);
        }
    }
}

fn cookie(name: String, value: String, seconds: i64, settings: &Settings) -> String {
    let cookie = Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(settings.issuer.is_https())
        .build();
    // The builder's duration type belongs to a crate that we don't name.
    format!("{cookie}; Max-Age={seconds}")
}
