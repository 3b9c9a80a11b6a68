//! Flow cookies: a pending authorization, sealed, in the browser that began it. The newest
//! five are kept, so that several tabs can sign in side by side and headers stay small.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Authorization, Browser, CookieChange};
use crate::clock::Timestamp;
use crate::domain::authorization::PendingAuthorization;
use crate::domain::id::ClientId;
use crate::keyring::Purpose;

/// How long a person may take from the request to the answer.
pub const LIFETIME: Duration = Duration::from_secs(3600);

/// Flows of one browser that are kept.
pub const MOST_FLOWS: usize = 5;

/// The most bytes of one browser's flow cookies. With the session's they stay below the 8 KB
/// that nginx takes in one header of a request; a browser that has more is shut out by it.
const MOST_BYTES: usize = 7 * 1024;

/// Flow cookies that are looked at when there are too many: a browser that opens many tabs
/// at one moment gets one for each, since no request knows of the others.
const MOST_WEIGHED: usize = 64;

/// Flow cookies that one answer drops: each costs it a header line. The next one goes on.
const MOST_DROPPED: usize = 3;

/// A name longer than our flows' is none of ours, and would swell the answer.
const LONGEST_ID: usize = 32;

/// The longest sealed flow, in bytes.
const LONGEST: usize = 3 * 1024;

/// A flow cookie: the part of its name that tells the flow, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowCookie {
    /// The flow's id.
    pub flow: String,
    /// The sealed value.
    pub value: String,
}

/// What is sealed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Flow {
    /// On its way.
    #[serde(rename = "p")]
    Pending(Box<PendingAuthorization>),
    /// It had its answer: kept for a while, so that a reload can say so and lead back.
    #[serde(rename = "d")]
    Done {
        /// Who was answered.
        #[serde(rename = "c")]
        client: ClientId,
        /// When the request came, in milliseconds.
        #[serde(rename = "t")]
        started_at: i64,
    },
}

impl Flow {
    const fn started_at(&self) -> i64 {
        match self {
            Self::Pending(pending) => pending.started_at,
            Self::Done { started_at, .. } => *started_at,
        }
    }
}

/// Whether a flow, with an attempt in it, will fit into a cookie. Sealing adds a third, and
/// an attempt some hundred bytes.
pub(super) fn fits(pending: &PendingAuthorization) -> bool {
    serde_json::to_vec(pending).is_ok_and(|json| json.len() * 4 / 3 + 300 <= LONGEST)
}

/// What a flow's cookie takes in a request's header, the rest of its name included.
const fn bytes_of(flow: &str, value: &str) -> usize {
    "__Host-flow-=; ".len() + flow.len() + value.len()
}

impl Authorization {
    /// The flow of that id among the browser's cookies, if it opens and its time is not
    /// over. It asks for no more than its client may have now: a request that was checked
    /// before a restart must not bring back what the operator took from the client since.
    pub(super) fn find_flow(&self, id: &str, browser: &Browser, now: Timestamp) -> Option<Flow> {
        let cookie = browser.flows.iter().find(|cookie| cookie.flow == id)?;
        let mut flow = self.open_flow(cookie)?;
        if let Flow::Pending(pending) = &mut flow {
            if pending.flow.as_str() != id {
                return None;
            }
            if let Some(client) = self.parts.clients.find(&pending.client) {
                pending.scope = pending.scope.intersection(&client.scope);
                pending.claims = pending.claims.within(&client.scope);
            }
        }
        let end = Timestamp::from_millis(flow.started_at()).plus(LIFETIME);
        (now < end).then_some(flow)
    }

    /// Cookie changes that keep `pending`, and drop the oldest beyond the limit.
    pub(super) fn keep_flow(
        &self,
        pending: &PendingAuthorization,
        browser: &Browser,
    ) -> Vec<CookieChange> {
        self.put_flow(
            pending.flow.as_str(),
            &Flow::Pending(Box::new(pending.clone())),
            browser,
        )
    }

    /// Cookie changes for a flow that had its answer. A request that was answered at once
    /// never had a cookie, and gets none.
    pub(super) fn finish_flow(
        &self,
        pending: &PendingAuthorization,
        browser: &Browser,
    ) -> Vec<CookieChange> {
        let id = pending.flow.as_str();
        if !browser.flows.iter().any(|cookie| cookie.flow == id) {
            return Vec::new();
        }
        let done = Flow::Done {
            client: pending.client.clone(),
            started_at: pending.started_at,
        };
        self.put_flow(id, &done, browser)
    }

    fn put_flow(&self, id: &str, flow: &Flow, browser: &Browser) -> Vec<CookieChange> {
        let sealed = self.parts.keyring.sealer().seal_record(Purpose::Flow, flow);
        let bytes = sealed.as_ref().map_or(0, |value| bytes_of(id, value));
        let mut changes = self.drop_oldest(id, bytes, browser);
        if let Some(value) = sealed {
            changes.push(CookieChange::SetFlow(FlowCookie {
                flow: id.to_owned(),
                value,
            }));
        }
        changes
    }

    /// Drops cookies that don't open, and the oldest ones so that one more, of `bytes`, has
    /// room.
    fn drop_oldest(&self, keep: &str, mut bytes: usize, browser: &Browser) -> Vec<CookieChange> {
        let mut others: Vec<(i64, &FlowCookie)> = browser
            .flows
            .iter()
            .filter(|cookie| cookie.flow != keep && cookie.flow.len() <= LONGEST_ID)
            .take(MOST_WEIGHED)
            .map(|cookie| {
                let started = self.open_flow(cookie).map_or(i64::MIN, |f| f.started_at());
                (started, cookie)
            })
            .collect();
        others.sort_unstable_by_key(|(started, cookie)| (*started, &cookie.flow));
        let kept = others
            .iter()
            .rev()
            .take(MOST_FLOWS - 1)
            .take_while(|(started, cookie)| {
                bytes += bytes_of(&cookie.flow, &cookie.value);
                *started != i64::MIN && bytes <= MOST_BYTES
            })
            .count();
        let surplus = others.len() - kept;
        others
            .into_iter()
            .take(surplus.min(MOST_DROPPED))
            .map(|(_, cookie)| CookieChange::DropFlow(cookie.flow.clone()))
            .collect()
    }

    fn open_flow(&self, cookie: &FlowCookie) -> Option<Flow> {
        self.parts
            .keyring
            .sealer()
            .open_record(Purpose::Flow, &cookie.value)
    }
}
