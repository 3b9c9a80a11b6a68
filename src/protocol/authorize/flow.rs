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
pub(super) const LIFETIME: Duration = Duration::from_secs(3600);

/// Flows of one browser that are kept.
pub const MOST_FLOWS: usize = 5;

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

impl Authorization {
    /// The flow of that id among the browser's cookies, if it opens and its time is not
    /// over.
    pub(super) fn find_flow(&self, id: &str, browser: &Browser, now: Timestamp) -> Option<Flow> {
        let cookie = browser.flows.iter().find(|cookie| cookie.flow == id)?;
        let flow = self.open_flow(cookie)?;
        if let Flow::Pending(pending) = &flow
            && pending.flow.as_str() != id
        {
            return None;
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
        let mut changes = self.drop_oldest(id, browser);
        let sealed = serde_json::to_vec(flow)
            .ok()
            .and_then(|json| self.parts.keyring.sealer().seal(Purpose::Flow, &json).ok());
        if let Some(value) = sealed {
            changes.push(CookieChange::SetFlow(FlowCookie {
                flow: id.to_owned(),
                value,
            }));
        }
        changes
    }

    /// Drops cookies that don't open, and the oldest ones so that one more has room.
    fn drop_oldest(&self, keep: &str, browser: &Browser) -> Vec<CookieChange> {
        let mut others: Vec<(i64, &str)> = browser
            .flows
            .iter()
            .filter(|cookie| cookie.flow != keep)
            .map(|cookie| {
                let started = self.open_flow(cookie).map_or(i64::MIN, |f| f.started_at());
                (started, cookie.flow.as_str())
            })
            .collect();
        others.sort_unstable();
        let surplus = (others.len() + 1).saturating_sub(MOST_FLOWS);
        others
            .into_iter()
            .enumerate()
            .filter(|(index, (started, _))| *index < surplus || *started == i64::MIN)
            .map(|(_, (_, id))| CookieChange::DropFlow(id.to_owned()))
            .collect()
    }

    fn open_flow(&self, cookie: &FlowCookie) -> Option<Flow> {
        let json = self
            .parts
            .keyring
            .sealer()
            .open(Purpose::Flow, &cookie.value)?;
        serde_json::from_slice(&json).ok()
    }
}
