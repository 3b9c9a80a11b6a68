//! What is neither a token nor a sign-in code: tickets for the pages' own calls, and the codes
//! with which an administrator comes from the administration console.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::Timestamp;

const TICKET_LIFE: Duration = Duration::from_secs(7200);
/// However often a ticket is asked for, it ends so long after it was first handed out.
const TICKET_CAP: Duration = Duration::from_secs(24 * 3600);
const CODE_LIFE: Duration = Duration::from_secs(5 * 60);

/// An app in an organisation.
type Seat = (String, String);

struct Ticket {
    value: String,
    until: Timestamp,
    last: Timestamp,
}

/// An administrator on the way from the console to an app.
pub(super) struct Visit {
    pub(super) corp_id: String,
    pub(super) userid: String,
}

/// All tickets and console codes.
#[derive(Default)]
pub(super) struct Tickets {
    jsapi: HashMap<Seat, Ticket>,
    console: HashMap<String, (Visit, Timestamp)>,
}

impl Tickets {
    /// The app's ticket: the one that is still valid, extended, or else `fresh`; and how many
    /// seconds it is valid.
    pub(super) fn jsapi(
        &mut self,
        client_id: &str,
        corp_id: &str,
        fresh: String,
        now: Timestamp,
    ) -> (String, i64) {
        let seat = (client_id.to_owned(), corp_id.to_owned());
        self.jsapi.retain(|_, ticket| now < ticket.until);
        let ticket = self.jsapi.entry(seat).or_insert_with(|| Ticket {
            value: fresh,
            until: now,
            last: now.plus(TICKET_CAP),
        });
        ticket.until = now.plus(TICKET_LIFE).min(ticket.last);
        let left = (ticket.until.as_millis() - now.as_millis()) / 1000;
        (ticket.value.clone(), left)
    }

    /// Records the code that the console appends when an administrator opens an app.
    pub(super) fn admit(&mut self, code: String, visit: Visit, now: Timestamp) {
        self.console.retain(|_, (_, until)| now < *until);
        self.console.insert(code, (visit, now.plus(CODE_LIFE)));
    }

    /// Redeems a console code of this organisation, once. One of another organisation stays good.
    pub(super) fn redeem(&mut self, code: &str, corp_id: &str, now: Timestamp) -> Option<Visit> {
        if self.console.get(code)?.0.corp_id != corp_id {
            return None;
        }
        let (visit, until) = self.console.remove(code)?;
        (now < until).then_some(visit)
    }

    /// Forgets all; returns how many there were.
    pub(super) fn revoke(&mut self) -> usize {
        let count = self.jsapi.len() + self.console.len();
        *self = Self::default();
        count
    }
}
