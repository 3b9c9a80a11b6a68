//! Secrets: written in place, or read from the file that the twin key `…_file` names. No
//! message here holds the value, nor the path: who mixes the two keys up writes a secret
//! where a path belongs.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use secrecy::SecretString;

use super::reader::{Found, Section};
use super::tree::Origin;

/// No secret is longer; a path to something endless is not read for ever.
const LONGEST: u64 = 64 * 1024;

/// The secret under `key` or in the file that `file_key` names.
pub(super) fn take(
    section: &mut Section<'_>,
    key: &'static str,
    file_key: &'static str,
) -> Option<Found<SecretString>> {
    let both = section.has(key) && section.has(file_key);
    let written = section.text(key);
    let file = section.text(file_key);
    if both {
        let at = file
            .or(written)
            .map_or_else(|| section.header(), |found| found.at);
        section.fault(
            &at,
            format!("`{key}` and `{file_key}` are both given; keep one"),
        );
        return None;
    }
    if let Some(Found { value, at }) = written {
        return printable_ascii(section, key, value, at);
    }
    let Found { value: path, at } = file?;
    let path = section.path(&path);
    read_file(section, file_key, &path, &at)
}

/// The secret in a file that the value of `file_key` leads to, which stands at `at`.
pub(super) fn read_file(
    section: &mut Section<'_>,
    file_key: &'static str,
    path: &Path,
    at: &Origin,
) -> Option<Found<SecretString>> {
    if is_open_to_everybody(path) {
        section.warn(
            at,
            format!("the file that `{file_key}` names can be read by everybody on this machine"),
        );
    }
    match read(path) {
        Ok(value) if value.is_empty() => {
            section.fault(at, format!("the file that `{file_key}` names is empty"));
            None
        }
        Ok(value) => printable_ascii(section, file_key, value, at.clone()),
        Err(error) => {
            let reason = error.kind();
            let message = format!(
                "the file that `{file_key}` names can't be read: {reason} (a relative path counts from the configuration's folder)"
            );
            section.fault(at, message);
            None
        }
    }
}

/// RFC 6749 appendix A.2: a client secret is made of printable ASCII characters. So are the
/// others, for beyond them one text has several encodings.
fn printable_ascii(
    section: &mut Section<'_>,
    key: &str,
    value: String,
    at: Origin,
) -> Option<Found<SecretString>> {
    if value.chars().all(|c| matches!(c, ' '..='~')) {
        let value = SecretString::from(value);
        return Some(Found { value, at });
    }
    section.fault(
        &at,
        format!("the secret of `{key}` must be one line of printable ASCII"),
    );
    None
}

fn is_open_to_everybody(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o007 != 0)
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path)?;
    file.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    // Editors and `echo` end a file with a line break that is no part of the secret.
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
