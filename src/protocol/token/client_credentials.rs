//! The client_credentials grant (RFC 6749 section 4.4): a client acts for itself. No person
//! is behind it, so there is neither ID Token nor refresh token, and nothing is written: the
//! token says all by itself, and a flood of them fills no store.

use super::Token;
use super::refusal::TokenRefusal;
use super::request::ClientRequest;
use crate::clock::Timestamp;
use crate::domain::scope::{Scope, Scopes};
use crate::protocol::client_auth::AuthenticatedClient;
use crate::protocol::issue::IssuedTokens;

/// Scopes that speak of a person who signed in.
const PERSONAL: [Scope; 2] = [Scope::Openid, Scope::OfflineAccess];

impl Token {
    pub(super) fn serve_client(
        &self,
        client: &AuthenticatedClient,
        request: &ClientRequest,
        now: Timestamp,
    ) -> Result<IssuedTokens, TokenRefusal> {
        let client = client.client();
        // The configuration refuses such a client, too; section 4.4: confidential ones alone.
        if client.is_public() {
            return Err(TokenRefusal::UnauthorizedClient);
        }
        let scope = scope(&client.scope, request.scope.as_ref())?;
        Ok(self.parts.mint.issue_to_client(client, scope, now)?)
    }
}

/// Section 3.3: what is unknown or not the client's is left out and the answer says what is
/// left; nothing left, or an ID Token expected, is told as an error.
fn scope(allowed: &Scopes, asked: Option<&Scopes>) -> Result<Scopes, TokenRefusal> {
    let allowed = allowed.without(&PERSONAL);
    let Some(asked) = asked else {
        return Ok(allowed);
    };
    if PERSONAL.iter().any(|scope| asked.contains(*scope)) {
        return Err(TokenRefusal::PersonalScope);
    }
    let granted = allowed.intersection(asked);
    if granted.is_empty() {
        return Err(TokenRefusal::Scope);
    }
    Ok(granted)
}
