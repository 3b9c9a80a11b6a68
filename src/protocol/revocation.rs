//! Token revocation (RFC 7009). A refresh token ends with its whole family and the access
//! tokens of its grant; an access token ends alone. A token that is unknown is as revoked as
//! it can be; somebody else's is refused and stays what it was. What could not be written is
//! never answered as done (CVE-2020-15223).

use std::sync::Arc;

use super::Correlation;
use super::client_auth::{ClientAuthErrorCode, ClientAuthRefusal, ClientAuthenticator};
use super::issue::Mint;
use super::key_adoption::Caller;
use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::error::RevocationErrorCode;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::family::RefreshToken;
use crate::domain::params::Parameters;
use crate::store::{AccessTokens, Grants, RefreshFamilies, Revoked, StoreError};

/// Why a revocation is refused.
#[derive(Debug, thiserror::Error)]
pub enum RevocationRefusal {
    /// No token.
    #[error("the parameter token is missing")]
    MissingToken,
    /// The client is not authenticated.
    #[error(transparent)]
    Client(#[from] ClientAuthRefusal),
    /// Another client's token (section 2.1).
    #[error("the token was not issued to this client")]
    ForeignToken,
    /// The store failed.
    #[error("internal error; the token was not revoked")]
    Store(#[from] StoreError),
}

impl RevocationRefusal {
    /// The code on the wire.
    #[must_use]
    pub const fn code(&self) -> RevocationErrorCode {
        match self {
            Self::MissingToken | Self::ForeignToken => RevocationErrorCode::InvalidRequest,
            Self::Client(refusal) => match refusal.code() {
                ClientAuthErrorCode::InvalidRequest => RevocationErrorCode::InvalidRequest,
                ClientAuthErrorCode::InvalidClient => RevocationErrorCode::InvalidClient,
                ClientAuthErrorCode::ServerError => RevocationErrorCode::ServerError,
            },
            Self::Store(_) => RevocationErrorCode::ServerError,
        }
    }

    /// The cause's name in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MissingToken => "missing_token",
            Self::Client(refusal) => refusal.name(),
            Self::ForeignToken => "foreign_token",
            Self::Store(_) => "store",
        }
    }
}

/// The endpoint.
pub struct Revocation {
    authenticator: Arc<ClientAuthenticator>,
    families: Arc<dyn RefreshFamilies>,
    grants: Arc<dyn Grants>,
    access: Arc<dyn AccessTokens>,
    mint: Arc<Mint>,
}

impl Revocation {
    /// The endpoint over its parts.
    #[must_use]
    pub fn new(
        authenticator: Arc<ClientAuthenticator>,
        families: Arc<dyn RefreshFamilies>,
        grants: Arc<dyn Grants>,
        access: Arc<dyn AccessTokens>,
        mint: Arc<Mint>,
    ) -> Self {
        Self {
            authenticator,
            families,
            grants,
            access,
            mint,
        }
    }

    /// Revokes a token. `token_type_hint` is not needed: the two kinds look different.
    ///
    /// # Errors
    /// [`RevocationRefusal`]
    pub async fn revoke(
        &self,
        authorization: Option<&str>,
        form: &Parameters,
        caller: &Caller,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<(), RevocationRefusal> {
        let client = self
            .authenticator
            .authenticate(authorization, form, caller, now)
            .await?;
        let client = client.client();
        let token = form.get("token").ok_or(RevocationRefusal::MissingToken)?;
        let told = |kind| AuditEvent {
            at: now.as_millis(),
            correlation: correlation.0.clone(),
            kind,
        };
        let outcome = match RefreshToken::parse(token) {
            Some(token) => self.refresh_token(client, &token, told, now).await?,
            None => self.access_token(client, token, told, now).await?,
        };
        match outcome {
            Revoked::Now => tracing::info!("a token was revoked"),
            Revoked::Already => tracing::debug!("a token that is not there was to be revoked"),
        }
        Ok(())
    }

    /// Any token of the family will do, also one that was exchanged before: its client has
    /// no use for the family any more.
    async fn refresh_token(
        &self,
        client: &Client,
        token: &RefreshToken,
        told: impl FnOnce(EventKind) -> AuditEvent,
        now: Timestamp,
    ) -> Result<Revoked, RevocationRefusal> {
        let Some(found) = self.families.find_family(token.family()).await? else {
            return Ok(Revoked::Already);
        };
        if found.family.client != client.id {
            return Err(RevocationRefusal::ForeignToken);
        }
        let event = told(EventKind::GrantRevoked {
            client: client.id.clone(),
            subject: found.family.subject,
            grant: found.family.grant,
        });
        let id = token.family().clone();
        Ok(self
            .families
            .revoke_family(id, client.id.clone(), event, now)
            .await?)
    }

    async fn access_token(
        &self,
        client: &Client,
        token: &str,
        told: impl FnOnce(EventKind) -> AuditEvent,
        now: Timestamp,
    ) -> Result<Revoked, RevocationRefusal> {
        let Some(token) = self.mint.open_access_token(token, now) else {
            return Ok(Revoked::Already);
        };
        if token.client != client.id {
            return Err(RevocationRefusal::ForeignToken);
        }
        let grant = match &token.grant {
            Some(grant) => self.grants.find_grant(grant).await?,
            None => None,
        };
        let event = told(EventKind::AccessTokenRevoked {
            client: client.id.clone(),
            subject: grant.map(|found| found.grant.subject),
        });
        let until = Timestamp::from_millis(token.expires_at);
        Ok(self
            .access
            .revoke_access_token(token.jti, until, event)
            .await?)
    }
}
