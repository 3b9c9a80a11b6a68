//! A token request, by grant type.

use super::refusal::TokenRefusal;
use crate::domain::client::Client;
use crate::domain::family::RefreshToken;
use crate::domain::grant_type::GrantType;
use crate::domain::params::Parameters;
use crate::domain::scope::Scopes;
use crate::domain::service_scope::ServiceScope;

/// The grants that there are.
#[derive(Clone, Debug)]
pub(super) enum GrantRequest {
    AuthorizationCode(CodeRequest),
    RefreshToken(RefreshRequest),
    ClientCredentials(ClientRequest),
}

/// `grant_type=authorization_code` (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
#[derive(Clone, Debug)]
pub(super) struct CodeRequest {
    pub(super) code: String,
    pub(super) redirect_uri: String,
    pub(super) code_verifier: Option<String>,
}

/// `grant_type=refresh_token` (RFC 6749 section 6).
#[derive(Clone, Debug)]
pub(super) struct RefreshRequest {
    pub(super) token: RefreshToken,
    /// Less than was granted; the whole where none is named.
    pub(super) scope: Option<Scopes>,
}

/// `grant_type=client_credentials` (RFC 6749 section 4.4).
#[derive(Clone, Debug)]
pub(super) struct ClientRequest {
    /// What was asked for, of our own scopes and of services; all that the client may have
    /// where nothing was.
    pub(super) scope: Option<(Scopes, ServiceScope)>,
}

impl GrantRequest {
    /// What `client` may not do at all is refused before its parameters are looked at.
    pub(super) fn parse(form: &Parameters, client: &Client) -> Result<Self, TokenRefusal> {
        let required = |name: &'static str| {
            form.get(name)
                .map(str::to_owned)
                .ok_or(TokenRefusal::MissingParameter(name))
        };
        let grant_type =
            GrantType::parse(&required("grant_type")?).ok_or(TokenRefusal::UnsupportedGrantType)?;
        if !client.may_use(grant_type) {
            return Err(TokenRefusal::UnauthorizedClient);
        }
        match grant_type {
            GrantType::AuthorizationCode => Ok(Self::AuthorizationCode(CodeRequest {
                code: required("code")?,
                redirect_uri: required("redirect_uri")?,
                code_verifier: form.get("code_verifier").map(str::to_owned),
            })),
            GrantType::RefreshToken => Ok(Self::RefreshToken(RefreshRequest {
                token: RefreshToken::parse(&required("refresh_token")?)
                    .ok_or(TokenRefusal::UnknownRefreshToken)?,
                scope: form
                    .get("scope")
                    .map(|list| Scopes::parse_known(list).ok_or(TokenRefusal::Scope))
                    .transpose()?,
            })),
            GrantType::ClientCredentials => Ok(Self::ClientCredentials(ClientRequest {
                scope: form
                    .get("scope")
                    .map(|list| (Scopes::parse(list), ServiceScope::parse(list))),
            })),
        }
    }
}
