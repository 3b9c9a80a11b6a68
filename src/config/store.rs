//! `[store]`

use std::path::PathBuf;

use super::reader::{Found, Section};
use super::tree::Content;
use super::{Store, StoreLocation};

const DEFAULT_PATH: &str = "data/dingpass.redb";
const FORM: &str = "\"redb:data/dingpass.redb\", or \"redb::memory:\" to keep nothing";

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;
const DEFAULT_CACHE: usize = 16 * 1024 * 1024;

pub(super) fn read(section: &mut Section<'_>) -> Store {
    Store {
        location: location(section),
        cache_size: cache_size(section).unwrap_or(DEFAULT_CACHE),
    }
}

fn location(section: &mut Section<'_>) -> StoreLocation {
    let default = StoreLocation::File(section.path(DEFAULT_PATH));
    let Some(url) = section.text("url") else {
        return default;
    };
    match parse_location(&url) {
        Ok(Some(path)) => StoreLocation::File(section.path(path)),
        Ok(None) => StoreLocation::Memory,
        Err(message) => {
            section.fault(&url.at, message);
            default
        }
    }
}

/// The path of a file, or none for memory.
fn parse_location(url: &Found<String>) -> Result<Option<&str>, String> {
    let text = url.value.as_str();
    if text.starts_with("postgres:") || text.starts_with("postgresql:") {
        return Err(format!(
            "`url`: PostgreSQL is not there yet, redb is the only store; write {FORM}"
        ));
    }
    let Some(path) = text.strip_prefix("redb:") else {
        return Err(format!("`url` must be {FORM}"));
    };
    if path == ":memory:" {
        return Ok(None);
    }
    if path.starts_with("//") || path.starts_with(':') {
        return Err(format!(
            "`url` has the path of a file right after \"redb:\"; write {FORM}"
        ));
    }
    if PathBuf::from(path).file_name().is_none() || path.ends_with('/') {
        return Err(format!("`url` must name a file; write {FORM}"));
    }
    Ok(Some(path))
}

fn cache_size(section: &mut Section<'_>) -> Option<usize> {
    let node = section.any("cache_size")?;
    let bytes = match &node.content {
        Content::Integer(bytes) => bytes.and_then(|bytes| u64::try_from(bytes).ok()),
        Content::Text(text) => parse_size(text),
        _ => None,
    };
    let Some(bytes) = bytes else {
        section.fault(
            &node.at,
            "`cache_size` must be a size like \"16MiB\" (KiB, MiB, GiB) or a number of bytes",
        );
        return None;
    };
    if !(MIB..=GIB).contains(&bytes) {
        section.fault(&node.at, "`cache_size` must be between 1MiB and 1GiB");
        return None;
    }
    usize::try_from(bytes).ok()
}

fn parse_size(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at_checked(end)?;
    let scale = match unit.trim_start() {
        "KiB" => KIB,
        "MiB" => MIB,
        "GiB" => GIB,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(scale)
}
