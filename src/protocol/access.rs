//! Whether an access token is good: the one look-up for UserInfo, introspection and whatever
//! takes these tokens later. A token that one of them refuses is good at none.

use std::sync::Arc;

use super::issue::{AccessToken, Mint};
use crate::clock::Timestamp;
use crate::domain::claims_request::RequestedClaims;
use crate::domain::client::{Client, Clients};
use crate::domain::identity::Subject;
use crate::domain::standing::standing;
use crate::store::{AccessTokens, StoreError};

/// An access token that is good.
#[derive(Clone, Debug)]
pub struct GoodToken {
    /// What it says.
    pub token: AccessToken,
    /// Who holds it.
    pub client: Arc<Client>,
    /// About whom; nobody for a client that acts for itself (RFC 6749 section 4.4).
    pub subject: Option<Box<Subject>>,
    /// The claims that were asked for one by one.
    pub claims: RequestedClaims,
}

/// Why an access token is not good.
#[derive(Debug)]
pub enum NotGood {
    /// Not made here, altered, or its time is over.
    Unknown,
    /// It or its grant was revoked, its session ended, its person blocked or its client
    /// removed.
    Revoked,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for NotGood {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Looks access tokens up.
#[derive(Clone)]
pub struct Access {
    clients: Arc<Clients>,
    store: Arc<dyn AccessTokens>,
    mint: Arc<Mint>,
}

impl Access {
    /// Over its parts.
    #[must_use]
    pub fn new(clients: Arc<Clients>, store: Arc<dyn AccessTokens>, mint: Arc<Mint>) -> Self {
        Self {
            clients,
            store,
            mint,
        }
    }

    /// The token, if it is good at `now`.
    ///
    /// # Errors
    /// [`NotGood`]
    pub async fn find(&self, text: &str, now: Timestamp) -> Result<GoodToken, NotGood> {
        let mut token = self
            .mint
            .open_access_token(text, now)
            .ok_or(NotGood::Unknown)?;
        let client = self.clients.find(&token.client).ok_or(NotGood::Revoked)?;
        // What the operator took from the client since is gone.
        token.scope = token.scope.intersection(&client.scope);
        let found = self
            .store
            .find_access(&token.jti, token.grant.as_ref())
            .await?;
        if found.revoked {
            return Err(NotGood::Revoked);
        }
        let (subject, claims) = if token.grant.is_some() {
            let context = found
                .grant
                .filter(|found| found.grant.client == client.id)
                .ok_or(NotGood::Revoked)?;
            standing(
                &context.grant,
                context.session.as_ref(),
                context.subject.as_ref(),
            )
            .map_err(|_| NotGood::Revoked)?;
            (context.subject.map(Box::new), context.grant.claims)
        } else {
            (None, RequestedClaims::default())
        };
        Ok(GoodToken {
            token,
            client,
            subject,
            claims,
        })
    }
}
