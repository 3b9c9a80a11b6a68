//! Consent (OIDC Core sections 3.1.2.4 and 11): what is granted, whether the person has to be
//! asked, and what the answer is worth. An answer counts for the session that was asked and
//! in the browser that holds the flow; it is worth nothing to another site, to another person
//! who signed in meanwhile, or a second time.

use super::cause::RedirectedCause;
use super::next::Agreed;
use super::problem::Problem;
use super::request::{Refusal, ReturnAddress};
use super::sign_in::shown;
use super::{Answer, Authorization, Browser, Outcome};
use crate::clock::Timestamp;
use crate::domain::authorization::{ConsentQuestion, PendingAuthorization};
use crate::domain::client::{Client, ConsentPolicy};
use crate::domain::consent::Consent;
use crate::domain::event::{AuditEvent, EventKind};
use crate::domain::identity::Subject;
use crate::domain::scope::{Scope, Scopes};
use crate::domain::session::Session;
use crate::protocol::Correlation;
use crate::store::{ConsentRecorded, RecordConsent, StoreError};

/// What the person said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The client may learn it.
    Allow,
    /// It may not.
    Refuse,
}

/// What there is of a consent for a request.
pub(super) struct Agreement {
    /// Whether the person has to be asked.
    pub(super) agreed: Agreed,
    /// What is granted if the person agrees: `offline_access` may be left out.
    pub(super) scope: Scopes,
    /// What was agreed to before.
    pub(super) before: Option<Consent>,
}

/// What was agreed to before, held against a request. Pure.
fn agreement(
    pending: &PendingAuthorization,
    implied: bool,
    before: Option<Consent>,
    just_agreed: bool,
) -> Agreement {
    let offline_before = before
        .as_ref()
        .is_some_and(|consent| consent.scope.contains(Scope::OfflineAccess));
    let scope = if implied || pending.demand.consent || offline_before {
        pending.scope.clone()
    } else {
        pending.scope.without(&[Scope::OfflineAccess])
    };
    let covered = before
        .as_ref()
        .is_some_and(|consent| consent.covers(&scope, pending.claims.all()));
    let stands = just_agreed || (!pending.demand.consent && (implied || covered));
    Agreement {
        agreed: if stands { Agreed::Yes } else { Agreed::NotYet },
        scope,
        before,
    }
}

impl Authorization {
    /// Looks up what a person agreed to, where it matters. The operator's consent stands for a
    /// person until that person withdraws: then it is theirs to give.
    pub(super) async fn agreement(
        &self,
        pending: &PendingAuthorization,
        client: &Client,
        person: Option<&Subject>,
        just_agreed: bool,
    ) -> Result<Agreement, StoreError> {
        let has_withdrawn =
            person.is_some_and(|subject| subject.has_taken_back(&client.id, i64::MIN));
        let implied = client.consent == ConsentPolicy::Implied && !has_withdrawn;
        let matters = !implied || pending.demand.consent;
        let before = match person.filter(|_| matters) {
            Some(subject) => {
                self.parts
                    .consents
                    .find_consent(&subject.id, &client.id)
                    .await?
            }
            None => None,
        };
        Ok(agreement(pending, implied, before, just_agreed))
    }

    /// Puts the question. The flow's cookie keeps who was asked.
    pub(super) fn ask_for_consent(
        &self,
        mut pending: PendingAuthorization,
        address: &ReturnAddress,
        (session, subject): &(Session, Subject),
        agreement: &Agreement,
        just_signed_in: bool,
        browser: &Browser,
    ) -> Answer {
        pending.question = Some(ConsentQuestion {
            sid: session.sid.clone(),
            auth_time: session.auth_time,
            signed_in_for_this: just_signed_in,
        });
        let question = self.question(&pending, address, subject, agreement);
        Answer {
            outcome: Outcome::Consent(Box::new(question)),
            cookies: self.keep_flow(&pending, browser),
            locale: pending.locale.or(browser.locale),
        }
    }

    /// Answers what a person said to the question of a flow.
    pub async fn decide(
        &self,
        flow: &str,
        decision: Decision,
        browser: &Browser,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Answer {
        let mut pending = match self.pending_flow(flow, browser, now) {
            Ok(pending) => *pending,
            Err(problem) => return shown(*problem, browser),
        };
        let address = ReturnAddress::of_pending(&pending, &self.parts.clients);
        let (Some(question), Some(address)) = (pending.question.take(), address) else {
            tracing::info!("a consent came that nobody had asked for");
            return shown(Problem::FlowLost, browser);
        };
        crate::protocol::name_client_in_log(address.client());
        match decision {
            Decision::Refuse => {
                let refusal = Refusal::Redirected(address, RedirectedCause::ConsentRefused);
                Answer {
                    cookies: self.finish_flow(&pending, browser),
                    locale: pending.locale.or(browser.locale),
                    ..self.refused(refusal, browser)
                }
            }
            Decision::Allow => {
                let retry = Some(self.retry(&pending));
                self.allowed(pending, &address, &question, browser, correlation, now)
                    .await
                    .unwrap_or_else(|error| self.broken(&error, retry, browser))
            }
        }
    }

    /// The session that was asked must be the one that is there. Another person, or a new
    /// sign-in, is asked anew.
    async fn allowed(
        &self,
        pending: PendingAuthorization,
        address: &ReturnAddress,
        question: &ConsentQuestion,
        browser: &Browser,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<Answer, StoreError> {
        let found = self
            .live_sessions
            .find(browser.session.as_deref(), now)
            .await?;
        let asked = found.as_ref().filter(|(session, _)| {
            session.sid == question.sid && session.auth_time == question.auth_time
        });
        let Some(asked) = asked else {
            return self
                .advance(pending, address, found, Progress::NONE, browser, now)
                .await;
        };
        let progress = Progress {
            signed_in: question.signed_in_for_this,
            agreed: self
                .record(&pending, address.client(), asked, correlation, now)
                .await?,
        };
        self.advance(pending, address, found, progress, browser, now)
            .await
    }

    /// Writes the consent; tells whether the session was still there for it.
    async fn record(
        &self,
        pending: &PendingAuthorization,
        client: &Client,
        (session, subject): &(Session, Subject),
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let agreement = self
            .agreement(pending, client, Some(subject), false)
            .await?;
        let consent = Consent {
            subject: session.subject.clone(),
            client: client.id.clone(),
            claims: pending.claims.all().beyond(&agreement.scope),
            scope: agreement.scope,
            since: now.as_millis(),
        };
        let recorded = self
            .parts
            .consents
            .record_consent(RecordConsent {
                event: AuditEvent {
                    at: now.as_millis(),
                    correlation: correlation.0.clone(),
                    kind: EventKind::ConsentGiven {
                        subject: consent.subject.clone(),
                        client: consent.client.clone(),
                        scope: words(&consent),
                    },
                },
                consent,
                sid: session.sid.clone(),
                now,
            })
            .await?;
        Ok(match recorded {
            ConsentRecorded::Recorded | ConsentRecorded::Unchanged => true,
            ConsentRecorded::SessionGone => false,
        })
    }
}

/// What this request has behind it already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    /// This very browser came back from an upstream for it.
    pub(super) signed_in: bool,
    /// This very person has just agreed to it.
    pub(super) agreed: bool,
}

impl Progress {
    /// Nothing.
    pub(super) const NONE: Self = Self {
        signed_in: false,
        agreed: false,
    };
    /// A sign-in.
    pub(super) const SIGNED_IN: Self = Self {
        signed_in: true,
        agreed: false,
    };
}

/// A consent for the audit log: its scopes, and its single claims by name.
fn words(consent: &Consent) -> String {
    let mut words = consent.scope.to_string();
    for claim in consent.claims.iter() {
        words.push_str(" claim:");
        words.push_str(claim.as_str());
    }
    words
}
