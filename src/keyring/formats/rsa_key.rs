//! RSA keys: PKCS #1 (RFC 8017 appendix A.1.2) and bare numbers, checked and written anew.
//! Sizes are looked at before anything is computed with the numbers. Parsing, checking and
//! converting is all that `rsa` does; it never signs (RUSTSEC-2023-0071).

use rsa::pkcs1::{self, UintRef};
use rsa::pkcs8::der::{Encode as _, SecretDocument};
use rsa::pkcs8::{PrivateKeyInfo, der};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BigUint, RsaPrivateKey};
use zeroize::Zeroizing;

use super::canonical::Canonical;
use super::error::KeyFormatError;
use crate::keyring::key_kind::KeyKind;

/// The smallest modulus that is accepted, in bits (RFC 7518 section 3.3).
const SMALLEST: usize = 2048;
/// The largest, in bits: beyond it aws-lc does not sign, and each signature takes tens of
/// milliseconds.
const LARGEST: usize = 8192;

/// The numbers of a key, big-endian.
pub(super) struct Numbers<'a> {
    pub(super) n: &'a [u8],
    pub(super) e: &'a [u8],
    pub(super) d: &'a [u8],
    /// `p` and `q`; where they are missing they are computed.
    pub(super) primes: Option<[&'a [u8]; 2]>,
    /// `dp`, `dq` and `qi`: computed in any case, and compared if they are there.
    pub(super) crt: Option<[&'a [u8]; 3]>,
}

/// Reads an `RSAPrivateKey`.
pub(super) fn from_pkcs1(der: &[u8]) -> Result<Canonical, KeyFormatError> {
    let key = pkcs1::RsaPrivateKey::try_from(der).map_err(|_| KeyFormatError::Damaged)?;
    if key.version() != pkcs1::Version::TwoPrime {
        return Err(KeyFormatError::RsaManyPrimes);
    }
    from_numbers(&Numbers {
        n: key.modulus.as_bytes(),
        e: key.public_exponent.as_bytes(),
        d: key.private_exponent.as_bytes(),
        primes: Some([key.prime1.as_bytes(), key.prime2.as_bytes()]),
        crt: Some([
            key.exponent1.as_bytes(),
            key.exponent2.as_bytes(),
            key.coefficient.as_bytes(),
        ]),
    })
}

/// Checks the numbers and writes them as PKCS #8.
pub(super) fn from_numbers(numbers: &Numbers<'_>) -> Result<Canonical, KeyFormatError> {
    check_sizes(numbers)?;
    let number = BigUint::from_bytes_be;
    let primes: Vec<BigUint> = numbers
        .primes
        .iter()
        .flatten()
        .map(|it| number(it))
        .collect();
    // Without primes the method of NIST SP 800-56B appendix C.2 finds them; it needs 65537.
    if primes.is_empty() && number(numbers.e) <= BigUint::from(1_u32 << 16) {
        return Err(KeyFormatError::JwkMember);
    }
    let key = RsaPrivateKey::from_components(
        number(numbers.n),
        number(numbers.e),
        number(numbers.d),
        primes,
    )
    .map_err(|_| KeyFormatError::Mismatched)?;
    encode(&key, numbers.crt)
}

fn check_sizes(numbers: &Numbers<'_>) -> Result<(), KeyFormatError> {
    let bits = bits(numbers.n);
    if bits < SMALLEST {
        return Err(KeyFormatError::RsaTooSmall);
    }
    if bits > LARGEST {
        return Err(KeyFormatError::RsaTooLarge);
    }
    check_exponent(numbers.e)?;
    if stripped(numbers.n).last().is_none_or(|last| last & 1 == 0) {
        return Err(KeyFormatError::Mismatched);
    }
    let others = numbers.primes.iter().flatten();
    let others = others.chain(numbers.crt.iter().flatten());
    for other in others.chain([&numbers.d]) {
        // Each is smaller than the modulus, and larger than one but for exotic coefficients.
        let other = stripped(other);
        if other.is_empty() || other.len() > stripped(numbers.n).len() {
            return Err(KeyFormatError::Mismatched);
        }
    }
    Ok(())
}

/// Odd, from 3 to 2^33 - 1: what both libraries accept.
fn check_exponent(e: &[u8]) -> Result<(), KeyFormatError> {
    let e = stripped(e);
    let is_odd = e.last().is_some_and(|last| last & 1 == 1);
    let is_one = e == [1];
    if !is_odd || is_one || bits(e) > 33 {
        return Err(KeyFormatError::RsaExponent);
    }
    Ok(())
}

fn stripped(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn bits(number: &[u8]) -> usize {
    let number = stripped(number);
    number.first().map_or(0, |first| {
        number.len() * 8 - usize::try_from(first.leading_zeros()).unwrap_or_default()
    })
}

/// Writes PKCS #8. `rsa` could, but leaves a copy of the key in memory.
fn encode(key: &RsaPrivateKey, crt: Option<[&[u8]; 3]>) -> Result<Canonical, KeyFormatError> {
    let ([p, q], Some(dp), Some(dq), Some(qi)) = (key.primes(), key.dp(), key.dq(), key.qinv())
    else {
        return Err(KeyFormatError::Mismatched);
    };
    // Was computed when the key was made of its numbers: that takes a millisecond.
    let qi = qi.to_biguint().ok_or(KeyFormatError::Mismatched)?;
    let secret = |number: &BigUint| Zeroizing::new(number.to_bytes_be());
    let [n, e] = [key.n(), key.e()].map(BigUint::to_bytes_be);
    let [d, p, q] = [key.d(), p, q].map(secret);
    let [dp, dq, qi] = [dp, dq, &qi].map(secret);
    if let Some(given) = crt {
        let computed = [&dp, &dq, &qi].map(|number| stripped(number));
        if given.map(stripped) != computed {
            return Err(KeyFormatError::Mismatched);
        }
    }
    let written = || -> der::Result<Zeroizing<Vec<u8>>> {
        let key = pkcs1::RsaPrivateKey {
            modulus: UintRef::new(&n)?,
            public_exponent: UintRef::new(&e)?,
            private_exponent: UintRef::new(&d)?,
            prime1: UintRef::new(&p)?,
            prime2: UintRef::new(&q)?,
            exponent1: UintRef::new(&dp)?,
            exponent2: UintRef::new(&dq)?,
            coefficient: UintRef::new(&qi)?,
            other_prime_infos: None,
        };
        let key = Zeroizing::new(key.to_der()?);
        let info = PrivateKeyInfo::new(pkcs1::ALGORITHM_ID, &key);
        Ok(SecretDocument::encode_msg(&info)?.to_bytes())
    };
    Ok(Canonical {
        kind: KeyKind::Rsa,
        pkcs8: written().map_err(|_| KeyFormatError::Damaged)?,
    })
}
