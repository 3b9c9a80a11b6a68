//! `preset`: what a kind of application needs, as defaults. A key that is written wins.

use super::client_authentication::Method;
use super::reader::Section;
use crate::domain::client::{ApplicationType, IdTokenClaims};
use crate::domain::grant_type::GrantType;
use crate::domain::scope::Scope;

/// The preset that is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    None,
    Nocobase,
    Web,
    Spa,
    Native,
    Machine,
}

/// The defaults of a client's other keys.
#[derive(Clone, Copy)]
pub(super) struct Preset {
    pub(super) kind: Kind,
    pub(super) method: Method,
    pub(super) application_type: ApplicationType,
    pub(super) require_pkce: bool,
    pub(super) id_token_claims: IdTokenClaims,
    /// Both of them.
    pub(super) extra_claims: bool,
    pub(super) grant_types: &'static [GrantType],
    pub(super) scope: &'static str,
    /// Whether a query is left out when `post_logout_redirect_uris` are compared.
    pub(super) any_post_logout_query: bool,
    /// Scopes without which the application works badly.
    pub(super) expected_scopes: &'static [Scope],
}

/// A server-side application by the book.
const WEB: Preset = Preset {
    kind: Kind::Web,
    method: Method::Secret,
    application_type: ApplicationType::Web,
    require_pkce: true,
    id_token_claims: IdTokenClaims::Standard,
    extra_claims: false,
    grant_types: &[GrantType::AuthorizationCode],
    scope: "openid profile email",
    any_post_logout_query: false,
    expected_scopes: &[],
};

/// Script in a browser: it can keep no secret, and stays signed in by refresh tokens, since a
/// hidden frame has no cookies any more.
const SPA: Preset = Preset {
    kind: Kind::Spa,
    method: Method::None,
    grant_types: &[GrantType::AuthorizationCode, GrantType::RefreshToken],
    ..WEB
};

/// An application on the person's machine (RFC 8252).
const NATIVE: Preset = Preset {
    kind: Kind::Native,
    application_type: ApplicationType::Native,
    ..SPA
};

/// A program that acts for itself: nobody signs in there.
const MACHINE: Preset = Preset {
    kind: Kind::Machine,
    grant_types: &[GrantType::ClientCredentials],
    scope: "",
    ..WEB
};

/// NocoBase sends no challenge, reads userinfo alone and logs ID Tokens; after a logout it
/// wants people back at whatever its address bar shows.
const NOCOBASE: Preset = Preset {
    kind: Kind::Nocobase,
    require_pkce: false,
    id_token_claims: IdTokenClaims::Minimal,
    extra_claims: true,
    any_post_logout_query: true,
    expected_scopes: &[Scope::Profile, Scope::Email, Scope::Phone],
    ..WEB
};

const PRESETS: [(&str, Preset); 5] = [
    ("nocobase", NOCOBASE),
    ("web", WEB),
    ("spa", SPA),
    ("native", NATIVE),
    ("machine", MACHINE),
];

/// The client's preset, or the defaults.
pub(super) fn preset(section: &mut Section<'_>) -> Preset {
    section.choice("preset", &PRESETS).map_or(
        Preset {
            kind: Kind::None,
            ..WEB
        },
        |found| found.value,
    )
}
