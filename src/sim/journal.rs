//! The list of calls received.

use std::collections::VecDeque;

use serde::Serialize;

use super::fault::Kind;

/// So many calls are remembered; then the oldest goes.
const CAPACITY: usize = 1000;

/// A call received. The query and the bodies are not kept: codes, tokens and secrets are in them.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Call {
    /// When it arrived, RFC 3339 in UTC.
    pub(super) time: String,
    pub(super) method: String,
    pub(super) path: String,
    /// Null when the connection was dropped: nobody received a status.
    pub(super) status: Option<u16>,
    /// The effective error code; null for an answer that carries none.
    pub(super) code: Option<String>,
    pub(super) requestid: Option<String>,
    /// The injected fault that struck, if any.
    pub(super) fault: Option<Kind>,
}

/// The calls received, oldest first.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Journal(VecDeque<Call>);

impl Journal {
    pub(super) fn add(&mut self, call: Call) {
        if self.0.len() >= CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(call);
    }

    pub(super) fn clear(&mut self) -> usize {
        std::mem::take(&mut self.0).len()
    }
}
