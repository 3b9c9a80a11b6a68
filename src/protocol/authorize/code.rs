//! The issuing of a code: its row, the claim of the flow that it answers and the session's
//! touch are one act. It carries the condition that the session that was looked at is still
//! the one that is there.

use super::cause::RedirectedCause;
use super::problem::Problem;
use super::request::{Refusal, ReturnAddress};
use super::{Answer, Authorization, Browser, Outcome, flow};
use crate::clock::Timestamp;
use crate::domain::authorization::PendingAuthorization;
use crate::domain::code::{AuthorizationCode, CodeState};
use crate::domain::secret::Handle;
use crate::domain::session::Session;
use crate::store::{CodeIssued, FlowClaim, IssueCode, StoreError};

impl Authorization {
    /// Issues a code for a session that meets every demand, and answers with it.
    pub(super) async fn issue(
        &self,
        pending: PendingAuthorization,
        address: &ReturnAddress,
        session: Session,
        browser: &Browser,
        now: Timestamp,
    ) -> Result<Answer, StoreError> {
        let (code, issued) = self.issue_code(&pending, &session, now).await?;
        self.issued(pending, address, &code, issued, browser)
    }

    /// Writes a code, which claims the flow if that could be brought again.
    async fn issue_code(
        &self,
        pending: &PendingAuthorization,
        session: &Session,
        now: Timestamp,
    ) -> Result<(Handle, CodeIssued), StoreError> {
        let code = Handle::mint(self.parts.entropy.as_ref());
        let touch = self.live_sessions.is_touch_due(session, now);
        let issued = self
            .parts
            .codes
            .issue_code(IssueCode {
                claim: pending.travelled.then(|| FlowClaim {
                    flow: pending.flow.clone(),
                    until: pending.started().plus(flow::LIFETIME),
                }),
                digest: code.digest(),
                code: AuthorizationCode {
                    client: pending.client.clone(),
                    redirect_uri: pending.redirect_uri.clone(),
                    code_challenge: pending.code_challenge.clone(),
                    scope: pending.scope.clone(),
                    claims: pending.claims.clone(),
                    issued_at: now.as_millis(),
                    nonce: pending.nonce.clone(),
                    subject: session.subject.clone(),
                    sid: session.sid.clone(),
                    auth_time: session.auth_time,
                    expires_at: now.plus(self.parts.lifetimes.code).as_millis(),
                    state: CodeState::Unspent,
                },
                touch,
                now,
            })
            .await?;
        Ok((code, issued))
    }

    fn issued(
        &self,
        pending: PendingAuthorization,
        address: &ReturnAddress,
        code: &Handle,
        issued: CodeIssued,
        browser: &Browser,
    ) -> Result<Answer, StoreError> {
        let locale = pending.locale.or(browser.locale);
        match issued {
            CodeIssued::Issued => Ok(Answer {
                outcome: Outcome::Return(address.with_code(code, &self.parts.issuer)),
                cookies: self.finish_flow(&pending, browser),
                locale,
            }),
            CodeIssued::AlreadyClaimed => Ok(Answer {
                outcome: Outcome::Problem(Box::new(Problem::AlreadyDone {
                    client_name: address.client().name.clone(),
                    client_uri: address.client().home(),
                })),
                cookies: self.finish_flow(&pending, browser),
                locale,
            }),
            // Ended between the look and the act: then it is as if it had not been there.
            CodeIssued::SessionGone if pending.demand.silent => Ok(self.refused(
                Refusal::Redirected(address.clone(), RedirectedCause::LoginRequired),
                browser,
            )),
            CodeIssued::SessionGone => Ok(self.ask_to_sign_in(pending, address, browser)),
        }
    }
}
