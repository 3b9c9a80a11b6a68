//! The way out to an upstream: each attempt has its own one-time `state`, which is bound to
//! the browser by the flow's cookie and unlocks nothing by itself.

use super::problem::Problem;
use super::request::ReturnAddress;
use super::{Answer, Authorization, Browser, Choice, Outcome};
use crate::clock::Timestamp;
use crate::domain::authorization::{Attempt, PendingAuthorization};
use crate::domain::secret::random_token;
use crate::upstream::Provider;

impl Authorization {
    /// Starts an attempt of a flow at the upstream that the person chose, or shows the
    /// choice where `upstream` names none.
    pub fn sign_in(
        &self,
        upstream: Option<&str>,
        flow: &str,
        browser: &Browser,
        now: Timestamp,
    ) -> Answer {
        let pending = match self.pending_flow(flow, browser, now) {
            Ok(pending) => *pending,
            Err(problem) => return shown(*problem, browser),
        };
        let Some(address) = ReturnAddress::of_pending(&pending, &self.parts.clients) else {
            return shown(Problem::FlowLost, browser);
        };
        match upstream {
            None => self.ask_to_sign_in(pending, &address, browser),
            Some(id) => match self.provider(id) {
                Some(provider) => self.attempt(pending, provider, browser),
                None => shown(Problem::UnknownUpstream, browser),
            },
        }
    }

    /// One way to sign in: there at once. Several: the person chooses.
    pub(super) fn ask_to_sign_in(
        &self,
        pending: PendingAuthorization,
        address: &ReturnAddress,
        browser: &Browser,
    ) -> Answer {
        if let [only] = self.parts.providers.as_slice() {
            return self.attempt(pending, only.as_ref(), browser);
        }
        Answer {
            outcome: Outcome::Choose(Choice {
                flow: pending.flow.clone(),
                client_name: address.client().name.clone(),
                providers: self
                    .parts
                    .providers
                    .iter()
                    .map(|provider| (provider.id().clone(), provider.name().to_owned()))
                    .collect(),
            }),
            cookies: self.keep_flow(&pending, browser),
            locale: pending.locale.or(browser.locale),
        }
    }

    pub(super) fn provider(&self, id: &str) -> Option<&dyn Provider> {
        self.parts
            .providers
            .iter()
            .find(|provider| provider.id().as_str() == id)
            .map(AsRef::as_ref)
    }

    fn attempt(
        &self,
        mut pending: PendingAuthorization,
        provider: &dyn Provider,
        browser: &Browser,
    ) -> Answer {
        let state = random_token::<16>(self.parts.entropy.as_ref());
        let url = provider.authorization_url(&format!("{}.{state}", pending.flow));
        pending.attempt = Some(Attempt {
            upstream: provider.id().clone(),
            state,
        });
        Answer {
            outcome: Outcome::SignIn(url),
            cookies: self.keep_flow(&pending, browser),
            locale: pending.locale.or(browser.locale),
        }
    }
}

pub(super) fn shown(problem: Problem, browser: &Browser) -> Answer {
    if matches!(problem, Problem::FlowLost) {
        // Too late, another browser, no cookies, or an answer that nobody asked for.
        tracing::info!(
            cause = "flow_lost",
            "no such sign-in is under way in this browser"
        );
    }
    Answer {
        outcome: Outcome::Problem(Box::new(problem)),
        cookies: Vec::new(),
        locale: browser.locale,
    }
}
