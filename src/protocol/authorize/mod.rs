//! The authorization endpoint and the way through an upstream: a request is checked once,
//! then the dispatcher (`next`) is asked what the browser does next, as often as something
//! has changed. Steps never lead to one another.

mod attempts;
mod callback;
mod cause;
mod code;
mod consent;
mod flow;
mod next;
mod pending_flow;
mod problem;
mod prompt;
mod question;
mod request;
mod response;
mod sign_in;
mod unvouched;

use std::sync::Arc;

pub use crate::upstream::{Blame, Cause, UpstreamError};
pub use cause::{DisplayedCause, RedirectedCause};
pub use consent::Decision;
pub use flow::{FlowCookie, LIFETIME as FLOW_LIFETIME, MOST_FLOWS};
pub use problem::{Problem, Retry, UpstreamProblem, WayBack};
pub use question::{Item, Logo, Question};
pub use request::ReturnAddress;
pub use response::{Delivery, FormPost, ReturnUrl};

use super::failures::{Failure, FailureLog};
use super::key_adoption::KeyAdoption;
use super::session::LiveSessions;
use crate::clock::Timestamp;
use crate::domain::authorization::PendingAuthorization;
use crate::domain::client::Clients;
use crate::domain::id::{ClientId, FlowId, UpstreamId};
use crate::domain::identity::Subject;
use crate::domain::issuer::Issuer;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::locale::Locale;
use crate::domain::params::Parameters;
use crate::domain::secret::Handle;
use crate::domain::session::Session;
use crate::entropy::Entropy;
use crate::keyring::Keyring;
use crate::store::{Codes, Consents, Sessions, StoreError, Subjects};
use crate::upstream::Provider;
use attempts::AnsweredAttempts;
use consent::Progress;
use next::{Step, next_step};
use request::Refusal;

/// What the endpoint is made of.
pub struct Parts {
    /// The issuer.
    pub issuer: Issuer,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// Who may ask.
    pub clients: Arc<Clients>,
    /// Who vouches for people, in the order in which they are offered; not empty.
    pub providers: Vec<Arc<dyn Provider>>,
    /// Codes.
    pub codes: Arc<dyn Codes>,
    /// What people agreed to.
    pub consents: Arc<dyn Consents>,
    /// Sessions.
    pub sessions: Arc<dyn Sessions>,
    /// People.
    pub subjects: Arc<dyn Subjects>,
    /// Verifies hints, seals flows.
    pub keyring: Arc<Keyring>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Counts what failed.
    pub failures: Arc<FailureLog>,
    /// Who has which keys.
    pub adoption: Arc<KeyAdoption>,
}

/// The endpoint.
pub struct Authorization {
    parts: Parts,
    live_sessions: LiveSessions,
    answered: AnsweredAttempts,
}

/// What a browser brought along.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The session cookie.
    pub session: Option<String>,
    /// The flow cookies.
    pub flows: Vec<FlowCookie>,
    /// The language of `Accept-Language`.
    pub locale: Option<Locale>,
}

/// What a browser is told.
#[derive(Debug)]
pub struct Answer {
    /// What it does next.
    pub outcome: Outcome,
    /// The cookies that change.
    pub cookies: Vec<CookieChange>,
    /// The language of the page, if one is shown.
    pub locale: Option<Locale>,
}

/// What a browser does next.
#[derive(Debug)]
pub enum Outcome {
    /// Goes back to the client.
    Return(Delivery),
    /// Goes to the upstream's page.
    SignIn(String),
    /// Shows the ways to sign in.
    Choose(Choice),
    /// Shows what the client would learn, and asks.
    Consent(Box<Question>),
    /// Shows what went wrong.
    Problem(Box<Problem>),
}

/// The ways to sign in.
#[derive(Debug)]
pub struct Choice {
    /// The flow that goes on.
    pub flow: FlowId,
    /// The client's name.
    pub client_name: String,
    /// The upstreams: id and name.
    pub providers: Vec<(UpstreamId, String)>,
}

/// A cookie that changes.
#[derive(Clone, Debug)]
pub enum CookieChange {
    /// A flow's new value.
    SetFlow(FlowCookie),
    /// A flow that is not needed any more.
    DropFlow(String),
    /// A new session.
    SetSession(Handle),
    /// The session is over.
    DropSession,
}

impl Authorization {
    /// The endpoint over its parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let live_sessions = LiveSessions::new(Arc::clone(&parts.sessions), parts.lifetimes);
        Self {
            parts,
            live_sessions,
            answered: AnsweredAttempts::default(),
        }
    }

    /// Answers an authorization request; `encoded` is its query or form.
    pub async fn begin(&self, encoded: &str, browser: &Browser, now: Timestamp) -> Answer {
        let checked = request::check(&self.parts, encoded, now);
        let (pending, address) = match checked {
            Ok(checked) => checked,
            Err(refusal) => {
                // Harmless unproved: it chooses between two languages, and who is counted.
                let parameters = Parameters::parse_unambiguous(encoded);
                let asked = parameters.get("ui_locales").and_then(Locale::of_ui_locales);
                if let Refusal::Displayed(cause) = &refusal {
                    let named = parameters.get("client_id").map(ClientId::new);
                    let client = named.filter(|id| self.parts.clients.find(id).is_some());
                    let failure = Failure::Authorization(cause.name());
                    self.parts.failures.count(failure, client.as_ref(), None);
                }
                let mut answer = self.refused(refusal, browser);
                answer.locale = asked.or(browser.locale);
                return answer;
            }
        };
        let begun = match self
            .live_sessions
            .find(browser.session.as_deref(), now)
            .await
        {
            Ok(found) => {
                self.advance(pending, &address, found, Progress::NONE, browser, now)
                    .await
            }
            Err(error) => Err(error),
        };
        begun.unwrap_or_else(|error| self.broken(&error, None, browser))
    }

    /// Asks the dispatcher and does what it says. `found` is the live session and its person,
    /// as they were read for this request: they are not read again on the way.
    async fn advance(
        &self,
        pending: PendingAuthorization,
        address: &ReturnAddress,
        found: Option<(Session, Subject)>,
        progress: Progress,
        browser: &Browser,
        now: Timestamp,
    ) -> Result<Answer, StoreError> {
        let agreement = self
            .agreement(
                &pending,
                address.client(),
                found.as_ref().map(|(_, subject)| subject),
                progress.agreed,
            )
            .await?;
        let step = next_step(
            &pending,
            found.as_ref().map(|(session, _)| session),
            progress.signed_in,
            agreement.agreed,
            now,
        );
        match (step, found) {
            (Step::Issue, Some((session, _))) => {
                let pending = PendingAuthorization {
                    scope: agreement.scope,
                    ..pending
                };
                self.issue(pending, address, session, browser, now).await
            }
            (Step::AskConsent, Some(asked)) => {
                let fresh = progress.signed_in;
                Ok(self.ask_for_consent(pending, address, &asked, &agreement, fresh, browser))
            }
            (Step::Issue | Step::AskConsent | Step::SignIn, _) => {
                Ok(self.ask_to_sign_in(pending, address, browser))
            }
            (Step::LoginRequired, _) => Ok(self.refused(
                Refusal::Redirected(address.clone(), RedirectedCause::LoginRequired),
                browser,
            )),
            (Step::ConsentRequired, _) => Ok(self.refused(
                Refusal::Redirected(address.clone(), RedirectedCause::ConsentRequired),
                browser,
            )),
            (Step::WrongPerson, _) => {
                self.count(RedirectedCause::WrongPerson, &pending.client);
                Ok(self.problem(
                    Problem::WrongPerson {
                        retry: self.retry(&pending),
                        back: self.way_back(address, RedirectedCause::WrongPerson),
                    },
                    &pending,
                    browser,
                ))
            }
        }
    }

    fn count(&self, cause: RedirectedCause, client: &ClientId) {
        if let Some(failure) = cause.failure() {
            self.parts.failures.count(failure, Some(client), None);
        }
    }

    fn refused(&self, refusal: Refusal, browser: &Browser) -> Answer {
        let outcome = match refusal {
            Refusal::Displayed(cause) => {
                tracing::info!(
                    cause = cause.name(),
                    "authorization request refused on a page"
                );
                Outcome::Problem(Box::new(Problem::BadRequest(cause)))
            }
            Refusal::Redirected(address, cause) => {
                tracing::info!(cause = cause.name(), "authorization request refused");
                let client = &address.client().id;
                self.count(cause, client);
                Outcome::Return(address.with_error(cause, &self.parts.issuer))
            }
        };
        Answer {
            outcome,
            cookies: Vec::new(),
            locale: browser.locale,
        }
    }

    /// The store failed. Nobody is sent back to the client: a page with a retry lets the
    /// person go on when it works again.
    fn broken(&self, error: &StoreError, retry: Option<Retry>, browser: &Browser) -> Answer {
        tracing::error!(%error, "the store failed");
        Answer {
            outcome: Outcome::Problem(Box::new(Problem::Broken { retry })),
            cookies: Vec::new(),
            locale: browser.locale,
        }
    }

    fn problem(
        &self,
        problem: Problem,
        pending: &PendingAuthorization,
        browser: &Browser,
    ) -> Answer {
        Answer {
            outcome: Outcome::Problem(Box::new(problem)),
            cookies: self.keep_flow(pending, browser),
            locale: pending.locale.or(browser.locale),
        }
    }
}
