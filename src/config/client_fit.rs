//! Whether a client's members can satisfy its preset. A key that is written wins over the
//! preset, also where the application then can't work: that is told, not forbidden, for the
//! application may have changed since.

use super::client_presets::{Kind, Preset};
use super::reader::Section;
use crate::domain::client::{ApplicationType, Client, ClientAuthentication};
use crate::domain::grant_type::GrantType;
use crate::domain::signing_alg::SigningAlg;
use crate::domain::uri::is_loopback_host;

/// Warns of each member that the preset's application can't work with.
pub(super) fn warn(section: &mut Section<'_>, preset: &Preset, client: &Client) {
    let found = match preset.kind {
        Kind::None => Vec::new(),
        Kind::Nocobase => nocobase(client),
        Kind::Web => web(client),
        Kind::Spa => spa(client),
        Kind::Native => native(client),
        Kind::Machine => machine(client),
    };
    let at = section.header();
    for (unfit, message) in found {
        if unfit {
            section.warn(&at, format!("`preset`: {message}"));
        }
    }
}

type Checks = Vec<(bool, &'static str)>;

fn has_secret(client: &Client) -> bool {
    matches!(client.authentication, ClientAuthentication::Secret(_))
}

fn nocobase(client: &Client) -> Checks {
    vec![
        (
            client.id_token_signed_response_alg != SigningAlg::Rs256,
            "NocoBase reads ID Tokens by RS256 alone; take `id_token_signed_response_alg` away",
        ),
        (
            client.require_pkce,
            "NocoBase sends no code_challenge, so `require_pkce` = true refuses its sign-ins",
        ),
        (
            !has_secret(client),
            "NocoBase authenticates by its secret; give it a `client_secret`",
        ),
        (
            !client.username_claim,
            "NocoBase reads `username`; `extra_claims` should hold it",
        ),
        (
            !client.may_use(GrantType::AuthorizationCode),
            "NocoBase signs people in by \"authorization_code\"; `grant_types` lacks it",
        ),
    ]
}

fn web(client: &Client) -> Checks {
    vec![(
        client.is_public(),
        "\"web\" is for applications that keep a secret; for others write \"spa\" or \"native\"",
    )]
}

fn spa(client: &Client) -> Checks {
    let is_fit = |origin: &String| {
        let url = url::Url::parse(origin);
        url.is_ok_and(|url| url.scheme() == "https" || url.host_str().is_some_and(is_loopback_host))
    };
    vec![
        (
            !client.is_public(),
            "script in a browser can keep neither secret nor key; write token_endpoint_auth_method = \"none\"",
        ),
        (
            !client.cors_origins.iter().any(is_fit),
            "no https origin in `redirect_uris` or `allowed_cors_origins`, so no page's script can safely call",
        ),
    ]
}

fn native(client: &Client) -> Checks {
    vec![
        (
            has_secret(client),
            "everybody who has the application has its secret; write token_endpoint_auth_method = \"none\"",
        ),
        (
            client.application_type != ApplicationType::Native,
            "application_type = \"web\" binds the port of the loopback address (RFC 8252 section 7.3)",
        ),
    ]
}

fn machine(client: &Client) -> Checks {
    vec![(
        !client.may_use(GrantType::ClientCredentials),
        "a machine gets its tokens by \"client_credentials\"; `grant_types` lacks it",
    )]
}
