//! The flow that waits for its next step, or the page that says what is wrong with it.

use super::flow::Flow;
use super::problem::Problem;
use super::{Authorization, Browser};
use crate::clock::Timestamp;
use crate::domain::authorization::PendingAuthorization;
use crate::domain::id::ClientId;

impl Authorization {
    /// The flow of that id that waits for its next step, or what is wrong with it.
    pub(super) fn pending_flow(
        &self,
        id: &str,
        browser: &Browser,
        now: Timestamp,
    ) -> Result<Box<PendingAuthorization>, Box<Problem>> {
        match self.find_flow(id, browser, now) {
            Some(Flow::Pending(pending)) => Ok(pending),
            Some(Flow::Done { client, .. }) => Err(Box::new(self.already_done(&client))),
            None => Err(Box::new(Problem::FlowLost)),
        }
    }

    fn already_done(&self, client: &ClientId) -> Problem {
        match self.parts.clients.find(client) {
            Some(client) => Problem::AlreadyDone {
                client_name: client.name.clone(),
                client_uri: client.home(),
            },
            None => Problem::FlowLost,
        }
    }
}
