//! Private keys in and out: PEM and JWK as other programs write them, into the one form that
//! the rest of the house knows, and back. Bounded in memory and time, for a file may be
//! hostile; never panics; never says what it has read.

mod canonical;
mod ec_key;
mod ed_key;
mod encrypted;
mod error;
mod pem;
mod pkcs8;
mod private_jwk;
mod rsa_key;
mod sealing_key;
mod text;

use secrecy::SecretString;
use zeroize::Zeroizing;

pub(super) use canonical::{Canonical, Parsed};
pub use error::KeyFormatError;
pub(super) use pem::encode;
pub use sealing_key::SealingKey;

use crate::entropy::Entropy;
use pem::{Block, Label};
use text::text_of;

/// Reads the one private key of a text.
pub(super) fn parse(
    text: &[u8],
    passphrase: Option<&SecretString>,
) -> Result<Parsed, KeyFormatError> {
    let text = text_of(text)?;
    if text.starts_with('{') {
        return private_jwk::parse(text);
    }
    let key = match only(&pem::blocks(text)?)? {
        (block, Form::Pkcs1) => rsa_key::from_pkcs1(&block.der()?)?,
        (block, Form::Pkcs8) => pkcs8::parse(&block.der()?)?,
        (block, Form::Sec1) => ec_key::from_sec1(&block.der()?, ec_key::Curve::MustBeNamed)?,
        (block, Form::EncryptedPkcs8) => {
            let plain = encrypted::open(&block.der()?, passphrase)?;
            // One wrong passphrase of 256 gives something, which is no key then.
            pkcs8::parse(&plain).map_err(|error| match error {
                KeyFormatError::Damaged => KeyFormatError::WrongPassphrase,
                other => other,
            })?
        }
    };
    Ok(Parsed {
        key,
        kid: None,
        alg: None,
    })
}

/// Reads a key that is PKCS #8 in DER already.
pub(super) fn from_pkcs8(der: &[u8]) -> Result<Canonical, KeyFormatError> {
    pkcs8::parse(der)
}

/// PKCS #8 as PEM.
pub(super) fn to_pem(pkcs8: &[u8]) -> Zeroizing<String> {
    pem::encode("PRIVATE KEY", pkcs8)
}

/// PKCS #8 as PEM, encrypted.
pub(super) fn to_encrypted_pem(
    pkcs8: &[u8],
    passphrase: &SecretString,
    entropy: &dyn Entropy,
) -> Option<Zeroizing<String>> {
    let der = encrypted::seal(pkcs8, passphrase, entropy)?;
    Some(pem::encode("ENCRYPTED PRIVATE KEY", &der))
}

/// The forms of private keys that are read.
enum Form {
    Pkcs1,
    Pkcs8,
    EncryptedPkcs8,
    Sec1,
}

/// The one private key among the blocks. Certificates and public keys beside it do no harm:
/// web servers keep them in one file.
fn only(blocks: &[Block]) -> Result<(&Block, Form), KeyFormatError> {
    let mut found = None;
    let mut instead = KeyFormatError::NotAKey;
    for block in blocks {
        let form = match block.label {
            Label::Pkcs1 => Form::Pkcs1,
            Label::Pkcs8 => Form::Pkcs8,
            Label::EncryptedPkcs8 => Form::EncryptedPkcs8,
            Label::Sec1 => Form::Sec1,
            Label::Dsa => return Err(KeyFormatError::OtherType("a DSA key")),
            Label::OpenSsh => return Err(KeyFormatError::OtherType("a key of OpenSSH")),
            Label::SealingKey => return Err(KeyFormatError::OtherType("a sealing key")),
            Label::PublicKey => {
                instead = KeyFormatError::PublicKey;
                continue;
            }
            Label::Certificate => {
                if instead == KeyFormatError::NotAKey {
                    instead = KeyFormatError::Certificate;
                }
                continue;
            }
            Label::EcParameters | Label::Other => continue,
        };
        if block.old_encryption {
            return Err(KeyFormatError::OldEncryption);
        }
        if found.replace((block, form)).is_some() {
            return Err(KeyFormatError::SeveralKeys);
        }
    }
    found.ok_or(instead)
}
