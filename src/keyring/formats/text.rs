//! From bytes to text, before anything else looks at them.

use super::error::KeyFormatError;

/// The longest file that is looked at: a key of 8192 bits with its parts spelled out and a
/// long chain of certificates has less.
const LONGEST: usize = 128 * 1024;

/// The text in those bytes, without a byte order mark and blanks around it.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, KeyFormatError> {
    if bytes.len() > LONGEST {
        return Err(KeyFormatError::TooLong(LONGEST));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = str::from_utf8(bytes).map_err(|_| KeyFormatError::Binary)?;
    if text.contains('\0') {
        return Err(KeyFormatError::Binary);
    }
    Ok(text.trim())
}
