//! EC keys on P-256: the form of RFC 5915 (SEC 1) and bare numbers. The public half is always
//! computed, and compared with the one that came along.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use rsa::pkcs8::der::asn1::{
    AnyRef, BitStringRef, ContextSpecific, ObjectIdentifier as Oid, OctetStringRef,
};
use rsa::pkcs8::der::{self, Decode as _, Reader as _, SliceReader, Tag, TagMode, TagNumber};
use zeroize::Zeroizing;

use super::canonical::Canonical;
use super::error::KeyFormatError;
use crate::keyring::key_kind::KeyKind;

/// RFC 5480 section 2.1.1.1, SEC 2.
const P256: Oid = Oid::new_unwrap("1.2.840.10045.3.1.7");
const P384: Oid = Oid::new_unwrap("1.3.132.0.34");
const P521: Oid = Oid::new_unwrap("1.3.132.0.35");
const SECP256K1: Oid = Oid::new_unwrap("1.3.132.0.10");

/// Bytes of a scalar and of a coordinate.
pub(super) const SCALAR: usize = 32;

/// Whether the curve has been named already, around the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    Named,
    MustBeNamed,
}

/// Refuses every curve but P-256.
pub(super) fn must_be_p256(parameters: AnyRef<'_>) -> Result<(), KeyFormatError> {
    if der::Tagged::tag(&parameters) == Tag::Sequence {
        return Err(KeyFormatError::CurveWithoutName);
    }
    let curve: Oid = parameters
        .decode_as()
        .map_err(|_| KeyFormatError::Damaged)?;
    match curve {
        P256 => Ok(()),
        P384 => Err(KeyFormatError::OtherCurve("P-384")),
        P521 => Err(KeyFormatError::OtherCurve("P-521")),
        SECP256K1 => Err(KeyFormatError::OtherCurve("secp256k1")),
        _ => Err(KeyFormatError::OtherCurve("another curve")),
    }
}

struct Sec1<'a> {
    scalar: &'a [u8],
    curve: Option<AnyRef<'a>>,
    public: Option<&'a [u8]>,
}

fn read(bytes: &[u8]) -> der::Result<Sec1<'_>> {
    let mut reader = SliceReader::new(bytes)?;
    let key = reader.sequence(|reader| {
        if u8::decode(reader)? != 1 {
            return Err(Tag::Integer.value_error());
        }
        let scalar = OctetStringRef::decode(reader)?.as_bytes();
        let curve = ContextSpecific::<AnyRef<'_>>::decode_explicit(reader, TagNumber::N0)?
            .map(|curve| curve.value);
        let public: Option<BitStringRef<'_>> =
            reader.context_specific(TagNumber::N1, TagMode::Explicit)?;
        let public = public
            .map(|bits| bits.as_bytes().ok_or_else(|| Tag::BitString.value_error()))
            .transpose()?;
        Ok(Sec1 {
            scalar,
            curve,
            public,
        })
    })?;
    reader.finish(key)
}

/// Reads an `ECPrivateKey`.
pub(super) fn from_sec1(bytes: &[u8], curve: Curve) -> Result<Canonical, KeyFormatError> {
    let key = read(bytes).map_err(|_| KeyFormatError::Damaged)?;
    match (key.curve, curve) {
        (Some(named), _) => must_be_p256(named)?,
        (None, Curve::Named) => {}
        (None, Curve::MustBeNamed) => return Err(KeyFormatError::Damaged),
    }
    from_scalar(key.scalar, key.public)
}

/// PKCS #8 of P-256, around the scalar: all lengths are fixed.
const BEFORE: &[u8] = &[
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02,
    0x01, 0x01, 0x04, 0x20,
];
/// Between the scalar and the public half.
const BETWEEN: &[u8] = &[0xa1, 0x44, 0x03, 0x42, 0x00];

/// The form of RFC 5915 with the curve and without the public half, which the library then
/// computes.
const SEC1_BEFORE: &[u8] = &[0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20];
const SEC1_AFTER: &[u8] = &[
    0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
];

/// Makes the key of a scalar, whose public half must be `public` if that is given.
pub(super) fn from_scalar(
    scalar: &[u8],
    public: Option<&[u8]>,
) -> Result<Canonical, KeyFormatError> {
    // Some programs leave out leading zeros.
    if scalar.is_empty() || scalar.len() > SCALAR {
        return Err(KeyFormatError::Damaged);
    }
    let mut padded = Zeroizing::new([0_u8; SCALAR]);
    for (to, from) in padded.iter_mut().rev().zip(scalar.iter().rev()) {
        *to = *from;
    }
    let sec1 = Zeroizing::new([SEC1_BEFORE, padded.as_slice(), SEC1_AFTER].concat());
    let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &sec1)
        .map_err(|_| KeyFormatError::Damaged)?;
    let computed = pair.public_key().as_ref();
    if public.is_some_and(|public| !is_point(public, computed)) {
        return Err(KeyFormatError::Mismatched);
    }
    let pkcs8 = Zeroizing::new([BEFORE, padded.as_slice(), BETWEEN, computed].concat());
    Ok(Canonical {
        kind: KeyKind::P256,
        pkcs8,
    })
}

/// Whether `given`, compressed or not, is the uncompressed point (SEC 1 section 2.3.3).
fn is_point(given: &[u8], uncompressed: &[u8]) -> bool {
    let Some((form @ (2 | 3), x)) = given.split_first() else {
        return given == uncompressed;
    };
    let is_odd = uncompressed.last().is_some_and(|last| last & 1 == 1);
    uncompressed.get(1..=SCALAR) == Some(x) && (*form == 3) == is_odd
}
