//! What the independent library does with tokens after the sign-in: refresh, introspection,
//! revocation, and tokens of its own.

use openidconnect::core::{
    CoreClient, CoreIdTokenClaims, CoreRevocableToken, CoreTokenIntrospectionResponse,
};
use openidconnect::{
    AccessToken, AccessTokenHash, HttpRequest, IntrospectionUrl, Nonce, OAuth2TokenResponse as _,
    RefreshToken, RevocationUrl, Scope, TokenResponse as _,
};

use super::RelyingParty;
use super::rp::{payload, send};

/// Refreshed tokens, verified.
#[derive(Debug)]
pub(crate) struct Refreshed {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) claims: CoreIdTokenClaims,
}

impl RelyingParty {
    /// Exchanges a refresh token; the new ID Token has a right signature and no nonce.
    pub(crate) async fn refresh(&self, token: &str) -> Result<Refreshed, String> {
        let client = CoreClient::from_provider_metadata(
            self.metadata.clone(),
            self.id.clone(),
            self.secret.clone(),
        );
        let tokens = client
            .exchange_refresh_token(&RefreshToken::new(token.to_owned()))
            .unwrap()
            .request_async(&|request| send(self.http.clone(), request))
            .await
            .map_err(|error| format!("{error:?}"))?;
        let id_token = tokens.id_token().expect("an ID Token");
        let issued = payload(&id_token.to_string())["iat"].as_i64().unwrap();
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs([self.alg.clone()])
            .set_time_fn(move || chrono::DateTime::from_timestamp(issued, 0).unwrap());
        let no_nonce = |nonce: Option<&Nonce>| match nonce {
            None => Ok(()),
            Some(_) => Err("a refreshed ID Token has a nonce".to_owned()),
        };
        let claims = id_token.claims(&verifier, no_nonce).unwrap().clone();
        let hash = AccessTokenHash::from_token(
            tokens.access_token(),
            id_token.signing_alg().unwrap(),
            id_token.signing_key(&verifier).unwrap(),
        )
        .unwrap();
        assert_eq!(claims.access_token_hash(), Some(&hash), "at_hash");
        Ok(Refreshed {
            access_token: tokens.access_token().secret().clone(),
            refresh_token: tokens
                .refresh_token()
                .expect("a refresh token")
                .secret()
                .clone(),
            claims,
        })
    }

    /// Asks about a token.
    pub(crate) async fn introspect(&self, token: &str) -> CoreTokenIntrospectionResponse {
        let url = self.metadata.issuer().join("introspect").unwrap();
        CoreClient::from_provider_metadata(
            self.metadata.clone(),
            self.id.clone(),
            self.secret.clone(),
        )
        .set_introspection_url(IntrospectionUrl::from_url(url))
        .introspect(&AccessToken::new(token.to_owned()))
        .request_async(&|request| send(self.http.clone(), request))
        .await
        .unwrap()
    }

    /// Gives a token back. The library wants https there; the wire of the tests is plain.
    pub(crate) async fn revoke(&self, token: CoreRevocableToken) -> Result<(), String> {
        let mut url = self.metadata.issuer().join("revoke").unwrap();
        let plain = url.to_string();
        url.set_scheme("https").unwrap();
        let send = |request: HttpRequest| {
            let (mut parts, body) = request.into_parts();
            parts.uri = plain.parse().unwrap();
            send(self.http.clone(), HttpRequest::from_parts(parts, body))
        };
        CoreClient::from_provider_metadata(
            self.metadata.clone(),
            self.id.clone(),
            self.secret.clone(),
        )
        .set_revocation_url(RevocationUrl::from_url(url))
        .revoke_token(token)
        .unwrap()
        .request_async(&send)
        .await
        .map_err(|error| format!("{error:?}"))
    }

    /// A token of the client's own (RFC 6749 section 4.4), with the scope that was granted.
    pub(crate) async fn own_token(&self, scopes: &[&str]) -> Result<(String, String), String> {
        let client = CoreClient::from_provider_metadata(
            self.metadata.clone(),
            self.id.clone(),
            self.secret.clone(),
        );
        let mut request = client.exchange_client_credentials().unwrap();
        for scope in scopes {
            request = request.add_scope(Scope::new((*scope).to_owned()));
        }
        let tokens = request
            .request_async(&|request| send(self.http.clone(), request))
            .await
            .map_err(|error| format!("{error:?}"))?;
        assert!(tokens.id_token().is_none() && tokens.refresh_token().is_none());
        let scopes = tokens.scopes().into_iter().flatten();
        let scopes: Vec<&str> = scopes.map(|scope| scope.as_str()).collect();
        Ok((tokens.access_token().secret().clone(), scopes.join(" ")))
    }
}
