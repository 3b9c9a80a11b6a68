//! `[[clients]]`: the applications, in the member names of RFC 7591.

use std::collections::BTreeSet;

use super::client_authentication::{Method, authentication, method};
use super::client_presets::{Preset, preset};
use super::client_uris::{self, RedirectRule};
use super::nearest::nearest;
use super::reader::{Found, Section, printable};
use super::{
    client_fit, client_grants, client_logout, client_members, client_reach, client_signing, web_url,
};
use crate::domain::client::{ApplicationType, Client, IdTokenClaims};
use crate::domain::grant_type::GrantType;
use crate::domain::id::ClientId;
use crate::domain::reach::Reach;
use crate::domain::scope::{Scope, Scopes};
use crate::domain::service_scope::ServiceScope;

const APPLICATION_TYPES: [(&str, ApplicationType); 2] = [
    ("web", ApplicationType::Web),
    ("native", ApplicationType::Native),
];
const ID_TOKEN_CLAIMS: [(&str, IdTokenClaims); 2] = [
    ("standard", IdTokenClaims::Standard),
    ("minimal", IdTokenClaims::Minimal),
];

/// What NocoBase reads from userinfo beside the standard claims.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ExtraClaim {
    Username,
    Phone,
}

const EXTRA_CLAIMS: [(&str, ExtraClaim); 2] = [
    ("username", ExtraClaim::Username),
    ("phone", ExtraClaim::Phone),
];

pub(super) fn read_all(root: &mut Section<'_>, reach: &Reach) -> Vec<Client> {
    if !root.has("clients") {
        let at = root.header();
        root.warn(
            &at,
            "there are no [[clients]], so nobody can sign in anywhere",
        );
    }
    let mut taken = BTreeSet::new();
    let mut asked_about = Vec::new();
    let clients: Vec<Client> = root
        .list("clients", |section| {
            read(section, &mut taken, &mut asked_about, reach)
        })
        .into_iter()
        .flatten()
        .collect();
    for text in asked_about {
        if !taken.contains(&text.value) {
            let guess = nearest(&text.value, taken.iter().map(String::as_str))
                .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            root.warn(
                &text.at,
                format!("`may_introspect`: none of [[clients]] has this client_id{guess}"),
            );
        }
    }
    clients
}

fn read(
    section: &mut Section<'_>,
    taken: &mut BTreeSet<String>,
    asked_about: &mut Vec<Found<String>>,
    reach: &Reach,
) -> Option<Client> {
    client_reach::warn(section, reach);
    let id = id(section, taken);
    let preset = preset(section);
    let method = method(section, preset.method);
    let authentication = authentication(section, method);
    let application_type = application_type(section, &preset);
    let (scope, written_scope) = scope(section, &preset);
    let grant_types = client_grants::grant_types(section, &preset, &scope, method);
    let service_scope = if grant_types.contains(&GrantType::ClientCredentials) {
        ServiceScope::parse(&written_scope.value)
    } else {
        warn_of_unknown(section, &written_scope);
        ServiceScope::default()
    };
    client_grants::response_types(section);
    let rule = RedirectRule {
        public: method.map(|method| method == Method::None),
        application_type,
    };
    let by_code = grant_types.contains(&GrantType::AuthorizationCode);
    let redirect_uris = client_uris::redirect_uris(section, rule, by_code);
    let logout = client_logout::read(section, &preset, rule, redirect_uris.as_deref());
    let cors_origins = client_uris::cors_origins(section, redirect_uris.as_deref());
    let name = section.text("client_name").map(|text| text.value);
    let client_uri = page(section, "client_uri");
    let logo_uri = page(section, "logo_uri");
    let policy_uri = page(section, "policy_uri");
    let tos_uri = page(section, "tos_uri");
    let consent = client_grants::consent(section);
    let require_pkce = require_pkce(section, &preset, method);
    let id_token_signed_response_alg = client_signing::id_token_alg(section);
    let id_token_claims = section.choice("id_token_claims", &ID_TOKEN_CLAIMS);
    let (username_claim, phone_claim) = extra_claims(section, &preset);
    let release_unverified_email = section.flag("release_unverified_email");
    let default_max_age = section.whole("default_max_age");
    let introspected = section.texts("may_introspect");
    let introspected = introspected.map_or_else(Vec::new, |written| written.value);
    let may_introspect = introspected
        .iter()
        .map(|text| ClientId::new(text.value.as_str()))
        .collect();
    asked_about.extend(introspected);
    let personal = [Scope::Openid, Scope::OfflineAccess];
    if !by_code && personal.iter().any(|it| scope.contains(*it)) {
        section.warn(
            &written_scope.at,
            "`scope`: openid and offline_access need a person, who never signs in here",
        );
    }
    if by_code && !scope.contains(Scope::Openid) {
        let at = section.header();
        section.warn(
            &at,
            "`scope` lacks \"openid\", without which nobody can sign in",
        );
    }
    client_members::read(section);

    let id = id?;
    let client = Client {
        name: name.unwrap_or_else(|| id.as_str().to_owned()),
        id,
        authentication: authentication?,
        grant_types,
        redirect_uris: redirect_uris?,
        application_type: application_type?,
        scope,
        service_scope,
        require_pkce,
        id_token_claims: id_token_claims.map_or(preset.id_token_claims, |it| it.value),
        id_token_signed_response_alg,
        username_claim,
        phone_claim,
        release_unverified_email: release_unverified_email.is_some_and(|flag| flag.value),
        consent,
        client_uri,
        logo_uri,
        policy_uri,
        tos_uri,
        post_logout: logout.post_logout,
        backchannel_logout: logout.backchannel,
        frontchannel_logout: logout.frontchannel,
        offline_access_outlives_logout: logout.offline_access_outlives_logout,
        may_introspect,
        cors_origins,
        default_max_age: default_max_age.map(|seconds| seconds.value),
    };
    client_fit::warn(section, &preset, &client);
    Some(client)
}

fn id(section: &mut Section<'_>, taken: &mut BTreeSet<String>) -> Option<ClientId> {
    let text = section.required("client_id", "\"my-application\"")?;
    if !text.value.chars().all(|c| c.is_ascii_graphic()) {
        section.fault(
            &text.at,
            "`client_id` must be printable ASCII without blanks",
        );
        return None;
    }
    if text.value.contains(':') {
        section.warn(
            &text.at,
            "`client_id` holds a colon, at which HTTP Basic splits what a library sends unencoded",
        );
    }
    if !taken.insert(text.value.clone()) {
        section.fault(
            &text.at,
            "another of [[clients]] has this `client_id` already",
        );
        return None;
    }
    Some(ClientId::new(text.value))
}

fn application_type(section: &mut Section<'_>, preset: &Preset) -> Option<ApplicationType> {
    if !section.has("application_type") {
        section.choice("application_type", &APPLICATION_TYPES);
        return Some(preset.application_type);
    }
    section
        .choice("application_type", &APPLICATION_TYPES)
        .map(|found| found.value)
}

/// The address of a page, or of an image on one.
fn page(section: &mut Section<'_>, key: &'static str) -> Option<String> {
    let text = section.text(key)?;
    if let Err(message) = web_url::any(&text.value) {
        section.fault(&text.at, format!("`{key}` {message}"));
    }
    Some(text.value)
}

/// What means nothing is ignored, at the request too; a machine's may mean something to the
/// services that it calls.
fn warn_of_unknown(section: &mut Section<'_>, written: &Found<String>) {
    for name in written.value.split(' ').filter(|name| !name.is_empty()) {
        if Scope::parse(name).is_none() {
            let guess = nearest(name, Scope::ALL.map(Scope::as_str))
                .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            let name = printable(name);
            section.warn(
                &written.at,
                format!("`scope`: \"{name}\" is not known here and is ignored{guess}"),
            );
        }
    }
}

fn scope(section: &mut Section<'_>, preset: &Preset) -> (Scopes, Found<String>) {
    let written = section.text("scope");
    let written = written.unwrap_or_else(|| Found {
        value: preset.scope.to_owned(),
        at: section.header(),
    });
    let Found { value, at } = &written;
    let scope = Scopes::parse(value);
    for needed in preset.expected_scopes {
        if !scope.contains(*needed) {
            let name = needed.as_str();
            section.warn(
                at,
                format!("`scope` lacks \"{name}\", which this preset's application reads"),
            );
        }
    }
    (scope, written)
}

/// RFC 9700 section 2.1.1: PKCE is a public client's only protection of its codes.
fn require_pkce(section: &mut Section<'_>, preset: &Preset, method: Option<Method>) -> bool {
    let public = method == Some(Method::None);
    let written = section.flag("require_pkce");
    if let Some(flag) = &written
        && public
        && !flag.value
    {
        section.fault(
            &flag.at,
            "`require_pkce` can't be false for a client without a secret (token_endpoint_auth_method = \"none\")",
        );
    }
    public || written.map_or(preset.require_pkce, |flag| flag.value)
}

fn extra_claims(section: &mut Section<'_>, preset: &Preset) -> (bool, bool) {
    let Some(written) = section.texts("extra_claims") else {
        return (preset.extra_claims, preset.extra_claims);
    };
    let mut chosen = Vec::new();
    for text in &written.value {
        chosen.extend(section.choose("extra_claims", text, &EXTRA_CLAIMS));
    }
    (
        chosen.contains(&ExtraClaim::Username),
        chosen.contains(&ExtraClaim::Phone),
    )
}
