//! Time that goes on with the work: one operation for each step, and no step while one of them
//! has been waiting for long, so that a busy machine makes no code or logout token too old, and
//! a quick one no more sign-ins than there are in that time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dingpass::clock::{Clock as _, Timestamp};
use tokio::sync::{Notify, Semaphore};

use crate::support::TestClock;

/// One step of time: no larger than the time between two looks of the schedule.
pub(super) const STEP: Duration = Duration::from_secs(30);

/// An operation sees no more of them than this.
const STEPS_OF_AN_OPERATION: u32 = 2;

/// How fast time goes.
pub(super) struct Pace {
    clock: Arc<TestClock>,
    running: Mutex<BTreeMap<usize, Timestamp>>,
    finished: AtomicU64,
    is_over: AtomicBool,
    allowed: Semaphore,
    changed: Notify,
}

impl Pace {
    /// For so many workers.
    pub(super) fn new(clock: Arc<TestClock>, workers: usize) -> Self {
        Self {
            clock,
            running: Mutex::default(),
            finished: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            allowed: Semaphore::new(workers),
            changed: Notify::new(),
        }
    }

    /// An operation of a worker, when it is time for one.
    pub(super) async fn operation(&self, worker: usize, work: impl Future<Output = ()>) {
        self.allowed.acquire().await.unwrap().forget();
        let began_at = self.clock.now();
        self.running.lock().unwrap().insert(worker, began_at);
        work.await;
        self.running.lock().unwrap().remove(&worker);
        self.finished.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_one();
    }

    /// One step, once so many operations have been finished.
    pub(super) async fn step(&self, work: u64) {
        while self.finished() < work || self.has_an_old_one() {
            self.changed.notified().await;
        }
        self.clock.advance(STEP);
        self.allowed.add_permits(1);
    }

    fn has_an_old_one(&self) -> bool {
        let most = STEP * (STEPS_OF_AN_OPERATION - 1);
        let now = self.clock.now();
        let running = self.running.lock().unwrap();
        running.values().any(|began| now.since(*began) > most)
    }

    /// Workers are to end.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.allowed.add_permits(1_000);
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    pub(super) fn finished(&self) -> u64 {
        self.finished.load(Ordering::SeqCst)
    }
}
