//! Compact JWS (RFC 7515): made with a prepared key, verified by jsonwebtoken.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};

use super::{Signer, SigningFailed};
use crate::domain::signing_alg::SigningAlg;

/// What a JWT of ours is: its `typ`. One kind must never pass for another (RFC 8725 section
/// 3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// An ID Token.
    Id,
    /// A logout token (OIDC Back-Channel Logout section 2.4).
    Logout,
}

impl TokenType {
    const fn typ(self) -> &'static str {
        match self {
            Self::Id => "JWT",
            Self::Logout => "logout+jwt",
        }
    }
}

/// The name that jsonwebtoken has for it.
pub(super) const fn algorithm(alg: SigningAlg) -> Algorithm {
    match alg {
        SigningAlg::Rs256 => Algorithm::RS256,
        SigningAlg::Ps256 => Algorithm::PS256,
        SigningAlg::Es256 => Algorithm::ES256,
        SigningAlg::EdDsa => Algorithm::EdDSA,
    }
}

/// Signs `claims` as a JWT.
///
/// # Errors
/// [`SigningFailed`]
pub fn sign<T: Serialize>(
    signer: &dyn Signer,
    kind: TokenType,
    claims: &T,
) -> Result<String, SigningFailed> {
    let mut header = Header::new(algorithm(signer.algorithm()));
    header.typ = Some(kind.typ().to_owned());
    header.kid = Some(signer.kid().to_owned());
    let mut token = encode(&header)?;
    token.push('.');
    token.push_str(&encode(claims)?);
    let signature = signer.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

fn encode<T: Serialize>(part: &T) -> Result<String, SigningFailed> {
    let json = serde_json::to_vec(part).map_err(|_| SigningFailed)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// The public half of a key, ready to verify: prepared once.
pub(super) struct Verifier {
    kid: String,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl Verifier {
    /// Prepares a public half that names key and algorithm.
    pub(super) fn new(jwk: &Jwk) -> Result<Self, String> {
        let kid = jwk.common.key_id.clone().ok_or("it has no kid")?;
        let algorithm = jwk
            .common
            .key_algorithm
            .and_then(|alg| alg.to_string().parse().ok())
            .ok_or("it has no alg")?;
        let key = DecodingKey::from_jwk(jwk).map_err(|error| error.to_string())?;
        Ok(Self {
            kid,
            algorithm,
            key,
        })
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }
}

/// What an ID Token of our own says, when it comes back as `id_token_hint`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OwnToken {
    /// The key that signed it.
    #[serde(skip)]
    pub kid: String,
    /// Whose it is.
    pub sub: String,
    /// For which client.
    pub aud: String,
    /// In which session.
    pub sid: Option<String>,
}

/// Why a token is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not an ID Token that was issued here")]
pub struct VerifyError;

/// Verifies a token of our own issuing. Its time does not matter: a hint is good after its
/// end (OIDC RP-Initiated Logout section 2). The algorithm is the key's, never the header's.
pub(super) fn verify<'a>(
    find: impl FnOnce(&str) -> Option<&'a Verifier>,
    issuer: &str,
    token: &str,
) -> Result<OwnToken, VerifyError> {
    let header = decode_header(token).map_err(|_| VerifyError)?;
    // A client that was told of a logout holds a token that is no ID Token.
    let is_id_token = header
        .typ
        .is_none_or(|typ| typ.eq_ignore_ascii_case(TokenType::Id.typ()));
    if !is_id_token {
        return Err(VerifyError);
    }
    let kid = header.kid.ok_or(VerifyError)?;
    let verifier = find(&kid).ok_or(VerifyError)?;
    let mut validation = Validation::new(verifier.algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss", "sub", "aud"]);
    decode::<OwnToken>(token, &verifier.key, &validation)
        .map(|verified| OwnToken {
            kid,
            ..verified.claims
        })
        .map_err(|_| VerifyError)
}
