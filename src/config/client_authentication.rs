//! `token_endpoint_auth_method` and the secret or the keys that belong to it.

use secrecy::{ExposeSecret as _, SecretString};

use super::client_keys;
use super::nearest::alternatives;
use super::reader::{Found, Section};
use super::secret;
use crate::domain::client::{AuthMethod, ClientAuthentication, Secrets};
use crate::domain::secret::Digest;

/// Shorter ones could be guessed by who sees one of the plain digests that are kept.
const SHORTEST_SECRET: usize = 32;

/// How a client authenticates, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Secret,
    PrivateKeyJwt,
    None,
}

impl Method {
    const fn of(method: AuthMethod) -> Self {
        match method {
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => Self::Secret,
            AuthMethod::PrivateKeyJwt => Self::PrivateKeyJwt,
            AuthMethod::None => Self::None,
        }
    }
}

/// Methods of the registry that may come (RFC 7591, OIDC Core section 9, RFC 8705).
const LATER: [&str; 3] = [
    "client_secret_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
];

/// The method, `default` where none is written, or none after a fault.
pub(super) fn method(section: &mut Section<'_>, default: Method) -> Option<Method> {
    const KEY: &str = "token_endpoint_auth_method";
    let written = section.has(KEY);
    let text = section.text(KEY);
    if !written {
        return Some(default);
    }
    let text = text?;
    if LATER.contains(&text.value.as_str()) {
        let names = alternatives(AuthMethod::ALL.map(AuthMethod::as_str));
        section.fault(
            &text.at,
            format!("`{KEY}`: this method is not there yet; write {names}"),
        );
        return None;
    }
    let options = AuthMethod::ALL.map(|method| (method.as_str(), Method::of(method)));
    section.choose(KEY, &text, &options)
}

/// What it authenticates by, or none after a fault.
pub(super) fn authentication(
    section: &mut Section<'_>,
    method: Option<Method>,
) -> Option<ClientAuthentication> {
    let written = section.has("client_secret") || section.has("client_secret_file");
    let secret = secret::take(section, "client_secret", "client_secret_file");
    let next_given = section.has("client_secret_next") || section.has("client_secret_next_file");
    let next = secret::take(section, "client_secret_next", "client_secret_next_file");
    let keys = if method == Some(Method::PrivateKeyJwt) {
        client_keys::keys(section)
    } else {
        client_keys::without_effect(section);
        None
    };
    if next_given && next.is_none() {
        return None;
    }
    let given = written || next_given;
    match method? {
        Method::None | Method::PrivateKeyJwt if given => {
            let at = secret
                .or(next)
                .map_or_else(|| section.header(), |secret| secret.at);
            section.fault(
                &at,
                "a client with token_endpoint_auth_method \"none\" (also by preset) or \"private_key_jwt\" has no secret; take the secret or the method away",
            );
            None
        }
        Method::None => Some(ClientAuthentication::None),
        Method::PrivateKeyJwt => Some(ClientAuthentication::PrivateKeyJwt(keys?)),
        Method::Secret if secret.is_none() && !written => {
            section.missing(
                "client_secret",
                "\"<at least 32 random characters>\", or client_secret_file, or token_endpoint_auth_method = \"none\"",
            );
            None
        }
        Method::Secret => {
            let current = digest(section, &secret?)?;
            let next = match next {
                Some(next) => {
                    let digest = digest(section, &next)?;
                    if digest == current {
                        section.warn(
                            &next.at,
                            "`client_secret_next` is the secret that is there already, so it changes nothing",
                        );
                    }
                    Some(digest)
                }
                None => None,
            };
            Some(ClientAuthentication::Secret(Secrets { current, next }))
        }
    }
}

fn digest(section: &mut Section<'_>, secret: &Found<SecretString>) -> Option<Digest> {
    let text = secret.value.expose_secret();
    if text.len() < SHORTEST_SECRET {
        section.fault(
            &secret.at,
            "the client's secret must have at least 32 characters, better 43 random ones",
        );
        return None;
    }
    Some(Digest::of(text))
}
