//! PKCS #8 (RFC 5958) without encryption: which type of key is in it.

use rsa::pkcs8::PrivateKeyInfo;
use rsa::pkcs8::der::asn1::ObjectIdentifier as Oid;

use super::canonical::Canonical;
use super::error::KeyFormatError;
use super::{ec_key, ed_key, rsa_key};

/// RFC 8017 appendix A.
const RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: Oid = Oid::new_unwrap("1.2.840.113549.1.1.10");
/// RFC 5480.
const EC: Oid = Oid::new_unwrap("1.2.840.10045.2.1");
/// RFC 8410.
const X25519: Oid = Oid::new_unwrap("1.3.101.110");
const X448: Oid = Oid::new_unwrap("1.3.101.111");
const ED25519: Oid = Oid::new_unwrap("1.3.101.112");
const ED448: Oid = Oid::new_unwrap("1.3.101.113");
/// RFC 3279.
const DSA: Oid = Oid::new_unwrap("1.2.840.10040.4.1");
const DH: Oid = Oid::new_unwrap("1.2.840.113549.1.3.1");

/// Reads a `PrivateKeyInfo`.
pub(super) fn parse(der: &[u8]) -> Result<Canonical, KeyFormatError> {
    let info = PrivateKeyInfo::try_from(der).map_err(|_| KeyFormatError::Damaged)?;
    match info.algorithm.oid {
        RSA => rsa_key::from_pkcs1(info.private_key),
        EC => {
            let curve = info.algorithm.parameters.ok_or(KeyFormatError::Damaged)?;
            ec_key::must_be_p256(curve)?;
            ec_key::from_sec1(info.private_key, ec_key::Curve::Named)
        }
        ED25519 => ed_key::from_curve_private_key(info.private_key, info.public_key),
        RSA_PSS => Err(KeyFormatError::RsaPss),
        ED448 => Err(KeyFormatError::OtherCurve("Ed448")),
        X25519 => Err(KeyFormatError::OtherType("a key for X25519")),
        X448 => Err(KeyFormatError::OtherType("a key for X448")),
        DSA => Err(KeyFormatError::OtherType("a DSA key")),
        DH => Err(KeyFormatError::OtherType("a Diffie-Hellman key")),
        _ => Err(KeyFormatError::OtherType("a key of an unknown type")),
    }
}
