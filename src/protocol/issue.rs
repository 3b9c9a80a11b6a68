//! The mint: the one place where tokens are made. Whatever grant led here, it ends in an
//! [`Entitlement`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ACR;
use super::at_hash::at_hash;
use crate::clock::Timestamp;
use crate::domain::claims::{Claims, released_claims};
use crate::domain::client::{Client, IdTokenClaims};
use crate::domain::family::RefreshToken;
use crate::domain::grant::Grant;
use crate::domain::id::{ClientId, GrantId};
use crate::domain::identity::Subject;
use crate::domain::issuer::Issuer;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::scope::{Scope, Scopes};
use crate::domain::secret::random_token;
use crate::domain::service_scope::ServiceScope;
use crate::entropy::Entropy;
use crate::keyring::{Keyring, Purpose, Signer, SigningFailed, TokenType, sign};

/// All that tokens are made from.
#[derive(Clone, Copy, Debug)]
pub struct Entitlement<'a> {
    /// For whom.
    pub client: &'a Client,
    /// About whom.
    pub subject: &'a Subject,
    /// `auth_time` of the sign-in that the client asked for.
    pub auth_time: Timestamp,
    /// What it hangs from; names the session.
    pub grant: &'a Grant,
    /// What the tokens are good for: the grant's scope or less.
    pub scope: &'a Scopes,
    /// Echoed into the ID Token.
    pub nonce: Option<&'a str>,
}

/// Freshly made tokens.
#[derive(Clone)]
pub struct IssuedTokens {
    /// The access token.
    pub access_token: String,
    /// Its lifetime in seconds.
    pub expires_in: u64,
    /// The ID Token, where there is a person and the scope has `openid`.
    pub id_token: Option<String>,
    /// The refresh token, where the client gets one.
    pub refresh_token: Option<RefreshToken>,
    /// What the access token is good for.
    pub scope: Scopes,
    /// What it is good for at the organisation's own services.
    pub service_scope: ServiceScope,
}

/// What a sealed access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    /// The grant that it hangs from; none where no person is behind it.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// The client that holds it.
    #[serde(rename = "c")]
    pub client: ClientId,
    /// What it is good for.
    #[serde(rename = "s")]
    pub scope: Scopes,
    /// What it is good for at the organisation's own services.
    #[serde(rename = "o", default, skip_serializing_if = "ServiceScope::is_empty")]
    pub service_scope: ServiceScope,
    /// When it was made, in milliseconds.
    #[serde(rename = "i")]
    pub issued_at: i64,
    /// When it ends, in milliseconds.
    #[serde(rename = "e")]
    pub expires_at: i64,
    /// Its own name.
    #[serde(rename = "j")]
    pub jti: String,
}

/// Makes and opens tokens.
pub struct Mint {
    issuer: Issuer,
    lifetimes: Lifetimes,
    keyring: Arc<Keyring>,
    entropy: Arc<dyn Entropy>,
}

impl Mint {
    /// A mint of that issuer.
    #[must_use]
    pub fn new(
        issuer: Issuer,
        lifetimes: Lifetimes,
        keyring: Arc<Keyring>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            issuer,
            lifetimes,
            keyring,
            entropy,
        }
    }

    /// The key that signs for a client. Taken once for each request: a rotation in its midst
    /// must not make the grant name another key than the one that signed.
    ///
    /// # Errors
    /// [`SigningFailed`]
    pub fn signer_for(&self, client: &Client) -> Result<Arc<dyn Signer>, SigningFailed> {
        self.keyring.signer_for(client)
    }

    /// Makes the tokens of an entitlement, the ID Token with that key.
    ///
    /// # Errors
    /// [`SigningFailed`]
    pub fn issue(
        &self,
        entitlement: &Entitlement<'_>,
        signer: &dyn Signer,
        now: Timestamp,
    ) -> Result<IssuedTokens, SigningFailed> {
        let grant = Some(&entitlement.grant.id);
        let service_scope = ServiceScope::default();
        let scope = (entitlement.scope, &service_scope);
        let access_token = self.access_token(grant, entitlement.client, scope, now)?;
        // OIDC Core section 12.2: a refresh for less than `openid` brings no ID Token.
        let id_token = if entitlement.scope.contains(Scope::Openid) {
            let claims =
                self.id_token_claims(entitlement, at_hash(signer.algorithm(), &access_token), now);
            Some(sign(signer, TokenType::Id, &claims)?)
        } else {
            None
        };
        Ok(IssuedTokens {
            id_token,
            refresh_token: None,
            access_token,
            expires_in: self.lifetimes.access_token.as_secs(),
            scope: entitlement.scope.clone(),
            service_scope,
        })
    }

    /// Makes the access token of a client that acts for itself (RFC 6749 section 4.4): nobody
    /// signed in, so there is no grant, no ID Token and nothing to refresh.
    ///
    /// # Errors
    /// [`SigningFailed`]
    pub fn issue_to_client(
        &self,
        client: &Client,
        scope: Scopes,
        service_scope: ServiceScope,
        now: Timestamp,
    ) -> Result<IssuedTokens, SigningFailed> {
        Ok(IssuedTokens {
            access_token: self.access_token(None, client, (&scope, &service_scope), now)?,
            expires_in: self.lifetimes.access_token.as_secs(),
            id_token: None,
            refresh_token: None,
            scope,
            service_scope,
        })
    }

    /// Until when the access and ID tokens live that are made at `now`.
    #[must_use]
    pub fn tokens_until(&self, now: Timestamp) -> Timestamp {
        now.plus(self.lifetimes.access_token.max(self.lifetimes.id_token))
    }

    /// What a token says that was made here and whose time is not over.
    #[must_use]
    pub fn open_access_token(&self, token: &str, now: Timestamp) -> Option<AccessToken> {
        let plain = self.keyring.sealer().open(Purpose::AccessToken, token)?;
        let token: AccessToken = serde_json::from_slice(&plain).ok()?;
        (now.as_millis() < token.expires_at).then_some(token)
    }

    fn access_token(
        &self,
        grant: Option<&GrantId>,
        client: &Client,
        (scope, service_scope): (&Scopes, &ServiceScope),
        now: Timestamp,
    ) -> Result<String, SigningFailed> {
        let token = AccessToken {
            grant: grant.cloned(),
            client: client.id.clone(),
            scope: scope.clone(),
            service_scope: service_scope.clone(),
            issued_at: now.as_millis(),
            expires_at: now.plus(self.lifetimes.access_token).as_millis(),
            jti: random_token::<16>(self.entropy.as_ref()),
        };
        let plain = serde_json::to_vec(&token).map_err(|_| SigningFailed)?;
        self.keyring.sealer().seal(Purpose::AccessToken, &plain)
    }

    /// OIDC Core section 2. No `nbf`: clients without clock tolerance would refuse it.
    fn id_token_claims(
        &self,
        entitlement: &Entitlement<'_>,
        at_hash: String,
        now: Timestamp,
    ) -> Claims {
        let by_name = entitlement.grant.claims.id_token;
        let nothing = Scopes::default();
        let by_scope = match entitlement.client.id_token_claims {
            IdTokenClaims::Standard => entitlement.scope,
            IdTokenClaims::Minimal => &nothing,
        };
        let mut claims =
            released_claims(entitlement.subject, by_scope, by_name, entitlement.client);
        claims.insert("iss".into(), self.issuer.as_str().into());
        claims.insert("sub".into(), entitlement.subject.id.as_str().into());
        claims.insert("aud".into(), entitlement.client.id.as_str().into());
        claims.insert(
            "exp".into(),
            now.plus(self.lifetimes.id_token).as_seconds().into(),
        );
        claims.insert("iat".into(), now.as_seconds().into());
        claims.insert(
            "auth_time".into(),
            entitlement.auth_time.as_seconds().into(),
        );
        if let Some(nonce) = entitlement.nonce {
            claims.insert("nonce".into(), nonce.into());
        }
        claims.insert("acr".into(), ACR.into());
        claims.insert("sid".into(), entitlement.grant.sid.as_str().into());
        claims.insert("at_hash".into(), at_hash.into());
        claims
    }
}
