//! Attempts that had their answer. A cookie can be kept and sent again by whoever made it, so
//! "one answer for each attempt" is remembered here: else one request would be enough to send
//! any number of made-up codes to DingTalk, which counts calls, and to make it refuse the
//! sign-ins of others. In memory and bounded: what is forgotten was long answered, and its
//! code is refused by DingTalk anyway.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Attempts that are remembered; the oldest goes first.
const MOST: usize = 16_384;

#[derive(Default)]
pub(super) struct AnsweredAttempts(Mutex<Answered>);

#[derive(Default)]
struct Answered {
    states: HashSet<String>,
    in_order: VecDeque<String>,
}

impl AnsweredAttempts {
    /// Claims the one answer of the attempt with that state; tells whether it was free.
    pub(super) fn claim(&self, state: &str) -> bool {
        let mut answered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !answered.states.insert(state.to_owned()) {
            return false;
        }
        answered.in_order.push_back(state.to_owned());
        if answered.in_order.len() > MOST
            && let Some(oldest) = answered.in_order.pop_front()
        {
            answered.states.remove(&oldest);
        }
        true
    }
}
