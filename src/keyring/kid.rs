//! Names of keys: the thumbprint (RFC 7638) for keys that are made here, the given name for
//! those that come from elsewhere, so that their tokens go on being verified.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The longest name.
const LONGEST: usize = 128;

/// Why a text can't be the name of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a kid has 1 to {LONGEST} characters of printable ASCII, without blanks, quotes and backslashes"
)]
pub struct BadKid;

/// Checks a name. It goes into headers, JWKS, logs and `keyring.toml`.
///
/// # Errors
/// [`BadKid`]
pub fn check_kid(kid: &str) -> Result<(), BadKid> {
    let is_good =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b'\\');
    if kid.is_empty() || kid.len() > LONGEST || !kid.bytes().all(is_good) {
        return Err(BadKid);
    }
    Ok(())
}

/// A name as a part of a file's name. Letters, digits, `-` and `_` stay; whatever else, dots
/// and slashes before all, is `_`, followed by the digest of the whole at the end, so that two
/// names never become one.
#[must_use]
pub fn kid_in_file_name(kid: &str) -> String {
    /// Some file systems end at 255 bytes, and more than the kid is in the name.
    const LONGEST_IN_FILE: usize = 64;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if kid.len() <= LONGEST_IN_FILE && kid.chars().all(is_plain) {
        return kid.to_owned();
    }
    let mut name: String = kid
        .chars()
        .take(LONGEST_IN_FILE)
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    name.push('.');
    for byte in digest(&SHA256, kid.as_bytes()).as_ref().iter().take(6) {
        // Writing into a String can't fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// The thumbprint of the required members, which are in the order of RFC 7638 section 3.2.
pub(super) fn thumbprint(required: &[(&str, &str)]) -> String {
    let members: Vec<String> = required
        .iter()
        .map(|(name, value)| format!(r#""{name}":"{value}""#))
        .collect();
    let canonical = format!("{{{}}}", members.join(","));
    URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes()))
}
