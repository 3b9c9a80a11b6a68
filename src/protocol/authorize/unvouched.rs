//! An upstream that did not vouch for a person: a page says why, the flow stays open for
//! another attempt, and whoever the directory says is gone is signed out everywhere. The
//! client is told only when the person chooses to go back.

use super::consent::Progress;
use super::problem::{Problem, UpstreamProblem, cause_for_client};
use super::request::ReturnAddress;
use super::{Answer, Authorization, Browser};
use crate::clock::Timestamp;
use crate::domain::authorization::PendingAuthorization;
use crate::protocol::Correlation;
use crate::protocol::failures::Failure;
use crate::store::{SignOutEverywhere, SignedOut, StoreError};
use crate::upstream::{Cause, Provider, UpstreamError};

impl Authorization {
    /// The directory's plain no about somebody who had signed in before: a leaver. A no about
    /// the application (a range, a permission) or no answer at all is none about the person.
    async fn sign_out_who_is_gone(
        &self,
        provider: &dyn Provider,
        error: &UpstreamError,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let is_gone = matches!(
            error.cause,
            Cause::NotAMember | Cause::ExternalContact | Cause::PersonDisabled
        );
        let Some(link) = error.person.as_ref().filter(|_| is_gone) else {
            return Ok(());
        };
        let signed_out = self
            .parts
            .subjects
            .sign_out_everywhere(SignOutEverywhere {
                link: link.as_ref().clone(),
                upstream: provider.id().clone(),
                cause: error.cause.as_str(),
                upstream_request: error.detail.request_id.clone(),
                to_tell: self.parts.clients.to_tell(),
                correlation: correlation.0.clone(),
                now,
            })
            .await?;
        if signed_out == SignedOut::Everywhere {
            tracing::info!("all sessions of that person were ended");
        }
        Ok(())
    }

    /// The flow stays open for another attempt.
    #[expect(
        clippy::too_many_arguments,
        reason = "one private step of the callback, which has all of these in its hands"
    )]
    pub(super) async fn not_vouched_for(
        &self,
        pending: PendingAuthorization,
        address: &ReturnAddress,
        provider: &dyn Provider,
        error: UpstreamError,
        browser: &Browser,
        correlation: &Correlation,
        now: Timestamp,
    ) -> Result<Answer, StoreError> {
        tracing::warn!(
            %error,
            cause = error.cause.as_str(),
            apply_link = error.detail.apply_link.as_deref(),
            upstream = provider.id().as_str(),
            client = pending.client.as_str(),
            "the upstream did not vouch for a person"
        );
        self.parts.failures.count(
            Failure::SignIn(error.cause.as_str()),
            Some(&pending.client),
            error.detail.request_id.as_deref(),
        );
        self.sign_out_who_is_gone(provider, &error, correlation, now)
            .await?;
        if error.cause == Cause::CodeRefused
            && let Some(found) = self.session_that_meets(&pending, browser, now).await?
        {
            let found = Some(found);
            return self
                .advance(pending, address, found, Progress::NONE, browser, now)
                .await;
        }
        let problem = self.failed_upstream(&pending, address, provider, error);
        Ok(self.problem(problem, &pending, browser))
    }

    pub(super) fn failed_upstream(
        &self,
        pending: &PendingAuthorization,
        address: &ReturnAddress,
        provider: &dyn Provider,
        error: UpstreamError,
    ) -> Problem {
        Problem::Upstream(UpstreamProblem {
            provider_name: provider.name().to_owned(),
            retry: self.retry(pending),
            back: self.way_back(address, cause_for_client(error.cause.blame())),
            error,
        })
    }
}
