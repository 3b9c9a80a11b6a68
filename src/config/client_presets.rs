//! `preset`: what a kind of application needs, as defaults. A key that is written wins.

use super::client_authentication::Method;
use super::reader::Section;
use crate::domain::client::{ApplicationType, IdTokenClaims};
use crate::domain::scope::Scope;

/// The defaults of a client's other keys.
#[derive(Clone, Copy)]
pub(super) struct Preset {
    pub(super) method: Method,
    pub(super) application_type: ApplicationType,
    pub(super) require_pkce: bool,
    pub(super) id_token_claims: IdTokenClaims,
    /// Both of them.
    pub(super) extra_claims: bool,
    /// Scopes without which the application works badly.
    pub(super) expected_scopes: &'static [Scope],
}

/// A server-side application by the book.
const WEB: Preset = Preset {
    method: Method::Secret,
    application_type: ApplicationType::Web,
    require_pkce: true,
    id_token_claims: IdTokenClaims::Standard,
    extra_claims: false,
    expected_scopes: &[],
};

/// Script in a browser: it can keep no secret.
const SPA: Preset = Preset {
    method: Method::None,
    ..WEB
};

/// An application on the person's machine (RFC 8252).
const NATIVE: Preset = Preset {
    application_type: ApplicationType::Native,
    ..SPA
};

/// NocoBase sends no challenge, reads userinfo alone and logs ID Tokens.
const NOCOBASE: Preset = Preset {
    require_pkce: false,
    id_token_claims: IdTokenClaims::Minimal,
    extra_claims: true,
    expected_scopes: &[Scope::Profile, Scope::Email, Scope::Phone],
    ..WEB
};

const PRESETS: [(&str, Option<Preset>); 5] = [
    ("nocobase", Some(NOCOBASE)),
    ("web", Some(WEB)),
    ("spa", Some(SPA)),
    ("native", Some(NATIVE)),
    ("machine", None),
];

/// The client's preset, or the defaults.
pub(super) fn preset(section: &mut Section<'_>) -> Preset {
    match section.choice("preset", &PRESETS) {
        None => WEB,
        Some(found) => found.value.unwrap_or_else(|| {
            section.fault(
                &found.at,
                "`preset`: \"machine\" is not there yet, since no grant works without a person",
            );
            WEB
        }),
    }
}
