//! Compact JWS (RFC 7515): made with a prepared key, verified by jsonwebtoken.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, Header, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};

use super::{Keyring, Signer, SigningFailed};

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

/// Signs `claims` as a JWT.
pub(super) fn sign<T: Serialize>(
    signer: &dyn Signer,
    kind: TokenType,
    claims: &T,
) -> Result<String, SigningFailed> {
    let mut header = Header::new(signer.algorithm());
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

/// What an ID Token of our own says, when it comes back as `id_token_hint`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OwnToken {
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
pub(super) fn verify(
    keyring: &Keyring,
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
    let signer = keyring.find(&kid).ok_or(VerifyError)?;
    let key = DecodingKey::from_jwk(&signer.public_jwk()).map_err(|_| VerifyError)?;
    let mut validation = Validation::new(signer.algorithm());
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss", "sub", "aud"]);
    decode::<OwnToken>(token, &key, &validation)
        .map(|verified| verified.claims)
        .map_err(|_| VerifyError)
}
