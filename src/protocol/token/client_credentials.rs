//! The client_credentials grant (RFC 6749 section 4.4): a client acts for itself. No person
//! is behind it, so there is neither ID Token nor refresh token, and nothing is written: the
//! token says all by itself, and a flood of them fills no store.

use super::Token;
use super::refusal::TokenRefusal;
use super::request::ClientRequest;
use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::scope::{Scope, Scopes};
use crate::domain::service_scope::ServiceScope;
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
        let (scope, service_scope) = scope(client, request)?;
        Ok(self
            .parts
            .mint
            .issue_to_client(client, scope, service_scope, now)?)
    }
}

/// Section 3.3: what is unknown or not the client's is left out and the answer says what is
/// left; nothing left, or an ID Token expected, is told as an error.
fn scope(client: &Client, request: &ClientRequest) -> Result<(Scopes, ServiceScope), TokenRefusal> {
    let allowed = client.scope.without(&PERSONAL);
    let Some((asked, asked_of_services)) = &request.scope else {
        return Ok((allowed, client.service_scope.clone()));
    };
    if PERSONAL.iter().any(|scope| asked.contains(*scope)) {
        return Err(TokenRefusal::PersonalScope);
    }
    let granted = allowed.intersection(asked);
    let of_services = client.service_scope.intersection(asked_of_services);
    if granted.is_empty() && of_services.is_empty() {
        return Err(TokenRefusal::UnregisteredScope);
    }
    Ok((granted, of_services))
}
