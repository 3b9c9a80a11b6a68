//! PEM (RFC 7468), read as generously as files come (text around the blocks, CRLF, a byte
//! order mark, blanks at line ends, lines of any length), and written strictly.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use zeroize::Zeroizing;

use super::error::KeyFormatError;

/// The label of the block of a sealing key.
pub(super) const SEALING_LABEL: &str = "ENCRYPTED DINGPASS SEALING KEY";

/// What a block says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// PKCS #1, RFC 8017 appendix A.1.2.
    Pkcs1,
    /// PKCS #8, RFC 5958.
    Pkcs8,
    /// PKCS #8, encrypted.
    EncryptedPkcs8,
    /// RFC 5915.
    Sec1,
    /// `openssl ecparam -genkey` writes the curve before the key, which names it again.
    EcParameters,
    /// Any public key.
    PublicKey,
    /// A certificate, or a request for one.
    Certificate,
    /// DSA.
    Dsa,
    /// The form of `ssh-keygen`.
    OpenSsh,
    /// A sealing key of ours.
    SealingKey,
    /// Something else.
    Other,
}

impl Label {
    fn parse(label: &str) -> Self {
        match label {
            "RSA PRIVATE KEY" => Self::Pkcs1,
            "PRIVATE KEY" => Self::Pkcs8,
            "ENCRYPTED PRIVATE KEY" => Self::EncryptedPkcs8,
            "EC PRIVATE KEY" => Self::Sec1,
            "EC PARAMETERS" => Self::EcParameters,
            "PUBLIC KEY" | "RSA PUBLIC KEY" | "EC PUBLIC KEY" | "DSA PUBLIC KEY" => Self::PublicKey,
            "CERTIFICATE"
            | "X509 CERTIFICATE"
            | "TRUSTED CERTIFICATE"
            | "CERTIFICATE REQUEST"
            | "NEW CERTIFICATE REQUEST" => Self::Certificate,
            "DSA PRIVATE KEY" => Self::Dsa,
            "OPENSSH PRIVATE KEY" => Self::OpenSsh,
            SEALING_LABEL => Self::SealingKey,
            _ => Self::Other,
        }
    }
}

/// One block.
pub(super) struct Block {
    pub(super) label: Label,
    /// It has a header `Proc-Type`: encrypted as OpenSSL once did.
    pub(super) old_encryption: bool,
    body: Zeroizing<String>,
}

impl Block {
    /// What is encoded in it.
    pub(super) fn der(&self) -> Result<Zeroizing<Vec<u8>>, KeyFormatError> {
        let mut der = Zeroizing::new(Vec::with_capacity(self.body.len() + 4));
        STANDARD
            .decode_vec(self.body.as_bytes(), &mut der)
            .map_err(|error| match error {
                DecodeError::InvalidByte(..) => KeyFormatError::Damaged,
                DecodeError::InvalidLength(_)
                | DecodeError::InvalidLastSymbol(..)
                | DecodeError::InvalidPadding => KeyFormatError::Truncated,
            })?;
        if is_cut_short(&der) {
            return Err(KeyFormatError::Truncated);
        }
        Ok(der)
    }
}

/// All blocks of a text, in their order.
pub(super) fn blocks(text: &str) -> Result<Vec<Block>, KeyFormatError> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(label) = boundary(line, "-----BEGIN ") else {
            continue;
        };
        let mut block = Block {
            label: Label::parse(label),
            old_encryption: false,
            // Never grows, so that no copy of a secret is left behind.
            body: Zeroizing::new(String::with_capacity(text.len())),
        };
        loop {
            let line = lines.next().ok_or(KeyFormatError::Truncated)?;
            if let Some(end) = boundary(line, "-----END ") {
                if end != label {
                    return Err(KeyFormatError::Damaged);
                }
                break;
            }
            if line.starts_with("-----BEGIN ") {
                return Err(KeyFormatError::Truncated);
            }
            if line.contains(':') {
                block.old_encryption |= line.starts_with("Proc-Type:");
            } else {
                block.body.extend(line.split_whitespace());
            }
        }
        blocks.push(block);
        // A text of a thousand empty blocks is no key file.
        if blocks.len() > MOST_BLOCKS {
            return Err(KeyFormatError::SeveralKeys);
        }
    }
    Ok(blocks)
}

/// A key with a long chain of certificates has fewer.
const MOST_BLOCKS: usize = 32;

fn boundary<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    line.strip_prefix(start)?.strip_suffix("-----")
}

/// Whether the outermost DER element says that it is longer than what is there.
fn is_cut_short(der: &[u8]) -> bool {
    let Some((&length, rest)) = der.get(1..).and_then(<[u8]>::split_first) else {
        return true;
    };
    let (length, content) = match length {
        0..=0x7f => (usize::from(length), rest),
        // Longer than four bytes of length no file is; the indefinite form is no DER.
        0x81..=0x84 => {
            let Some((bytes, content)) = rest.split_at_checked(usize::from(length & 0x7f)) else {
                return true;
            };
            let length = bytes
                .iter()
                .fold(0_usize, |length, byte| (length << 8) | usize::from(*byte));
            (length, content)
        }
        _ => return false,
    };
    content.len() < length
}

/// Columns of base64 that RFC 7468 section 2 asks for.
const COLUMNS: usize = 64;

/// A block as text.
pub(in crate::keyring) fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(STANDARD.encode(der));
    let lines = base64.len().div_ceil(COLUMNS);
    let mut text = Zeroizing::new(String::with_capacity(
        base64.len() + lines + 2 * label.len() + 40,
    ));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(COLUMNS).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}
