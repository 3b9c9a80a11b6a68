//! The members of a client that change nothing today. A registration made for another
//! provider can be carried over as it is: every member of RFC 7591, of OpenID Connect
//! Registration and of the logout specifications is known and its type is checked. What
//! asks for something that is not done is a warning, and a fault only where the value
//! contradicts what the house does at all (a grant type, a signature, a way to authenticate).

use super::reader::{Found, Section};
use super::tree::Origin;
use super::web_url;
use crate::domain::claims::ACR;

/// The type of a member.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Texts,
    Flag,
    /// An http or https URL.
    Url,
    /// An https URL.
    SecureUrl,
    SecureUrls,
}

/// Accepted without a word: they ask for nothing.
const SILENT: [(&str, Shape); 4] = [
    ("contacts", Shape::Texts),
    ("software_id", Shape::Text),
    ("software_version", Shape::Text),
    // `auth_time` stands in every ID Token.
    ("require_auth_time", Shape::Flag),
];

const PLAIN_ID_TOKEN: &str = "ID Tokens are signed, not encrypted";
const PLAIN_USERINFO: &str = "userinfo is plain JSON";
const NO_REQUEST_OBJECTS: &str = "request objects are refused";

/// Accepted with a warning that says why nothing comes of it.
const LATER: [(&str, Shape, &str); 12] = [
    (
        "sector_identifier_uri",
        Shape::SecureUrl,
        "subjects are the same for all clients",
    ),
    (
        "initiate_login_uri",
        Shape::SecureUrl,
        "sign-in begins at the client alone",
    ),
    (
        "request_uris",
        Shape::SecureUrls,
        "request objects are refused",
    ),
    (
        "software_statement",
        Shape::Text,
        "software statements are not read",
    ),
    (
        "id_token_encrypted_response_alg",
        Shape::Text,
        PLAIN_ID_TOKEN,
    ),
    (
        "id_token_encrypted_response_enc",
        Shape::Text,
        PLAIN_ID_TOKEN,
    ),
    ("userinfo_signed_response_alg", Shape::Text, PLAIN_USERINFO),
    (
        "userinfo_encrypted_response_alg",
        Shape::Text,
        PLAIN_USERINFO,
    ),
    (
        "userinfo_encrypted_response_enc",
        Shape::Text,
        PLAIN_USERINFO,
    ),
    (
        "request_object_signing_alg",
        Shape::Text,
        NO_REQUEST_OBJECTS,
    ),
    (
        "request_object_encryption_alg",
        Shape::Text,
        NO_REQUEST_OBJECTS,
    ),
    (
        "request_object_encryption_enc",
        Shape::Text,
        NO_REQUEST_OBJECTS,
    ),
];

/// Members that may be written once more for each language (RFC 7591 section 2.2).
const LOCALISED: [(&str, Shape); 5] = [
    ("client_name", Shape::Text),
    ("client_uri", Shape::Url),
    ("logo_uri", Shape::Url),
    ("policy_uri", Shape::Url),
    ("tos_uri", Shape::Url),
];

/// Takes and checks every member that `clients` doesn't use.
pub(super) fn read(section: &mut Section<'_>) {
    for (key, shape) in SILENT {
        take(section, key, shape);
    }
    for (key, shape, why) in LATER {
        if let Some(at) = take(section, key, shape) {
            section.warn(&at, format!("`{key}` has no effect yet: {why}"));
        }
    }
    for (key, shape) in LOCALISED {
        localised(section, key, shape);
    }
    default_acr_values(section);
    subject_type(section);
}

/// Checks a member's type and says where it is, if it is there and right.
fn take(section: &mut Section<'_>, key: &'static str, shape: Shape) -> Option<Origin> {
    match shape {
        Shape::Flag => section.flag(key).map(|found| found.at),
        Shape::Text | Shape::Url | Shape::SecureUrl => {
            let text = section.text(key)?;
            check(section, key, shape, &text).then_some(text.at)
        }
        Shape::Texts | Shape::SecureUrls => {
            let texts = section.texts(key)?;
            let mut proper = true;
            for text in &texts.value {
                proper &= check(section, key, shape, text);
            }
            proper.then_some(texts.at)
        }
    }
}

fn check(section: &mut Section<'_>, key: &str, shape: Shape, text: &Found<String>) -> bool {
    let checked = match shape {
        Shape::Url => web_url::any(&text.value).map(drop),
        Shape::SecureUrl | Shape::SecureUrls => web_url::secure(&text.value).map(drop),
        Shape::Text | Shape::Texts | Shape::Flag => Ok(()),
    };
    if let Err(message) = checked {
        section.fault(&text.at, format!("`{key}` {message}"));
    }
    checked.is_ok()
}

fn localised(section: &mut Section<'_>, key: &'static str, shape: Shape) {
    for (tag, text) in section.localised(key) {
        if tag.is_empty() {
            section.fault(
                &text.at,
                format!("`{key}#` must end in a language like zh-CN"),
            );
        } else if check(section, key, shape, &text) {
            section.warn(
                &text.at,
                format!("`{key}` has no effect yet in a language of its own"),
            );
        }
    }
}

/// Met where ours is among them: there is one way to sign in.
fn default_acr_values(section: &mut Section<'_>) {
    if let Some(Found { value, at }) = section.texts("default_acr_values")
        && !value.iter().any(|acr| acr.value == ACR)
    {
        section.warn(
            &at,
            format!("`default_acr_values` lacks \"{ACR}\", the one `acr` that is given here"),
        );
    }
}

fn subject_type(section: &mut Section<'_>) {
    let choice = section.choice("subject_type", &[("public", true), ("pairwise", false)]);
    if let Some(Found { value: false, at }) = choice {
        section.fault(
            &at,
            "`subject_type`: \"pairwise\" is not there yet; write \"public\"",
        );
    }
}
