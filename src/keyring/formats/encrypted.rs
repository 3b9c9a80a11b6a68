//! Encryption with a passphrase: PBES2 (RFC 8018) with scrypt (RFC 7914) or PBKDF2, and
//! AES-CBC, in the frame of PKCS #8 (RFC 5958 section 3). What a file asks for is looked at
//! before it is done: one number in it could cost gigabytes or days.

use rsa::pkcs8::der::asn1::OctetStringRef;
use rsa::pkcs8::der::{self, Decode as _, Reader as _, SecretDocument, SliceReader};
use rsa::pkcs8::pkcs5::pbes2::{self, Kdf, Parameters};
use rsa::pkcs8::pkcs5::{self, EncryptionScheme, scrypt};
use rsa::pkcs8::{AlgorithmIdentifierRef, EncryptedPrivateKeyInfo};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::error::KeyFormatError;
use crate::entropy::Entropy;

/// The most memory that scrypt may take, in bytes: 128 N r.
const MOST_MEMORY: u64 = 256 << 20;
/// The most work: N r p. Four times the usual advice of N = 2^17, r = 8, p = 1.
const MOST_WORK: u64 = 1 << 22;
/// The most rounds of PBKDF2: some seconds.
const MOST_ROUNDS: u32 = 10_000_000;

/// What is written: 16 MiB and five passes (the advice of OWASP for that much memory). OpenSSL
/// refuses to take 32 MiB or more for scrypt, so that the usual 128 MiB would be unreadable
/// there.
const LOG_N: u8 = 14;
const R: u32 = 8;
const P: u32 = 5;

const BLOCK: usize = 16;

/// What is encrypted in an `EncryptedPrivateKeyInfo`.
pub(super) fn open(
    der: &[u8],
    passphrase: Option<&SecretString>,
) -> Result<Zeroizing<Vec<u8>>, KeyFormatError> {
    let (algorithm, encrypted) = frame(der).map_err(|_| KeyFormatError::Damaged)?;
    if algorithm.oid != pbes2::PBES2_OID {
        return Err(KeyFormatError::OtherEncryption);
    }
    let parameters = algorithm.parameters.ok_or(KeyFormatError::Damaged)?;
    let scheme = Parameters::try_from(parameters).map_err(|error| match error.kind() {
        der::ErrorKind::OidUnknown { .. } => KeyFormatError::OtherEncryption,
        _ => KeyFormatError::Damaged,
    })?;
    check_cost(&scheme.kdf)?;
    if encrypted.is_empty() || !encrypted.len().is_multiple_of(BLOCK) {
        return Err(KeyFormatError::Damaged);
    }
    let passphrase = passphrase.ok_or(KeyFormatError::PassphraseNeeded)?;
    let mut buffer = Zeroizing::new(encrypted.to_vec());
    let length = scheme
        .decrypt_in_place(passphrase.expose_secret(), &mut buffer)
        .map_err(|error| match error {
            pkcs5::Error::EncryptFailed | pkcs5::Error::DecryptFailed => {
                KeyFormatError::WrongPassphrase
            }
            pkcs5::Error::UnsupportedAlgorithm { .. } => KeyFormatError::OtherEncryption,
            _ => KeyFormatError::Damaged,
        })?
        .len();
    buffer.truncate(length);
    Ok(buffer)
}

/// An `EncryptedPrivateKeyInfo`, whatever the algorithm.
fn frame(der: &[u8]) -> der::Result<(AlgorithmIdentifierRef<'_>, &[u8])> {
    let mut reader = SliceReader::new(der)?;
    let parts = reader.sequence(|reader| {
        let algorithm = AlgorithmIdentifierRef::decode(reader)?;
        let encrypted = OctetStringRef::decode(reader)?.as_bytes();
        Ok((algorithm, encrypted))
    })?;
    reader.finish(parts)
}

fn check_cost(kdf: &Kdf<'_>) -> Result<(), KeyFormatError> {
    match kdf {
        Kdf::Pbkdf2(pbkdf2) => match pbkdf2.iteration_count {
            0 => Err(KeyFormatError::Damaged),
            1..=MOST_ROUNDS => Ok(()),
            _ => Err(KeyFormatError::CostlyEncryption),
        },
        Kdf::Scrypt(params) => {
            let n = params.cost_parameter;
            let (r, p) = (
                u64::from(params.block_size),
                u64::from(params.parallelization),
            );
            // The library computes with N before it looks at it.
            if n < 2 || !n.is_power_of_two() || r == 0 || p == 0 {
                return Err(KeyFormatError::Damaged);
            }
            let memory = n.saturating_mul(r).saturating_mul(128);
            let work = n.saturating_mul(r).saturating_mul(p);
            if memory > MOST_MEMORY || work > MOST_WORK {
                return Err(KeyFormatError::CostlyEncryption);
            }
            Ok(())
        }
        _ => Err(KeyFormatError::OtherEncryption),
    }
}

/// Encrypts `plain` into an `EncryptedPrivateKeyInfo`; nothing when the library refuses, or
/// when the passphrase is empty.
pub(super) fn seal(
    plain: &[u8],
    passphrase: &SecretString,
    entropy: &dyn Entropy,
) -> Option<Zeroizing<Vec<u8>>> {
    if passphrase.expose_secret().is_empty() {
        return None;
    }
    let (mut salt, mut iv) = ([0_u8; 16], [0_u8; BLOCK]);
    entropy.fill(&mut salt);
    entropy.fill(&mut iv);
    let params = scrypt::Params::new(LOG_N, R, P, scrypt::Params::RECOMMENDED_LEN).ok()?;
    let params = Parameters::scrypt_aes256cbc(params, &salt, &iv).ok()?;
    // One allocation, encrypted where it is: no copy of the key is left behind.
    let mut buffer = Zeroizing::new(vec![0_u8; (plain.len() / BLOCK + 1) * BLOCK]);
    buffer.get_mut(..plain.len())?.copy_from_slice(plain);
    let length = params
        .encrypt_in_place(passphrase.expose_secret(), &mut buffer, plain.len())
        .ok()?
        .len();
    let info = EncryptedPrivateKeyInfo {
        encryption_algorithm: EncryptionScheme::Pbes2(params),
        encrypted_data: buffer.get(..length)?,
    };
    Some(SecretDocument::try_from(&info).ok()?.to_bytes())
}
