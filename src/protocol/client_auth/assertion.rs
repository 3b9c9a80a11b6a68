//! A client's assertion (RFC 7523 section 3, OIDC Core section 9): a JWT that it signed. What
//! is missing is wrong, not waived. The header chooses a key among those that the client
//! registered and an algorithm among those that the key is good for; a key that the message
//! brings (`jwk`, `jku`, `x5u`, `x5c`) is never looked at, and `crit` is refused, for nothing
//! that it could name is understood here.
//!
//! The claims that are believed are read from the very text that is verified.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Number, Value};

use crate::clock::Timestamp;
use crate::domain::signing_alg::SigningAlg;

/// `client_assertion_type`
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The longest assertion that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;
/// How far the clocks of two machines may be apart.
const SKEW: Duration = Duration::from_secs(60);
/// How far ahead an assertion may end: as long as it must be remembered, and as long as a
/// stolen one that was not used would be of use.
const LONGEST_LIFE: Duration = Duration::from_secs(600);

/// What is wrong with an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    /// Not a compact JWS whose header and payload are JSON objects of the right types.
    #[error("the client_assertion is not a signed JWT")]
    Malformed,
    /// An algorithm that isn't taken: `none` and all that work with a shared secret among them.
    #[error("the client_assertion must be signed with RS256, PS256, ES256 or EdDSA")]
    Algorithm,
    /// A header that demands an extension.
    #[error("the client_assertion has a critical header, and none is understood")]
    Critical,
    /// A claim is missing.
    #[error("the client_assertion lacks the claim {0}")]
    Missing(&'static str),
    /// `iss` is not `sub`.
    #[error("iss and sub of the client_assertion must both be the client_id")]
    Party,
    /// Another audience, be it among others.
    #[error(
        "aud of the client_assertion must be the issuer or the token endpoint, and nobody else"
    )]
    Audience,
    /// `exp` is past.
    #[error("the client_assertion has expired")]
    Expired,
    /// `exp` is too far ahead.
    #[error("exp of the client_assertion must be at most 10 minutes ahead")]
    TooLong,
    /// `iat` or `nbf` is ahead.
    #[error("the client_assertion is not valid yet")]
    NotYet,
}

/// A parsed assertion, of which nothing has been proved.
#[derive(Debug)]
pub struct Assertion<'a> {
    /// How it says that it is signed.
    pub alg: SigningAlg,
    /// With which key.
    pub kid: Option<String>,
    /// What is signed.
    pub signed: &'a str,
    /// The signature.
    pub signature: Vec<u8>,
    /// Whose it says to be.
    pub client: String,
    /// Its own name.
    pub jti: String,
    audience: Vec<String>,
    exp: Timestamp,
    not_before: Vec<Timestamp>,
}

/// A repeated member is refused by the derived reader.
#[derive(Deserialize)]
struct Header {
    alg: Option<String>,
    kid: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    exp: Option<Number>,
    iat: Option<Number>,
    nbf: Option<Number>,
    jti: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl<'a> Assertion<'a> {
    /// Reads an assertion.
    ///
    /// # Errors
    /// [`AssertionFault`]
    pub fn parse(text: &'a str) -> Result<Self, AssertionFault> {
        if text.len() > LONGEST {
            return Err(AssertionFault::Malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(AssertionFault::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(AssertionFault::Malformed)?;
        let header: Header = json(header)?;
        if header.crit.is_some() {
            return Err(AssertionFault::Critical);
        }
        let alg = header
            .alg
            .as_deref()
            .and_then(SigningAlg::parse)
            .ok_or(AssertionFault::Algorithm)?;
        let signature = decode(signature)?;
        let claims: Claims = json(payload)?;
        let client = claims.iss.ok_or(AssertionFault::Missing("iss"))?;
        if claims.sub.ok_or(AssertionFault::Missing("sub"))? != client {
            return Err(AssertionFault::Party);
        }
        let audience = match claims.aud.ok_or(AssertionFault::Missing("aud"))? {
            Audience::One(audience) => vec![audience],
            Audience::Several(several) => several,
        };
        let exp = claims.exp.ok_or(AssertionFault::Missing("exp"))?;
        let jti = claims
            .jti
            .filter(|jti| !jti.is_empty())
            .ok_or(AssertionFault::Missing("jti"))?;
        let not_before = [claims.iat, claims.nbf]
            .into_iter()
            .flatten()
            .map(|number| moment(&number))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            alg,
            kid: header.kid,
            signed,
            signature,
            client,
            jti,
            audience,
            exp: moment(&exp)?,
            not_before,
        })
    }

    /// Whether it is meant for one of `audiences`, and now. Says until when it would be
    /// accepted.
    ///
    /// # Errors
    /// [`AssertionFault`]
    pub fn check(&self, audiences: &[String], now: Timestamp) -> Result<Timestamp, AssertionFault> {
        // Auth.js names both of ours. Anybody else that is named could use it here.
        let is_ours = |audience| audiences.contains(audience);
        if self.audience.is_empty() || !self.audience.iter().all(is_ours) {
            return Err(AssertionFault::Audience);
        }
        let until = self.exp.plus(SKEW);
        if until <= now {
            return Err(AssertionFault::Expired);
        }
        if self.exp > now.plus(LONGEST_LIFE).plus(SKEW) {
            return Err(AssertionFault::TooLong);
        }
        let latest = now.plus(SKEW);
        if self.not_before.iter().any(|moment| *moment > latest) {
            return Err(AssertionFault::NotYet);
        }
        Ok(until)
    }
}

fn decode(part: &str) -> Result<Vec<u8>, AssertionFault> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| AssertionFault::Malformed)
}

fn json<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, AssertionFault> {
    let bytes = decode(part)?;
    // The derived readers take an array for an object, member by member.
    if bytes.first() != Some(&b'{') {
        return Err(AssertionFault::Malformed);
    }
    serde_json::from_slice(&bytes).map_err(|_| AssertionFault::Malformed)
}

/// A `NumericDate` (RFC 7519 section 2): seconds, maybe with a fraction.
fn moment(number: &Number) -> Result<Timestamp, AssertionFault> {
    if let Some(seconds) = number.as_i64() {
        return Ok(Timestamp::from_seconds(seconds));
    }
    let seconds = number.as_f64().ok_or(AssertionFault::Malformed)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the cast saturates, and both ends of the range are refused as times"
    )]
    let seconds = seconds.floor() as i64;
    Ok(Timestamp::from_seconds(seconds))
}
