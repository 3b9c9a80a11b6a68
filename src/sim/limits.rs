//! DingTalk's limit on calls: so many a second for each app and each API.
//!
//! Off until it is switched on, for a load test would measure nothing else.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::clock::Timestamp;

const WINDOW: Duration = Duration::from_secs(1);

/// Who is counted: an app in an organisation, at one API.
type Counted = (String, String, &'static str);

/// The limit, and the calls of the last second that it is measured by.
#[derive(Default)]
pub(super) struct Limits {
    per_second: Option<usize>,
    calls: HashMap<Counted, VecDeque<Timestamp>>,
}

impl Limits {
    /// Sets the limit, or takes it away; the count begins anew.
    pub(super) fn set(&mut self, per_second: Option<usize>) {
        self.per_second = per_second;
        self.calls.clear();
    }

    pub(super) fn per_second(&self) -> Option<usize> {
        self.per_second
    }

    /// Whether one more call is within the limit. A call that is not does not count.
    pub(super) fn admits(
        &mut self,
        client_id: &str,
        corp_id: &str,
        api: &'static str,
        now: Timestamp,
    ) -> bool {
        let Some(most) = self.per_second else {
            return true;
        };
        let counted = (client_id.to_owned(), corp_id.to_owned(), api);
        let calls = self.calls.entry(counted).or_default();
        while calls.front().is_some_and(|then| then.plus(WINDOW) <= now) {
            calls.pop_front();
        }
        let admitted = calls.len() < most;
        if admitted {
            calls.push_back(now);
        }
        admitted
    }
}
