//! `grant_types`, `response_types` and `consent`: how a client gets tokens, and whether people
//! are asked before.

use super::client_authentication::Method;
use super::client_presets::Preset;
use super::nearest::alternatives;
use super::reader::{Found, Section};
use crate::domain::client::ConsentPolicy;
use crate::domain::grant_type::GrantType;
use crate::domain::scope::{Scope, Scopes};

const CONSENT: [(&str, ConsentPolicy); 2] = [
    ("implied", ConsentPolicy::Implied),
    ("ask", ConsentPolicy::Ask),
];

/// Reads `grant_types`. Where it is not written, the preset decides, and a client that may
/// ask for `offline_access` gets refresh tokens: it asks for nothing else with it.
pub(super) fn grant_types(
    section: &mut Section<'_>,
    preset: &Preset,
    scope: &Scopes,
    method: Option<Method>,
) -> Vec<GrantType> {
    const KEY: &str = "grant_types";
    let offline = scope.contains(Scope::OfflineAccess);
    let Some(written) = section.texts(KEY) else {
        let mut grants = preset.grant_types.to_vec();
        if offline && !grants.contains(&GrantType::RefreshToken) {
            grants.push(GrantType::RefreshToken);
        }
        return grants;
    };
    let mut grants = Vec::new();
    for text in &written.value {
        match GrantType::parse(&text.value) {
            Some(grant) if grants.contains(&grant) => {}
            Some(grant) => grants.push(grant),
            None => {
                let names = alternatives(GrantType::ALL.map(GrantType::as_str));
                section.fault(&text.at, format!("`{KEY}` takes {names}"));
            }
        }
    }
    let has = |grant| grants.contains(&grant);
    if has(GrantType::ClientCredentials) && method == Some(Method::None) {
        section.fault(
            &written.at,
            format!("`{KEY}`: \"client_credentials\" needs a client that authenticates (RFC 6749 section 4.4)"),
        );
    }
    if has(GrantType::RefreshToken) && !has(GrantType::AuthorizationCode) {
        section.fault(
            &written.at,
            format!("`{KEY}`: \"refresh_token\" needs \"authorization_code\", from which refresh tokens come"),
        );
    }
    if grants.is_empty() {
        section.fault(&written.at, format!("`{KEY}` must name at least one"));
    }
    if offline && !has(GrantType::RefreshToken) {
        section.warn(
            &written.at,
            format!("`{KEY}` lacks \"refresh_token\", so offline_access in `scope` grants nothing"),
        );
    }
    grants
}

/// Checks `response_types`, of which there is one.
pub(super) fn response_types(section: &mut Section<'_>) {
    let Some(written) = section.texts("response_types") else {
        return;
    };
    if written.value.is_empty() {
        section.fault(&written.at, "`response_types` must be [\"code\"]");
    }
    for text in &written.value {
        section.choose("response_types", text, &[("code", ())]);
    }
}

/// Reads `consent`.
pub(super) fn consent(section: &mut Section<'_>) -> ConsentPolicy {
    section
        .choice("consent", &CONSENT)
        .map_or(ConsentPolicy::Implied, |Found { value, .. }| value)
}
