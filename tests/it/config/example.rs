//! deploy/dingpass.example.toml and the file of the SAMPLE.

use std::path::Path;
use std::time::Duration;

use dingpass::config::{LogFormat, StoreLocation, UpstreamKind, UsernameSource};
use dingpass::domain::client::{ApplicationType, IdTokenClaims};
use dingpass::domain::lifetimes::Lifetimes;
use dingpass::domain::readiness::OnUnready;
use dingpass::domain::rsa_bits::RsaBits;
use dingpass::domain::signing_alg::SigningAlg;

use crate::support::SAMPLE;

use super::{CLIENT, LEAST, faults, loads, with};

const DAY: Duration = Duration::from_secs(86_400);

pub(super) const EXAMPLE: &str = include_str!("../../../deploy/dingpass.example.toml");

/// The example with its commented keys uncommented.
pub(super) fn uncommented() -> String {
    EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => rest,
            _ => line,
        })
        .fold(String::new(), |text, line| text + line + "\n")
}

/// The keys of a text, without their sections.
pub(super) fn keys(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, _)| key)
        .filter(|key| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect()
}

#[test]
fn the_file_of_the_readme_loads() {
    let config = loads(SAMPLE);
    assert_eq!(config.issuer.as_str(), "http://127.0.0.1:8000");
    assert_eq!(config.upstreams[0].name, "Acme");
    let UpstreamKind::DingTalk(dingtalk) = &config.upstreams[0].kind;
    assert_eq!(dingtalk.api_base_url, "http://127.0.0.1:9000");
    assert_eq!(config.clients[0].name, "Demo");
    assert!(!config.clients[0].require_pkce);
    let warnings: Vec<_> = config
        .warnings
        .iter()
        .map(|it| it.message.as_str())
        .collect();
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn the_example_loads_without_a_word() {
    assert_eq!(loads(EXAMPLE).warnings, []);
}

#[test]
fn every_commented_key_of_the_example_exists() {
    let text = uncommented();
    assert_eq!(loads(&text).warnings, []);
    let (commented, plain) = (keys(EXAMPLE).len(), keys(&text).len());
    assert!(plain > commented + 30, "{commented} and {plain}");
}

#[test]
fn the_values_that_the_example_calls_defaults_are_the_defaults() {
    let examples = [
        "proxy",
        "contact",
        "passphrase",
        "locale",
        "zoneinfo",
        "client_secret_next",
        "client_uri",
        "logo_uri",
        "policy_uri",
        "tos_uri",
        "post_logout_redirect_uris",
        // With the addresses to which they belong.
        "backchannel_logout_uri",
        "backchannel_logout_session_required",
        "frontchannel_logout_uri",
        "frontchannel_logout_session_required",
        "default_max_age",
    ];
    let text = uncommented();
    let is_list = |line: &&str| *line == "[[clients]]";
    let second = text.lines().filter(is_list).count();
    assert_eq!(second, 2, "the second client is an example as a whole");
    let end = text.rfind("[[clients]]").unwrap();
    let text: String = text[..end]
        .lines()
        .filter(|line| {
            !examples
                .iter()
                .any(|key| line.starts_with(&format!("{key} =")))
        })
        .fold(String::new(), |text, line| text + line + "\n");
    assert_eq!(
        format!("{:?}", loads(&text)),
        format!("{:?}", loads(EXAMPLE))
    );
}

#[test]
fn the_example_names_every_key_that_works_today() {
    let text = uncommented();
    let named = keys(&text);
    let asked = |section: &str, typo: &str| faults(&with(&format!("{section}{typo} = 1")));
    for (section, key) in [
        ("", "issuer"),
        ("[http]\n", "listen"),
        ("[store]\n", "cache_size"),
        ("[keys]\n", "algorithms"),
        ("[keys]\n", "rsa_bits"),
        ("[keys]\n", "rotate_every"),
        ("[keys]\n", "publish_before"),
        ("[keys]\n", "jwks_max_age"),
        ("[keys]\n", "retire_margin"),
        ("[keys]\n", "on_unready"),
        ("[keys]\n", "passphrase"),
        ("[lifetimes]\n", "refresh_grace"),
        ("[outbound]\n", "allowed_addresses"),
        ("[pages]\n", "contact"),
        ("[log]\n", "filter"),
        ("[admin]\n", "socket"),
        ("[audit]\n", "most_rows"),
        ("", "preferred_username"),
        ("", "ask_organisation"),
    ] {
        assert!(named.contains(&key), "{key}");
        // The reader knows it too: a slip of the finger is answered with it.
        let answer = asked(section, &format!("{key}x")).join("\n");
        if !section.is_empty() {
            assert!(
                answer.contains(&format!("did you mean `{key}`?")),
                "{answer}"
            );
        }
    }
}

/// The members of a client are known to the reader by the same names.
#[test]
fn the_example_names_every_member_of_a_client_that_works_today() {
    let text = uncommented();
    let named = keys(&text);
    for key in [
        "client_secret_next",
        "grant_types",
        "token_endpoint_auth_signing_alg",
        "jwks_uri",
        "consent",
        "logo_uri",
        "policy_uri",
        "tos_uri",
        "post_logout_redirect_uris",
        "backchannel_logout_uri",
        "backchannel_logout_session_required",
        "frontchannel_logout_uri",
        "frontchannel_logout_session_required",
        "offline_access_outlives_logout",
        "may_introspect",
        "allowed_cors_origins",
        "default_max_age",
        "default_acr_values",
    ] {
        assert!(named.contains(&key), "{key}");
        let answer = faults(&with(&format!("{CLIENT}{key}x = 1"))).join("\n");
        assert!(
            answer.contains(&format!("did you mean `{key}`?")),
            "{answer}"
        );
    }
}

#[test]
fn what_is_not_written_has_its_default() {
    let config = loads(LEAST);
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(
        config.store.location,
        StoreLocation::File("/etc/dingpass/data/dingpass.redb".into())
    );
    assert_eq!(config.store.cache_size, 16 * 1024 * 1024);
    assert_eq!(config.keys.directory.to_str(), Some("/etc/dingpass/keys"));
    assert_eq!(config.keys.algorithms, [SigningAlg::Rs256]);
    assert_eq!(config.keys.rsa_bits, RsaBits::B2048);
    assert_eq!(config.keys.rotate_every, Some(90 * DAY));
    assert_eq!(config.keys.publish_before, 7 * DAY);
    assert_eq!(config.keys.jwks_max_age, Duration::from_secs(3600));
    assert_eq!(config.keys.retire_margin, Duration::from_secs(3600));
    assert_eq!(config.keys.on_unready, OnUnready::Warn);
    assert!(config.keys.passphrase.is_none());
    assert_eq!(config.lifetimes, Lifetimes::default());
    assert!(config.outbound.ca_files.is_empty());
    assert!(config.outbound.allowed_addresses.is_empty());
    assert!(config.outbound.proxy.is_none());
    assert_eq!(config.pages.contact, None);
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(config.log.filter, "info");
    assert_eq!(
        config.admin.socket.as_deref(),
        Some(Path::new("/etc/dingpass/data/dingpass.sock"))
    );
    assert_eq!(config.audit.keep, Duration::from_secs(180 * 86_400));
    assert_eq!(config.audit.most_rows, 1_000_000);
    assert_eq!(config.upstreams[0].name, "acme");
    let UpstreamKind::DingTalk(dingtalk) = &config.upstreams[0].kind;
    assert_eq!(dingtalk.login_base_url, "https://login.dingtalk.com");
    assert_eq!(dingtalk.api_base_url, "https://api.dingtalk.com");
    assert_eq!(dingtalk.oapi_base_url, "https://oapi.dingtalk.com");
    assert!(!dingtalk.ask_organisation);
    assert_eq!(dingtalk.preferred_username, UsernameSource::UserId);
    assert_eq!((&dingtalk.locale, &dingtalk.zoneinfo), (&None, &None));

    let client = &loads(&with(CLIENT)).clients[0];
    assert_eq!(client.name, "demo");
    assert_eq!(client.application_type, ApplicationType::Web);
    assert_eq!(client.scope.to_string(), "openid profile email");
    assert!(client.require_pkce);
    assert_eq!(client.id_token_claims, IdTokenClaims::Standard);
    assert_eq!(client.id_token_signed_response_alg, SigningAlg::Rs256);
    assert!(!client.username_claim && !client.phone_claim);
    assert!(!client.release_unverified_email);
    assert_eq!((&client.client_uri, client.default_max_age), (&None, None));
}
