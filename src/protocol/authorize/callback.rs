//! The way back from an upstream. The answer counts only in the browser that was sent there,
//! for the attempt that is under way: its `state` must be the one in the flow's cookie
//! (login CSRF, stolen codes and answers to questions that nobody asked all end here).

use super::cause::RedirectedCause;
use super::consent::Progress;
use super::flow::LIFETIME;
use super::next::{Agreed, Step, next_step};
use super::problem::Problem;
use super::request::ReturnAddress;
use super::sign_in::shown;
use super::{Answer, Authorization, Browser, CookieChange};
use crate::clock::Timestamp;
use crate::domain::authorization::PendingAuthorization;
use crate::domain::id::{Sid, SubjectId};
use crate::domain::identity::{Identity, Subject};
use crate::domain::params::Parameters;
use crate::domain::secret::{Digest, Handle, equal_in_constant_time};
use crate::domain::session::Session;
use crate::protocol::Correlation;
use crate::protocol::failures::Failure;
use crate::store::{SignIn, SignInRecorded, StoreError};
use crate::upstream::{Cause, Provider, UpstreamError};

impl Authorization {
    /// Answers the browser that comes back from `upstream`; `encoded` is the query.
    pub async fn callback(
        &self,
        upstream: &str,
        encoded: &str,
        browser: &Browser,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Answer {
        let Some(provider) = self.provider(upstream) else {
            return shown(Problem::UnknownUpstream, browser);
        };
        let Ok(parameters) = Parameters::parse(encoded) else {
            return shown(Problem::FlowLost, browser);
        };
        let state = parameters.get("state").unwrap_or_default();
        let (flow, secret) = state.split_once('.').unwrap_or_default();
        let mut pending = match self.pending_flow(flow, browser, now) {
            Ok(pending) => *pending,
            Err(problem) => return shown(*problem, browser),
        };
        let address = ReturnAddress::of_pending(&pending, &self.parts.clients);
        let attempt = pending.attempt.take();
        let expected = attempt.as_ref().is_none_or(|attempt| {
            attempt.upstream == *provider.id() && equal_in_constant_time(&attempt.state, secret)
        });
        let (true, Some(address)) = (expected, address) else {
            tracing::info!("an answer came that nobody had asked for");
            self.parts
                .failures
                .count(Failure::UnaskedAnswer, None, None);
            return shown(Problem::FlowLost, browser);
        };
        let retry = Some(self.retry(&pending));
        let is_first_answer = attempt.is_some_and(|attempt| self.answered.claim(&attempt.state));
        if !is_first_answer {
            let reloaded = self
                .reloaded(pending, &address, provider, browser, now)
                .await;
            return reloaded.unwrap_or_else(|error| self.broken(&error, retry, browser));
        }
        let answered = match provider.identify(&parameters).await {
            Ok(identity) => {
                self.signed_in(
                    pending,
                    &address,
                    provider,
                    identity,
                    browser,
                    correlation,
                    now,
                )
                .await
            }
            Err(error) => {
                self.not_vouched_for(
                    pending,
                    &address,
                    provider,
                    error,
                    browser,
                    correlation,
                    now,
                )
                .await
            }
        };
        answered.unwrap_or_else(|error| self.broken(&error, retry, browser))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one private step of the callback, which has all of these in its hands"
    )]
    async fn signed_in(
        &self,
        pending: PendingAuthorization,
        address: &ReturnAddress,
        provider: &dyn Provider,
        identity: Identity,
        browser: &Browser,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<Answer, StoreError> {
        let entropy = self.parts.entropy.as_ref();
        let cookie = Handle::mint(entropy);
        let lifetimes = &self.parts.lifetimes;
        // The row outlives everything that hangs from the session.
        let keep = lifetimes.session_absolute
            + LIFETIME
            + lifetimes.code
            + lifetimes.access_token.max(lifetimes.id_token);
        let previous = self
            .live_sessions
            .find(browser.session.as_deref(), now)
            .await?;
        let recorded = self
            .parts
            .sessions
            .record_sign_in(SignIn {
                identity,
                new_subject: SubjectId::mint(entropy),
                new_sid: Sid::mint(entropy),
                cookie: cookie.digest(),
                previous_cookie: browser.session.as_deref().map(Digest::of),
                resume: previous.map(|(session, _)| session.sid),
                upstream: provider.id().clone(),
                client: pending.client.clone(),
                keep_until: now.plus(keep),
                to_tell: self.parts.clients.to_tell(),
                correlation: correlation.0.clone(),
                now,
            })
            .await?;
        match recorded {
            SignInRecorded::SignedIn(session, subject) => {
                tracing::info!(
                    sub = subject.id.as_str(),
                    sid = session.sid.as_str(),
                    client = pending.client.as_str(),
                    upstream = provider.id().as_str(),
                    "signed in"
                );
                let mut answer = self
                    .advance(
                        pending,
                        address,
                        Some((*session, *subject)),
                        Progress::SIGNED_IN,
                        browser,
                        now,
                    )
                    .await?;
                answer.cookies.push(CookieChange::SetSession(cookie));
                Ok(answer)
            }
            SignInRecorded::Blocked => {
                let client = Some(&pending.client);
                self.parts.failures.count(Failure::Blocked, client, None);
                Ok(self.problem(
                    Problem::Blocked {
                        retry: self.retry(&pending),
                        back: self.way_back(address, RedirectedCause::PersonRefused),
                    },
                    &pending,
                    browser,
                ))
            }
        }
    }

    /// The same answer once more: a reload, or a form that was sent twice. With a session
    /// that meets the request it goes on; else another attempt can be started. The flow's
    /// cookie is left alone, since the first answer may just have set it.
    async fn reloaded(
        &self,
        pending: PendingAuthorization,
        address: &ReturnAddress,
        provider: &dyn Provider,
        browser: &Browser,
        now: Timestamp,
    ) -> Result<Answer, StoreError> {
        let found = self.session_that_meets(&pending, browser, now).await?;
        if found.is_some() {
            return self
                .advance(pending, address, found, Progress::NONE, browser, now)
                .await;
        }
        let error = UpstreamError::bare(Cause::InvalidAnswer, "callback");
        let problem = self.failed_upstream(&pending, address, provider, error);
        Ok(Answer {
            locale: pending.locale.or(browser.locale),
            ..shown(problem, browser)
        })
    }

    /// The live session of this browser with its person, if it meets every demand of the
    /// request.
    pub(super) async fn session_that_meets(
        &self,
        pending: &PendingAuthorization,
        browser: &Browser,
        now: Timestamp,
    ) -> Result<Option<(Session, Subject)>, StoreError> {
        let found = self
            .live_sessions
            .find(browser.session.as_deref(), now)
            .await?;
        let session = found.as_ref().map(|(session, _)| session);
        // Whether there is a consent is asked when it goes on.
        let step = next_step(pending, session, false, Agreed::Yes, now);
        Ok(found.filter(|_| step == Step::Issue))
    }
}
