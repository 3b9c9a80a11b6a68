//! Provider metadata (OIDC Discovery section 3, RFC 8414), made once, and JWKS, made at each
//! rotation; both are served as bytes. The metadata is written from the closed sets that the
//! code runs on, and from the algorithms of which there are keys, so it can't promise what isn't
//! there; members whose absence has a meaning are always there.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde::Serialize;

use super::ACR;
use crate::domain::authorization::ResponseMode;
use crate::domain::claims::PERSON_CLAIMS;
use crate::domain::client::AuthMethod;
use crate::domain::grant_type::GrantType;
use crate::domain::issuer::Issuer;
use crate::domain::locale::Locale;
use crate::domain::scope::Scope;
use crate::domain::signing_alg::SigningAlg;
use crate::keyring::Keyring;

/// Paths of the endpoints, below the issuer.
pub mod path {
    /// Authorization endpoint.
    pub const AUTHORIZE: &str = "/authorize";
    /// Token endpoint.
    pub const TOKEN: &str = "/token";
    /// UserInfo endpoint.
    pub const USERINFO: &str = "/userinfo";
    /// Introspection endpoint.
    pub const INTROSPECTION: &str = "/introspect";
    /// Revocation endpoint.
    pub const REVOCATION: &str = "/revoke";
    /// End-session endpoint.
    pub const END_SESSION: &str = "/logout";
    /// Where the form of its confirm page goes.
    pub const CONFIRM_LOGOUT: &str = "/logout/confirm";
    /// The applications that a person agreed to.
    pub const APPLICATIONS: &str = "/applications";
    /// JWKS document.
    pub const JWKS: &str = "/jwks";
    /// The same document at a client's own address, so that it is known who fetched it.
    pub const JWKS_OF_CLIENT: &str = "/jwks/{client}";
    /// OIDC Discovery section 4.
    pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
    /// RFC 8414 section 3.
    pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
    /// Where the upstream `id` sends browsers back to: `/callback/{id}`.
    pub const CALLBACK: &str = "/callback/";
}

/// A public document: bytes that change seldom.
#[derive(Clone, Debug)]
pub struct Document {
    /// JSON.
    pub body: Bytes,
    /// A strong entity tag, quoted.
    pub etag: Arc<str>,
    /// `max-age`.
    pub max_age: Duration,
}

/// The JWKS document, and the names of the keys in it.
#[derive(Clone, Debug)]
pub struct Jwks {
    /// What is served.
    pub document: Document,
    /// The same for all who are served the same one.
    pub kids: Arc<[String]>,
}

/// The public documents of the provider.
#[derive(Clone)]
pub struct Documents {
    /// Metadata.
    pub metadata: Document,
    keyring: Arc<Keyring>,
    jwks_max_age: Duration,
}

/// How long metadata may be cached.
const METADATA_MAX_AGE: Duration = Duration::from_secs(3600);

#[derive(Serialize)]
struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    end_session_endpoint: String,
    jwks_uri: String,
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 2],
    grant_types_supported: [&'static str; 3],
    acr_values_supported: [&'static str; 1],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: [&'static str; 4],
    token_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    revocation_endpoint_auth_methods_supported: [&'static str; 4],
    revocation_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    introspection_endpoint_auth_methods_supported: [&'static str; 3],
    introspection_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    claim_types_supported: [&'static str; 1],
    claims_supported: Vec<&'static str>,
    code_challenge_methods_supported: [&'static str; 1],
    ui_locales_supported: [&'static str; 2],
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    authorization_response_iss_parameter_supported: bool,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    frontchannel_logout_supported: bool,
    frontchannel_logout_session_supported: bool,
}

/// Claims of the ID Token itself.
const TOKEN_CLAIMS: [&str; 10] = [
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "sid",
    "at_hash",
    "sub",
];

impl Documents {
    /// Makes both documents. `id_token_algs` are those of which there are keys; RS256 must be
    /// among them (OIDC Discovery section 3).
    ///
    /// # Errors
    /// `serde_json::Error`, which these types never give.
    pub fn new(
        issuer: &Issuer,
        id_token_algs: &[SigningAlg],
        keyring: Arc<Keyring>,
        jwks_max_age: Duration,
    ) -> Result<Self, serde_json::Error> {
        let mut claims: Vec<&'static str> = TOKEN_CLAIMS.into_iter().chain(PERSON_CLAIMS).collect();
        claims.sort_unstable();
        claims.dedup();
        let auth_methods = AuthMethod::ALL.map(AuthMethod::as_str);
        let signing_algs = SigningAlg::ALL.map(SigningAlg::as_str);
        let metadata = Metadata {
            issuer: issuer.as_str(),
            authorization_endpoint: issuer.endpoint(path::AUTHORIZE),
            token_endpoint: issuer.endpoint(path::TOKEN),
            userinfo_endpoint: issuer.endpoint(path::USERINFO),
            revocation_endpoint: issuer.endpoint(path::REVOCATION),
            introspection_endpoint: issuer.endpoint(path::INTROSPECTION),
            end_session_endpoint: issuer.endpoint(path::END_SESSION),
            jwks_uri: issuer.endpoint(path::JWKS),
            scopes_supported: Scope::ALL.map(Scope::as_str).to_vec(),
            response_types_supported: ["code"],
            response_modes_supported: ResponseMode::ALL.map(ResponseMode::as_str),
            grant_types_supported: GrantType::ALL.map(GrantType::as_str),
            acr_values_supported: [ACR],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: id_token_algs
                .iter()
                .map(|alg| alg.as_str())
                .collect(),
            token_endpoint_auth_methods_supported: auth_methods,
            token_endpoint_auth_signing_alg_values_supported: signing_algs,
            revocation_endpoint_auth_methods_supported: auth_methods,
            revocation_endpoint_auth_signing_alg_values_supported: signing_algs,
            // RFC 7662 section 2.1: nobody asks without proving who it is.
            introspection_endpoint_auth_methods_supported: AuthMethod::PROVING
                .map(AuthMethod::as_str),
            introspection_endpoint_auth_signing_alg_values_supported: signing_algs,
            claim_types_supported: ["normal"],
            claims_supported: claims,
            code_challenge_methods_supported: ["S256"],
            ui_locales_supported: Locale::ALL.map(Locale::tag),
            claims_parameter_supported: true,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            authorization_response_iss_parameter_supported: true,
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            frontchannel_logout_supported: true,
            frontchannel_logout_session_supported: true,
        };
        Ok(Self {
            metadata: document(&metadata, METADATA_MAX_AGE)?,
            keyring,
            jwks_max_age,
        })
    }

    /// JWKS, as it is now.
    #[must_use]
    pub fn jwks(&self) -> Jwks {
        let published = self.keyring.published();
        Jwks {
            document: Document {
                body: published.body.clone(),
                etag: Arc::clone(&published.etag),
                max_age: self.jwks_max_age,
            },
            kids: Arc::clone(&published.kids),
        }
    }
}

fn document<T: Serialize>(value: &T, max_age: Duration) -> Result<Document, serde_json::Error> {
    let body = serde_json::to_vec(value)?;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
    let tag: String = URL_SAFE_NO_PAD.encode(digest).chars().take(22).collect();
    Ok(Document {
        body: Bytes::from(body),
        etag: format!("\"{tag}\"").into(),
        max_age,
    })
}
