//! The end-session endpoint (OIDC RP-Initiated Logout 1.0) and what an end sets going: a
//! tombstone and the deliveries to clients in one act, then the frames of the front channel,
//! then the way back. A session is ended only where the person's own application asks with a
//! hint, or the person says so on a page of ours. The browser is sent to a registered address
//! alone.

mod answer;
mod back_channel;
mod fault;
mod front_channel;
mod next;
mod request;
mod token;
mod under_way;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use answer::{Confirmation, LogoutAnswer, LogoutOutcome, SignedOutPage};
pub use back_channel::{BackChannel, BackChannelParts};
pub use fault::LogoutFault;
pub use front_channel::Frame;
pub use request::PostLogoutUrl;

use super::Correlation;
use super::authorize::Browser;
use super::key_adoption::KeyAdoption;
use super::session::LiveSessions;
use crate::clock::Timestamp;
use crate::domain::client::{Client, Clients};
use crate::domain::id::{ClientId, Sid};
use crate::domain::identity::Subject;
use crate::domain::issuer::Issuer;
use crate::domain::locale::Locale;
use crate::domain::params::Parameters;
use crate::domain::session::Session;
use crate::keyring::{Keyring, Purpose};
use crate::store::{EndSession, Logouts, SessionEnd, StoreError};
use next::{LogoutStep, next_step};
use request::{LogoutRequest, PostLogoutAddress, check};

/// What the endpoint is made of.
pub struct Parts {
    /// The issuer.
    pub issuer: Issuer,
    /// Who may ask.
    pub clients: Arc<Clients>,
    /// Finds the browser's session.
    pub sessions: LiveSessions,
    /// Ends it.
    pub logouts: Arc<dyn Logouts>,
    /// Verifies hints, seals the form of the confirm page.
    pub keyring: Arc<Keyring>,
    /// Who has which keys.
    pub adoption: Arc<KeyAdoption>,
}

/// The endpoint.
pub struct Logout {
    parts: Parts,
}

/// What the form of the confirm page holds, sealed: it is made for one session, so that it
/// ends no other, and nobody else can make one for it.
#[derive(Serialize, Deserialize)]
struct Confirmed {
    sid: Sid,
    client: Option<ClientId>,
    uri: Option<String>,
    state: Option<String>,
    locale: Option<Locale>,
}

impl Logout {
    /// The endpoint over its parts.
    #[must_use]
    pub const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Answers a logout request; `encoded` is its query or form.
    pub async fn begin(
        &self,
        encoded: &str,
        browser: &Browser,
        correlation: &Correlation,
        now: Timestamp,
    ) -> LogoutAnswer {
        let locale = request::locale(encoded).or(browser.locale);
        let checked = check(&self.parts, encoded, now);
        let session = match self.session(browser).await {
            Ok(session) => session,
            Err(error) => return broken(&error, locale),
        };
        let request = match checked {
            Ok(request) => request,
            Err(fault) => return self.faulty(fault, session, browser, locale),
        };
        match (
            next_step(&request, session.as_ref().map(|(it, _)| it)),
            session,
        ) {
            (LogoutStep::End, Some((session, _))) => {
                self.end(&session, &request, correlation, locale, now).await
            }
            (LogoutStep::Ask, Some((session, subject))) => {
                self.ask(&request, None, &session, &subject, locale)
            }
            (LogoutStep::Leave, _) => left(request.address.as_ref(), Vec::new(), browser, locale),
            (LogoutStep::End | LogoutStep::Ask | LogoutStep::Stay, _) => LogoutAnswer {
                outcome: LogoutOutcome::SignedOut(SignedOutPage {
                    back: request.address.as_ref().map(way_back),
                    ..SignedOutPage::default()
                }),
                drop_session: browser.session.is_some(),
                locale,
            },
        }
    }

    /// Answers the form of the confirm page. `is_ours` tells whether it came from a page of
    /// this origin.
    pub async fn confirm(
        &self,
        encoded: &str,
        is_ours: bool,
        browser: &Browser,
        correlation: &Correlation,
        now: Timestamp,
    ) -> LogoutAnswer {
        let confirmed = self.open(encoded).filter(|_| is_ours);
        let session = match self.session(browser).await {
            Ok(session) => session,
            Err(error) => return broken(&error, browser.locale),
        };
        let Some(confirmed) = confirmed else {
            return self.faulty(LogoutFault::Form, session, browser, browser.locale);
        };
        let locale = confirmed.locale.or(browser.locale);
        // Proved again: the client may have been changed meanwhile.
        let client = confirmed.client.and_then(|id| self.parts.clients.find(&id));
        let address = client
            .as_ref()
            .zip(confirmed.uri)
            .and_then(|(client, uri)| {
                PostLogoutAddress::prove(client, &uri, confirmed.state.as_deref())
            });
        let request = LogoutRequest {
            hint: None,
            client,
            address,
        };
        match session {
            // The form was sent twice.
            None => left(request.address.as_ref(), Vec::new(), browser, locale),
            Some((session, _)) if session.sid == confirmed.sid => {
                self.end(&session, &request, correlation, locale, now).await
            }
            // A tab of an earlier session: it must not end this one unseen.
            Some((session, subject)) => self.ask(&request, None, &session, &subject, locale),
        }
    }

    /// The same request in a query, short enough for one: without the hint. For a form that
    /// came without the session's cookie.
    #[must_use]
    pub fn shortened(&self, encoded: &str) -> Option<String> {
        request::without_hint(&self.parts, encoded)
    }

    /// The session of this browser, if it was not ended. One that has expired can be ended
    /// all the same: applications may be open that began in it.
    async fn session(&self, browser: &Browser) -> Result<Option<(Session, Subject)>, StoreError> {
        self.parts
            .sessions
            .find_unended(browser.session.as_deref())
            .await
    }

    async fn end(
        &self,
        session: &Session,
        request: &LogoutRequest,
        correlation: &Correlation,
        locale: Option<Locale>,
        now: Timestamp,
    ) -> LogoutAnswer {
        let ended = self
            .parts
            .logouts
            .end_session(EndSession {
                sid: session.sid.clone(),
                client: request.client.as_ref().map(|client| client.id.clone()),
                to_tell: self.parts.clients.to_tell(),
                correlation: correlation.0.clone(),
                now,
            })
            .await;
        let participants = match ended {
            Ok(SessionEnd::Ended(participants)) => {
                tracing::info!(sid = session.sid.as_str(), "signed out");
                participants
            }
            Ok(SessionEnd::AlreadyEnded | SessionEnd::Unknown) => Vec::new(),
            Err(error) => return broken(&error, locale),
        };
        let frames = front_channel::frames(
            &self.parts.clients,
            &participants,
            &self.parts.issuer,
            &session.sid,
        );
        let mut answer = left(
            request.address.as_ref(),
            frames,
            &Browser::default(),
            locale,
        );
        answer.drop_session = true;
        answer
    }

    /// Shows the confirm page of a session.
    fn ask(
        &self,
        request: &LogoutRequest,
        fault: Option<LogoutFault>,
        session: &Session,
        subject: &Subject,
        locale: Option<Locale>,
    ) -> LogoutAnswer {
        let address = request.address.as_ref();
        let client: Option<&Client> = request.client.as_deref();
        let confirmed = Confirmed {
            sid: session.sid.clone(),
            client: client.map(|client| client.id.clone()),
            uri: address.map(|address| address.uri().to_owned()),
            state: address.and_then(|address| address.state().map(str::to_owned)),
            locale,
        };
        let sealer = self.parts.keyring.sealer();
        let Some(form) = sealer.seal_record(Purpose::Logout, &confirmed) else {
            tracing::error!("the form of a logout can't be sealed");
            return LogoutAnswer {
                outcome: LogoutOutcome::Broken,
                drop_session: false,
                locale,
            };
        };
        LogoutAnswer {
            outcome: LogoutOutcome::Confirm(Box::new(Confirmation {
                form,
                person: subject.profile.name.clone(),
                client: client.map(|client| (client.name.clone(), client.home())),
                then: address.map(PostLogoutAddress::url),
                fault,
            })),
            drop_session: false,
            locale,
        }
    }

    /// A request that can't be followed: what is wrong is shown, and who is signed in can
    /// sign out nevertheless. Nothing of the request is used (section 4).
    fn faulty(
        &self,
        fault: LogoutFault,
        session: Option<(Session, Subject)>,
        browser: &Browser,
        locale: Option<Locale>,
    ) -> LogoutAnswer {
        tracing::info!(cause = fault.name(), "logout request refused");
        match session {
            Some((session, subject)) => self.ask(
                &LogoutRequest::default(),
                Some(fault),
                &session,
                &subject,
                locale,
            ),
            None => LogoutAnswer {
                outcome: LogoutOutcome::Refused(fault),
                drop_session: browser.session.is_some(),
                locale,
            },
        }
    }

    fn open(&self, encoded: &str) -> Option<Confirmed> {
        let parameters = Parameters::parse(encoded).ok()?;
        let sealed = parameters.get("confirm")?;
        self.parts
            .keyring
            .sealer()
            .open_record(Purpose::Logout, sealed)
    }
}

/// Signed out: on to the address, by way of the frames where there are some.
fn left(
    address: Option<&PostLogoutAddress>,
    frames: Vec<Frame>,
    browser: &Browser,
    locale: Option<Locale>,
) -> LogoutAnswer {
    let outcome = match address.map(PostLogoutAddress::url) {
        Some(url) if frames.is_empty() && url.fits_a_header() => LogoutOutcome::Return(url),
        _ => LogoutOutcome::SignedOut(SignedOutPage {
            goes_on: address.is_some(),
            back: address.map(way_back),
            frames,
        }),
    };
    LogoutAnswer {
        outcome,
        drop_session: browser.session.is_some(),
        locale,
    }
}

fn way_back(address: &PostLogoutAddress) -> (String, PostLogoutUrl) {
    (address.client().name.clone(), address.url())
}

/// Nothing was ended, so the cookie stays.
fn broken(error: &StoreError, locale: Option<Locale>) -> LogoutAnswer {
    tracing::error!(%error, "the store failed");
    LogoutAnswer {
        outcome: LogoutOutcome::Broken,
        drop_session: false,
        locale,
    }
}
