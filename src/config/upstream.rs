//! `[[upstream]]`

use std::collections::BTreeSet;

use super::nearest::alternatives;
use super::reader::{Found, Section};
use super::{DingTalk, Upstream, UpstreamKind, UsernameSource, secret, web_url};
use crate::domain::id::UpstreamId;

const LOGIN_BASE_URL: &str = "https://login.dingtalk.com";
const API_BASE_URL: &str = "https://api.dingtalk.com";
const OAPI_BASE_URL: &str = "https://oapi.dingtalk.com";

const USERNAMES: [(&str, UsernameSource); 4] = [
    ("userid", UsernameSource::UserId),
    ("job_number", UsernameSource::JobNumber),
    ("org_email", UsernameSource::OrgEmail),
    ("org_email_local_part", UsernameSource::OrgEmailLocalPart),
];

pub(super) fn read_all(root: &mut Section<'_>) -> Vec<Upstream> {
    if !root.has("upstream") {
        let at = root.header();
        let kinds = alternatives(["dingtalk"]);
        root.fault(
            &at,
            format!("at least one [[upstream]] is needed, with id, kind = {kinds}, client_id, client_secret and corp_id"),
        );
    }
    let mut taken = BTreeSet::new();
    root.list("upstream", |section| read(section, &mut taken))
        .into_iter()
        .flatten()
        .collect()
}

fn read(section: &mut Section<'_>, taken: &mut BTreeSet<String>) -> Option<Upstream> {
    let id = id(section, taken);
    if section.has("kind") {
        section.choice("kind", &[("dingtalk", ())]);
    } else {
        section.required("kind", "\"dingtalk\"");
    }
    let name = section.text("name").map(|text| text.value);
    let dingtalk = dingtalk(section);
    let id = id?;
    Some(Upstream {
        name: name.unwrap_or_else(|| id.as_str().to_owned()),
        id,
        kind: UpstreamKind::DingTalk(dingtalk?),
    })
}

/// The id is part of the callback's address, which is registered at DingTalk.
fn id(section: &mut Section<'_>, taken: &mut BTreeSet<String>) -> Option<UpstreamId> {
    let text = section.required("id", "\"acme\"")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.value.len() > 32 || !text.value.chars().all(plain) {
        section.fault(
            &text.at,
            "`id` must be 1 to 32 of the characters a-z, 0-9 and -",
        );
        return None;
    }
    if !taken.insert(text.value.clone()) {
        section.fault(&text.at, "another [[upstream]] has this `id` already");
        return None;
    }
    Some(UpstreamId::new(text.value))
}

fn dingtalk(section: &mut Section<'_>) -> Option<DingTalk> {
    let client_id = word(section, "client_id", "\"<the application's Client ID>\"");
    if !section.has("client_secret") && !section.has("client_secret_file") {
        section.missing(
            "client_secret",
            "\"<the application's Client Secret>\", or client_secret_file with the path of a file",
        );
    }
    let client_secret = secret::take(section, "client_secret", "client_secret_file");
    let corp_id = word(section, "corp_id", "\"<the organisation's CorpId>\"");
    let login_base_url = base_url(section, "login_base_url", LOGIN_BASE_URL);
    let api_base_url = base_url(section, "api_base_url", API_BASE_URL);
    let oapi_base_url = base_url(section, "oapi_base_url", OAPI_BASE_URL);
    let ask_organisation = section.flag("ask_organisation");
    let preferred_username = section.choice("preferred_username", &USERNAMES);
    let locale = shaped(
        section,
        "locale",
        is_locale,
        "a language tag like \"zh-CN\"",
    );
    let zoneinfo = shaped(
        section,
        "zoneinfo",
        is_zone,
        "a time zone like \"Asia/Shanghai\"",
    );
    Some(DingTalk {
        client_id: client_id?,
        client_secret: client_secret?.value,
        corp_id: corp_id?,
        login_base_url,
        api_base_url,
        oapi_base_url,
        ask_organisation: ask_organisation.is_some_and(|flag| flag.value),
        preferred_username: preferred_username.map_or(UsernameSource::UserId, |it| it.value),
        locale,
        zoneinfo,
    })
}

/// A name that DingTalk gave: printable ASCII without blanks, so that a copied blank shows.
fn word(section: &mut Section<'_>, key: &'static str, example: &str) -> Option<String> {
    let Found { value, at } = section.required(key, example)?;
    if value.chars().all(|c| c.is_ascii_graphic()) {
        return Some(value);
    }
    section.fault(&at, format!("`{key}` must be ASCII without blanks"));
    None
}

/// The application's secret goes to these hosts, so they are https outside this machine.
fn base_url(section: &mut Section<'_>, key: &'static str, default: &str) -> String {
    let Some(text) = section.text(key) else {
        return default.to_owned();
    };
    let checked = web_url::secure(&text.value).and_then(|_| web_url::origin(&text.value));
    if let Err(message) = checked {
        section.fault(&text.at, format!("`{key}` {message}, like \"{default}\""));
    }
    text.value
}

fn shaped(
    section: &mut Section<'_>,
    key: &'static str,
    fits: fn(&str) -> bool,
    form: &str,
) -> Option<String> {
    let text = section.text(key)?;
    if !fits(&text.value) {
        section.fault(&text.at, format!("`{key}` must be {form}"));
    }
    Some(text.value)
}

/// The shape of BCP 47: a language of letters, then parts of letters and digits.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        })
}

/// The shape of a name in the time zone database.
fn is_zone(text: &str) -> bool {
    let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-'));
    text.len() <= 64
        && text
            .split('/')
            .all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()) && !part.contains(odd))
}
