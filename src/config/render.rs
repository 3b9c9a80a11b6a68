//! Notices as text for people: place, message, the line and a caret.
//!
//! A secret never appears. The line of a fault may hold one in many ways: under its own key,
//! under a misspelt one, beside another key in an inline table, in a comment, before a user's
//! host. So a line is shown up to the first value that isn't known to be harmless.

use std::fmt::Write as _;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::{Notice, Place};

/// Keys whose values are no secret. Whatever isn't here is hidden.
const HARMLESS: &[&str] = &[
    "algorithms",
    "allowed_addresses",
    "allowed_cors_origins",
    "api_base_url",
    "application_type",
    "ask_organisation",
    "backchannel_logout_session_required",
    "backchannel_logout_uri",
    "ca_files",
    "cache_size",
    "client_id",
    "client_name",
    "client_uri",
    "code",
    "consent",
    "contact",
    "contacts",
    "corp_id",
    "default_acr_values",
    "default_max_age",
    "directory",
    "extra_claims",
    "filter",
    "format",
    "frontchannel_logout_session_required",
    "frontchannel_logout_uri",
    "grant_types",
    "id",
    "id_token",
    "id_token_claims",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "id_token_signed_response_alg",
    "access_token",
    "initiate_login_uri",
    "issuer",
    "jwks_max_age",
    "jwks_uri",
    "keep",
    "kind",
    "listen",
    "locale",
    "login_base_url",
    "logo_uri",
    "may_introspect",
    "most_rows",
    "name",
    "oapi_base_url",
    "offline_access_outlives_logout",
    "on_unready",
    "policy_uri",
    "post_logout_redirect_uris",
    "preferred_username",
    "preset",
    "proxy",
    "publish_before",
    "redirect_uris",
    "refresh_absolute",
    "refresh_grace",
    "refresh_idle",
    "release_unverified_email",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "request_object_signing_alg",
    "request_uris",
    "require_auth_time",
    "require_pkce",
    "response_types",
    "retire_margin",
    "rotate_every",
    "rsa_bits",
    "scope",
    "sector_identifier_uri",
    "session_absolute",
    "session_idle",
    "socket",
    "software_id",
    "software_version",
    "subject_type",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "tos_uri",
    "url",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "userinfo_signed_response_alg",
    "zoneinfo",
];

/// Longer lines are cut: they hold no more that helps.
const LONGEST_LINE: usize = 200;

/// A value's place in the text, and whether it may be shown.
struct Leaf {
    span: Range<usize>,
    shown: bool,
}

pub(super) fn describe(notices: &[Notice], file_name: &str, text: &str) -> String {
    let (table, errors) = DeTable::parse_recoverable(text);
    let leaves = errors.is_empty().then(|| {
        let mut leaves = Vec::new();
        collect(table.get_ref(), &mut leaves);
        leaves.sort_by_key(|leaf| leaf.span.start);
        leaves
    });
    let mut out = String::new();
    for notice in notices {
        let message = &notice.message;
        // Writing to a String can't fail.
        let _ = match &notice.place {
            Place::Environment(name) => writeln!(out, "{name}: {message}"),
            Place::File { line, column } => {
                let excerpt = excerpt(text, *line, *column, leaves.as_deref());
                writeln!(out, "{file_name}:{line}:{column}: {message}\n{excerpt}")
            }
        };
    }
    out
}

fn collect(table: &DeTable<'_>, leaves: &mut Vec<Leaf>) {
    for (key, value) in table {
        collect_value(key.get_ref(), value, leaves);
    }
}

fn collect_value(key: &str, value: &toml::Spanned<DeValue<'_>>, leaves: &mut Vec<Leaf>) {
    let shown = match value.get_ref() {
        DeValue::Table(table) => return collect(table, leaves),
        DeValue::Array(items) => {
            return items
                .iter()
                .for_each(|item| collect_value(key, item, leaves));
        }
        DeValue::String(text) => harmless(key, text),
        _ => HARMLESS.contains(&key),
    };
    leaves.push(Leaf {
        span: value.span(),
        shown,
    });
}

/// What has an `@` may be a user and password before a host.
fn harmless(key: &str, value: &str) -> bool {
    HARMLESS.contains(&key) && (key.starts_with("contact") || !value.contains('@'))
}

/// The line with a caret below, or nothing where nothing of it may be shown. Ends in a line
/// break unless empty.
fn excerpt(text: &str, line: usize, column: usize, leaves: Option<&[Leaf]>) -> String {
    let mut start = 0;
    let mut whole = "";
    for (index, candidate) in text.split('\n').enumerate() {
        whole = candidate;
        if index + 1 == line {
            break;
        }
        start += candidate.len() + 1;
    }
    let shown = match leaves {
        Some(leaves) => safe_part(whole, start, leaves),
        None if text.contains("\"\"\"") || text.contains("'''") => None,
        None => safe_in_broken(whole),
    };
    let Some((shown, cut)) = shown else {
        return String::new();
    };
    let length = shown.chars().count();
    if shown.trim().is_empty() || length > LONGEST_LINE {
        return String::new();
    }
    let shown: String = shown
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let dots = if cut { "..." } else { "" };
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    let mut out = format!(
        "{gutter} |\n{number} | {}{dots}\n",
        shown.trim_end_matches('\r')
    );
    if column <= length + 1 {
        let _ = writeln!(out, "{gutter} | {}^", " ".repeat(column.saturating_sub(1)));
    }
    out
}

/// A line of a well-formed file: up to its first hidden value, else up to its comment.
fn safe_part<'l>(line: &'l str, start: usize, leaves: &[Leaf]) -> Option<(&'l str, bool)> {
    let end = start + line.len();
    let mut after_values = start;
    let on_line = |leaf: &&Leaf| leaf.span.start < end && leaf.span.end > start;
    for leaf in leaves.iter().filter(on_line) {
        if !leaf.shown {
            let shown = line.get(..leaf.span.start.saturating_sub(start))?;
            return Some((shown, true));
        }
        after_values = leaf.span.end.min(end);
    }
    let rest = line.get(after_values.saturating_sub(start)..)?;
    let cut = rest
        .find('#')
        .map_or(line.len(), |hash| line.len() - rest.len() + hash);
    Some((line.get(..cut)?.trim_end(), false))
}

/// A line of a file that isn't TOML, where no value's end is sure: whole if it is a header or
/// one harmless key, else not at all.
fn safe_in_broken(line: &str) -> Option<(&str, bool)> {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let trimmed = line.trim();
    if trimmed.starts_with('[')
        && trimmed
            .chars()
            .all(|c| bare(c) || matches!(c, '[' | ']' | '.'))
    {
        return Some((line, false));
    }
    let key = trimmed.split(|c| !bare(c)).next().unwrap_or_default();
    let odd = trimmed.contains(['@', '#'])
        || trimmed.matches('=').count() > 1
        || trimmed.to_ascii_lowercase().contains("secret");
    (HARMLESS.contains(&key) && !odd).then_some((line, false))
}
