//! What a person is shown when there is no answer for the client yet: language-neutral; the
//! pages put it into words.

use super::Authorization;
use super::cause::{DisplayedCause, RedirectedCause};
use super::request::ReturnAddress;
use super::response::Delivery;
use crate::domain::authorization::PendingAuthorization;
use crate::domain::id::{FlowId, UpstreamId};
use crate::upstream::{Blame, UpstreamError};

/// What went wrong.
#[derive(Debug)]
pub enum Problem {
    /// The request names no client and address that belong together.
    BadRequest(DisplayedCause),
    /// The browser brought no such flow: too late, another browser, or cookies are off.
    FlowLost,
    /// The flow had its answer already.
    AlreadyDone {
        /// Who was answered.
        client_name: String,
        /// Where the client lives.
        client_uri: Option<String>,
    },
    /// No upstream of that name.
    UnknownUpstream,
    /// The upstream did not vouch for the person.
    Upstream(UpstreamProblem),
    /// The person may not sign in here.
    Blocked {
        /// Starts another attempt.
        retry: Retry,
        /// Tells the client.
        back: WayBack,
    },
    /// Another person signed in than the one whom the client meant.
    WrongPerson {
        /// Starts another attempt.
        retry: Retry,
        /// Tells the client.
        back: WayBack,
    },
    /// Something broke here.
    Broken {
        /// Starts another attempt, where one had begun; else the same address may be asked
        /// again.
        retry: Option<Retry>,
    },
}

/// The upstream did not vouch for the person.
#[derive(Debug)]
pub struct UpstreamProblem {
    /// Why.
    pub error: UpstreamError,
    /// The upstream's name.
    pub provider_name: String,
    /// Starts another attempt of the same flow.
    pub retry: Retry,
    /// Tells the client.
    pub back: WayBack,
}

/// Another attempt of the same flow.
#[derive(Clone, Debug)]
pub struct Retry {
    /// The flow.
    pub flow: FlowId,
    /// The upstream; none where the person chooses.
    pub upstream: Option<UpstreamId>,
}

/// The way back to the client, with the error that it is told.
#[derive(Clone, Debug)]
pub struct WayBack {
    /// Its name.
    pub client_name: String,
    /// How it is told.
    pub answer: Delivery,
}

impl Authorization {
    pub(super) fn retry(&self, pending: &PendingAuthorization) -> Retry {
        let only = match self.parts.providers.as_slice() {
            [only] => Some(only.id().clone()),
            _ => None,
        };
        Retry {
            flow: pending.flow.clone(),
            upstream: only,
        }
    }

    pub(super) fn way_back(&self, address: &ReturnAddress, cause: RedirectedCause) -> WayBack {
        WayBack {
            client_name: address.client().name.clone(),
            answer: address.with_error(cause, &self.parts.issuer),
        }
    }
}

/// What the client is told of a failure upstream.
pub(super) const fn cause_for_client(blame: Blame) -> RedirectedCause {
    match blame {
        Blame::Person => RedirectedCause::PersonRefused,
        Blame::Timing => RedirectedCause::Timing,
        Blame::Upstream => RedirectedCause::UpstreamDown,
        Blame::Operator => RedirectedCause::UpstreamSetUp,
    }
}
