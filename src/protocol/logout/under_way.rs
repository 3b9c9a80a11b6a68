//! Which client is told next of a logout (OIDC Back-Channel Logout 1.0): the attempts under
//! way, and who has a turn. A client that hangs, or has much to be told, takes no other
//! client's turn away.

use std::collections::{HashMap, HashSet};

use tokio::task::JoinSet;

use crate::domain::id::{ClientId, Sid};
use crate::domain::logout::LogoutDelivery;

/// Attempts under way at once, in all.
const MOST: usize = 256;
/// Attempts under way at once at one client.
pub(super) const MOST_PER_CLIENT: usize = 4;
/// Attempts under way at once at all clients together whose last attempt failed, each of them
/// asked for one thing at a time: many that hang must leave room for those that listen.
const MOST_AT_FAILING: usize = 64;

type Key = (ClientId, Sid);

/// The attempts under way.
#[derive(Default)]
pub(super) struct UnderWay {
    tasks: JoinSet<(Key, bool)>,
    keys: HashSet<Key>,
    /// Clients whose last attempt failed.
    failing: HashSet<ClientId>,
    /// Which attempt, counted through, each client's latest one was.
    latest: HashMap<ClientId, u64>,
    started: u64,
}

impl UnderWay {
    /// Returns when one of them has ended; never, where there is none.
    pub(super) async fn one_ended(&mut self) {
        match self.tasks.join_next().await {
            Some(Ok((key, took))) => {
                if took {
                    self.failing.remove(&key.0);
                } else {
                    self.failing.insert(key.0.clone());
                }
                self.keys.remove(&key);
            }
            // A panic, a defect of ours: its key stays, so that the same is not tried again and
            // again before the next start.
            Some(Err(_)) => tracing::error!("the delivery of a logout panicked"),
            None => std::future::pending().await,
        }
    }

    /// What is not under way yet, as far as there is room: clients that listen before those
    /// that failed, then the least busy first, then who was asked longest ago. So every client
    /// has its turn, however many others have something due all the time.
    pub(super) fn in_turn(&self, due: Vec<LogoutDelivery>) -> Vec<LogoutDelivery> {
        let mut busy: HashMap<ClientId, usize> = HashMap::new();
        let mut at_failing = 0;
        for (client, _) in &self.keys {
            *busy.entry(client.clone()).or_default() += 1;
            at_failing += usize::from(self.failing.contains(client));
        }
        let mut turns: Vec<((bool, usize, u64), LogoutDelivery)> = Vec::new();
        for delivery in due {
            let key = (delivery.client.clone(), delivery.sid.clone());
            if self.keys.contains(&key) {
                continue;
            }
            let is_failing = self.failing.contains(&key.0);
            let latest = self.latest.get(&key.0).copied().unwrap_or_default();
            let most = if is_failing { 1 } else { MOST_PER_CLIENT };
            let turn = busy.entry(key.0).or_default();
            if *turn < most {
                turns.push(((is_failing, *turn, latest), delivery));
                *turn += 1;
            }
        }
        turns.sort_by_key(|(turn, _)| *turn);
        let mut room = MOST.saturating_sub(self.keys.len());
        let mut at_failing = MOST_AT_FAILING.saturating_sub(at_failing);
        let mut chosen = Vec::new();
        for ((is_failing, ..), delivery) in turns {
            if room == 0 || (is_failing && at_failing == 0) {
                break;
            }
            room -= 1;
            at_failing -= usize::from(is_failing);
            chosen.push(delivery);
        }
        chosen
    }

    /// Starts one; `attempt` tells whether the client took it.
    pub(super) fn start<F>(
        &mut self,
        delivery: LogoutDelivery,
        attempt: impl FnOnce(LogoutDelivery) -> F,
    ) where
        F: Future<Output = bool> + Send + 'static,
    {
        let key = (delivery.client.clone(), delivery.sid.clone());
        self.started = self.started.saturating_add(1);
        self.latest.insert(key.0.clone(), self.started);
        self.keys.insert(key.clone());
        let attempt = attempt(delivery);
        self.tasks.spawn(async move { (key, attempt.await) });
    }

    /// Returns when there is none any more.
    pub(super) async fn all_ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }

    /// Ends them where they are.
    pub(super) async fn break_off(&mut self) {
        self.tasks.shutdown().await;
    }
}
