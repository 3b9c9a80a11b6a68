//! The addresses to which a client has people sent: `redirect_uris` and
//! `post_logout_redirect_uris`.

use std::collections::BTreeSet;

use super::reader::{Found, Section};
use super::web_url;
use crate::domain::client::ApplicationType;
use crate::domain::uri::{RedirectKind, RedirectUri};

/// What decides which addresses a client may have. What is faulty itself is none, and
/// decides nothing.
#[derive(Clone, Copy)]
pub(super) struct RedirectRule {
    pub(super) public: Option<bool>,
    pub(super) application_type: Option<ApplicationType>,
}

/// `redirect_uris`, or none after a fault. A client that never sends a person here needs none.
pub(super) fn redirect_uris(
    section: &mut Section<'_>,
    rule: RedirectRule,
    needed: bool,
) -> Option<Vec<RedirectUri>> {
    const KEY: &str = "redirect_uris";
    if !section.has(KEY) && !needed {
        section.texts(KEY);
        return Some(Vec::new());
    }
    if !section.has(KEY) {
        section.missing(KEY, "[\"https://app.example.com/callback\"]");
    }
    let written = section.texts(KEY)?;
    if written.value.is_empty() && needed {
        section.fault(
            &written.at,
            format!("`{KEY}` must name at least one address"),
        );
    }
    let uris = check_all(section, KEY, &written.value, rule);
    (!uris.is_empty() || !needed).then_some(uris)
}

/// `post_logout_redirect_uris`: checked by the same rules.
pub(super) fn post_logout_redirect_uris(
    section: &mut Section<'_>,
    rule: RedirectRule,
) -> Vec<RedirectUri> {
    const KEY: &str = "post_logout_redirect_uris";
    section.texts(KEY).map_or_else(Vec::new, |written| {
        check_all(section, KEY, &written.value, rule)
    })
}

/// Origins whose script may call us: those of the redirect URIs, which are the client's own,
/// and of `allowed_cors_origins`.
pub(super) fn cors_origins(
    section: &mut Section<'_>,
    redirect_uris: Option<&[RedirectUri]>,
) -> Vec<String> {
    const KEY: &str = "allowed_cors_origins";
    let mut origins: BTreeSet<String> = redirect_uris
        .unwrap_or_default()
        .iter()
        .filter_map(|uri| url::Url::parse(uri.as_str()).ok())
        .map(|url| url.origin())
        .filter(url::Origin::is_tuple)
        .map(|origin| origin.ascii_serialization())
        .collect();
    for text in section.texts(KEY).map_or_else(Vec::new, |it| it.value) {
        match web_url::origin(&text.value) {
            Ok(url) => {
                origins.insert(url.origin().ascii_serialization());
            }
            Err(message) => section.fault(&text.at, format!("`{KEY}` {message}")),
        }
    }
    origins.into_iter().collect()
}

fn check_all(
    section: &mut Section<'_>,
    key: &str,
    written: &[Found<String>],
    rule: RedirectRule,
) -> Vec<RedirectUri> {
    let mut seen = BTreeSet::new();
    let mut uris = Vec::new();
    for text in written {
        if !seen.insert(text.value.as_str()) {
            section.fault(&text.at, format!("`{key}` names this address twice"));
            continue;
        }
        match RedirectUri::parse(&text.value) {
            Ok(uri) => {
                check(section, key, text, &uri, rule);
                uris.push(uri);
            }
            Err(error) => {
                section.fault(&text.at, format!("`{key}`: this address {error}"));
            }
        }
    }
    uris
}

fn check(
    section: &mut Section<'_>,
    key: &str,
    text: &Found<String>,
    uri: &RedirectUri,
    rule: RedirectRule,
) {
    let native = rule.application_type == Some(ApplicationType::Native);
    match uri.kind() {
        RedirectKind::Https => {}
        // RFC 8252 section 8.3: the name may be bound to another machine, and only a
        // literal's port is free.
        RedirectKind::HttpLoopback if native && uri.as_str().starts_with("http://localhost") => {
            section.warn(
                &text.at,
                format!("`{key}`: write http://127.0.0.1 rather than localhost, so that its port is free"),
            );
        }
        RedirectKind::HttpLoopback => {}
        RedirectKind::HttpElsewhere => match rule.public {
            Some(true) => section.fault(
                &text.at,
                format!("`{key}`: a client without a secret can't use plain http here; write https://"),
            ),
            _ => section.warn(
                &text.at,
                format!("`{key}`: plain http shows the authorization code to the network; write https:// if you can"),
            ),
        },
        RedirectKind::PrivateScheme if rule.application_type == Some(ApplicationType::Web) => {
            section.fault(
                &text.at,
                format!("`{key}`: a scheme of its own is for application_type = \"native\"; write https://"),
            );
        }
        RedirectKind::PrivateScheme => {
            let scheme = uri.as_str().split(':').next().unwrap_or_default();
            if !scheme.contains('.') {
                section.warn(
                    &text.at,
                    format!("`{key}`: any application can claim this scheme; a domain of yours in reverse, like com.example.app, is safer (RFC 8252 section 7.1)"),
                );
            }
        }
    }
}
