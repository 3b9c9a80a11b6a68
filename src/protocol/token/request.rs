//! A token request, by grant type.

use super::refusal::TokenRefusal;
use crate::domain::params::Parameters;

/// The grants that there are.
#[derive(Clone, Debug)]
pub(super) enum GrantRequest {
    AuthorizationCode(CodeRequest),
}

/// `grant_type=authorization_code` (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
#[derive(Clone, Debug)]
pub(super) struct CodeRequest {
    pub(super) code: String,
    pub(super) redirect_uri: String,
    pub(super) code_verifier: Option<String>,
}

impl GrantRequest {
    pub(super) fn parse(form: &Parameters) -> Result<Self, TokenRefusal> {
        let required = |name: &'static str| {
            form.get(name)
                .map(str::to_owned)
                .ok_or(TokenRefusal::MissingParameter(name))
        };
        match form.get("grant_type") {
            None => Err(TokenRefusal::MissingParameter("grant_type")),
            Some("authorization_code") => Ok(Self::AuthorizationCode(CodeRequest {
                code: required("code")?,
                redirect_uri: required("redirect_uri")?,
                code_verifier: form.get("code_verifier").map(str::to_owned),
            })),
            Some(_) => Err(TokenRefusal::UnsupportedGrantType),
        }
    }
}
