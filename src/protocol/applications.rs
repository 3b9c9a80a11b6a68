//! What a person gave to which applications, and how it is taken back: for the person who is
//! signed in with this browser, and nobody else. Taking it back ends what hangs from it.

use std::sync::Arc;

use super::session::LiveSessions;
use super::{Correlation, name_client_in_log};
use crate::clock::Timestamp;
use crate::domain::client::Clients;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::id::{ClientId, Sid};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::person_claim::PersonClaim;
use crate::domain::scope::Scope;
use crate::store::{ConsentWithdrawn, Consents, Sessions, StoreError};

/// The service.
pub struct Applications {
    clients: Arc<Clients>,
    consents: Arc<dyn Consents>,
    live_sessions: LiveSessions,
}

/// What a person gave.
#[derive(Debug)]
pub struct Given {
    /// The session that was looked at: what is taken back is taken back in it.
    pub sid: Sid,
    /// Who is signed in.
    pub person: String,
    /// To whom, by name.
    pub applications: Vec<Application>,
}

/// An application that got something.
#[derive(Debug)]
pub struct Application {
    /// Its id.
    pub client: ClientId,
    /// Its name; the id of one that is not registered any more.
    pub name: String,
    /// Where it lives.
    pub home: Option<String>,
    /// The scopes that it got.
    pub scopes: Vec<Scope>,
    /// What it got beyond them.
    pub claims: Vec<PersonClaim>,
    /// Since when, in seconds since the epoch.
    pub since: i64,
}

impl Applications {
    /// The service over its parts.
    #[must_use]
    pub fn new(
        clients: Arc<Clients>,
        consents: Arc<dyn Consents>,
        sessions: Arc<dyn Sessions>,
        lifetimes: Lifetimes,
    ) -> Self {
        Self {
            clients,
            consents,
            live_sessions: LiveSessions::new(sessions, lifetimes),
        }
    }

    /// What the person gave who is signed in behind that cookie; nothing where nobody is.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn given(
        &self,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Given>, StoreError> {
        let Some((session, subject)) = self.live_sessions.find(cookie, now).await? else {
            return Ok(None);
        };
        let consents = self.consents.consents_of(&subject.id).await?;
        let mut applications: Vec<Application> = consents
            .into_iter()
            .map(|consent| {
                let client = self.clients.find(&consent.client);
                Application {
                    name: client.as_ref().map_or_else(
                        || consent.client.as_str().to_owned(),
                        |client| client.name.clone(),
                    ),
                    home: client.and_then(|client| client.client_uri.clone()),
                    client: consent.client,
                    scopes: consent.scope.iter().collect(),
                    claims: consent.claims.beyond(&consent.scope).iter().collect(),
                    since: Timestamp::from_millis(consent.since).as_seconds(),
                }
            })
            .collect();
        applications.sort_by(|a, b| (&a.name, &a.client).cmp(&(&b.name, &b.client)));
        let profile = subject.profile;
        Ok(Some(Given {
            sid: session.sid,
            person: profile.name.unwrap_or(profile.userid),
            applications,
        }))
    }

    /// Takes back what `client` was given. Only in the session for which the list was shown:
    /// somebody else may have signed in since.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn withdraw(
        &self,
        cookie: Option<&str>,
        sid: &str,
        client: &str,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let found = self.live_sessions.find(cookie, now).await?;
        let Some((session, subject)) = found.filter(|(session, _)| session.sid.as_str() == sid)
        else {
            return Ok(());
        };
        let client = ClientId::new(client);
        if let Some(client) = self.clients.find(&client) {
            name_client_in_log(&client);
        }
        let event = AuditEvent {
            at: now.as_millis(),
            correlation: correlation.0.clone(),
            kind: EventKind::ConsentWithdrawn {
                subject: subject.id.clone(),
                client: client.clone(),
            },
        };
        let withdrawn = self
            .consents
            .withdraw_consent(subject.id, client, event, now)
            .await?;
        if withdrawn == ConsentWithdrawn::Withdrawn {
            tracing::info!(sid = session.sid.as_str(), "a consent was taken back");
        }
        Ok(())
    }
}
