//! `jwks`, `jwks_uri` and `token_endpoint_auth_signing_alg`: the public keys of a client that
//! signs. A key that can't be used is a fault: at the first assertion it would be a riddle.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::reader::{Found, Section};
use super::tree::{Content, Node, Origin};
use super::web_url;
use crate::domain::client::{ClientKeys, KeySource};
use crate::domain::client_keys::ClientKeySet;
use crate::domain::signing_alg::SigningAlg;

const SET: &str = "jwks";
const URI: &str = "jwks_uri";
const ALG: &str = "token_endpoint_auth_signing_alg";

/// The keys of a client that authenticates by them, or none after a fault.
pub(super) fn keys(section: &mut Section<'_>) -> Option<ClientKeys> {
    let both = section.has(SET) && section.has(URI);
    let neither = !section.has(SET) && !section.has(URI);
    let algs = SigningAlg::ALL.map(|alg| (alg.as_str(), alg));
    let alg = section.choice(ALG, &algs);
    let inline = inline(section);
    let uri = uri(section);
    if both {
        keep_one(section);
        return None;
    }
    if neither {
        section.missing(
            URI,
            "\"https://app.example.com/jwks.json\", or jwks = { keys = [..] }, for token_endpoint_auth_method = \"private_key_jwt\"",
        );
        return None;
    }
    if let (Some(keys), Some(alg)) = (&inline, &alg)
        && !keys.fits(alg.value)
    {
        section.fault(&alg.at, format!("`{ALG}`: no key of `{SET}` fits it"));
        return None;
    }
    let source = match (inline, uri) {
        (Some(keys), _) => KeySource::Inline(Arc::new(keys)),
        (None, Some(uri)) => KeySource::At(uri),
        (None, None) => return None,
    };
    Some(ClientKeys {
        source,
        alg: alg.map(|found| found.value),
    })
}

/// The same members of a client that authenticates otherwise: a registration may bring them.
pub(super) fn without_effect(section: &mut Section<'_>) {
    const WHY: &str = "has no effect without token_endpoint_auth_method = \"private_key_jwt\"";
    if section.has(SET) && section.has(URI) {
        keep_one(section);
    }
    if let Some((at, _)) = table(section) {
        section.warn(&at, format!("`{SET}` {WHY}"));
    }
    if let Some(Found { value, at }) = section.text(URI) {
        match web_url::secure(&value) {
            Ok(_) => section.warn(&at, format!("`{URI}` {WHY}")),
            Err(message) => section.fault(&at, format!("`{URI}` {message}")),
        }
    }
    if let Some(Found { at, .. }) = section.text(ALG) {
        section.warn(&at, format!("`{ALG}` {WHY}"));
    }
}

fn keep_one(section: &mut Section<'_>) {
    let at = section.header();
    section.fault(&at, "`jwks` and `jwks_uri` are both given; keep one");
}

fn uri(section: &mut Section<'_>) -> Option<String> {
    let text = section.text(URI)?;
    // Whether plain http is called is for `[outbound] allowed_addresses` to say.
    match web_url::any(&text.value) {
        Ok(url) if url.fragment().is_none() => Some(text.value),
        Ok(_) => {
            section.fault(&text.at, format!("`{URI}` must not have a fragment (#...)"));
            None
        }
        Err(message) => {
            section.fault(&text.at, format!("`{URI}` {message}"));
            None
        }
    }
}

fn inline(section: &mut Section<'_>) -> Option<ClientKeySet> {
    let (at, document) = table(section)?;
    match ClientKeySet::parse(&document) {
        Err(fault) => {
            section.fault(&at, format!("`{SET}` {fault}"));
            None
        }
        Ok((keys, faults)) if faults.is_empty() => {
            if keys.is_empty() {
                section.fault(&at, format!("`{SET}` must hold at least one key"));
                return None;
            }
            Some(keys)
        }
        Ok((_, faults)) => {
            for (place, fault) in faults {
                let number = place + 1;
                section.fault(&at, format!("`{SET}`: key {number} {fault}"));
            }
            None
        }
    }
}

fn table(section: &mut Section<'_>) -> Option<(Origin, Value)> {
    let node = section.any(SET)?;
    if !matches!(node.content, Content::Table(_)) {
        let given = node.content.type_name();
        section.fault(&node.at, format!("`{SET}` must be a table, not {given}"));
        return None;
    }
    let at = node.at.clone();
    Some((at, json(node)))
}

/// TOML as JSON. What a JWK has no use for becomes null, which fits no member of one.
fn json(node: Node) -> Value {
    match node.content {
        Content::Text(text) | Content::Raw(text) => Value::String(text),
        Content::Integer(Some(integer)) => Value::from(integer),
        Content::Boolean(flag) => Value::Bool(flag),
        Content::Array(items) => Value::Array(items.into_iter().map(json).collect()),
        Content::Table(table) => {
            let members = table.0.into_iter();
            let members: Map<String, Value> = members
                .map(|(name, entry)| (name, json(entry.node)))
                .collect();
            Value::Object(members)
        }
        Content::Integer(None) | Content::Float | Content::Datetime => Value::Null,
    }
}
