//! The writer thread. redb admits one write transaction at a time and a durable commit
//! waits for the disk, so the acts that wait while a commit runs go into the next one
//! together (group commit, with no artificial delay). An act is answered only after its
//! transaction is on the disk. An act that fails takes no other with it: the batch is
//! given up, and each of its acts runs again in a transaction of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use redb::{Durability, WriteTransaction};
use tokio::sync::{mpsc, oneshot, watch};

use super::failed;
use super::rows::probe;
use super::slot::Slot;
use crate::store::StoreError;

/// Acts that may wait; further callers wait to enqueue, which is the back-pressure.
const QUEUE: usize = 1024;
/// Most acts of one transaction.
const BATCH: usize = 256;

/// An act with the caller who waits for it.
trait Act: Send {
    /// Does its part of a transaction; may be called again after a transaction was given up.
    fn run(&mut self, transaction: &WriteTransaction) -> Result<(), StoreError>;
    /// Tells the caller how it ended.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Waiting<T, F> {
    act: F,
    outcome: Option<T>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Act for Waiting<T, F>
where
    T: Send,
    F: FnMut(&WriteTransaction) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, transaction: &WriteTransaction) -> Result<(), StoreError> {
        self.outcome = None;
        self.outcome = Some((self.act)(transaction)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self {
            outcome, answer, ..
        } = *self;
        let outcome = committed.and_then(|()| {
            outcome.ok_or_else(|| StoreError::Failed("the act did not run".to_owned()))
        });
        // The receiver may be gone: its request was cancelled. The act stands all the same.
        let _ = answer.send(outcome);
    }
}

/// A write for its own sake, for which nobody waits in particular.
struct Look(Arc<AtomicBool>);

impl Act for Look {
    fn run(&mut self, transaction: &WriteTransaction) -> Result<(), StoreError> {
        probe(transaction)
    }

    fn answer(self: Box<Self>, _: Result<(), StoreError>) {}
}

impl Drop for Look {
    /// Done, given up, or never taken on.
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

pub(super) struct Writer {
    /// Closed by taking it.
    queue: Option<mpsc::Sender<Box<dyn Act>>>,
    thread: Option<JoinHandle<()>>,
    healthy: Arc<AtomicBool>,
    /// Whether somebody's wish that the database be opened anew still waits.
    asked_to_look: Arc<AtomicBool>,
    /// Counts commits.
    commits: watch::Sender<u64>,
}

impl Writer {
    pub(super) fn start(slot: Arc<Slot>) -> Result<Self, StoreError> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let healthy = Arc::new(AtomicBool::new(true));
        let health = Arc::clone(&healthy);
        let asked_to_look = Arc::new(AtomicBool::new(false));
        let commits = watch::Sender::new(0);
        let counter = commits.clone();
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_until_closed(&slot, waiting, &health, &counter))
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            healthy,
            asked_to_look,
            commits,
        })
    }

    /// Has the thread try whether the database can be opened and written. However many ask,
    /// one act waits for that; [`Self::commits`] changes when it is done, or could not be.
    pub(super) fn look(&self) {
        if self.asked_to_look.swap(true, Ordering::AcqRel) {
            return;
        }
        let act = Box::new(Look(Arc::clone(&self.asked_to_look)));
        // Where the queue is full, any of its acts does the same.
        if let Some(queue) = &self.queue {
            let _ = queue.try_send(act);
        }
    }

    /// Runs `act` in a durable transaction and returns its outcome once that is committed.
    /// A caller that goes away meanwhile loses the answer, not the act.
    pub(super) async fn run<T, F>(&self, act: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&WriteTransaction) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            act,
            outcome: None,
            answer,
        };
        self.queue
            .as_ref()
            .ok_or_else(stopped)?
            .send(Box::new(waiting))
            .await
            .map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Changes after each commit.
    pub(super) fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    /// Whether the last commit was kept.
    pub(super) fn is_healthy(&self) -> bool {
        let open = self.queue.as_ref().is_some_and(|queue| !queue.is_closed());
        open && self.healthy.load(Ordering::Relaxed)
    }
}

impl Drop for Writer {
    /// Lets the acts that wait come to their end, then the thread, and with it the database
    /// is closed: a file that was closed needs no repair at the next start.
    fn drop(&mut self) {
        self.queue.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Failed("the writer has stopped".to_owned())
}

/// How long the writer rests when nothing can be written, so that it does not wear itself out.
const REST: Duration = Duration::from_millis(200);

fn write_until_closed(
    slot: &Slot,
    mut waiting: mpsc::Receiver<Box<dyn Act>>,
    healthy: &AtomicBool,
    commits: &watch::Sender<u64>,
) {
    while let Some(first) = waiting.blocking_recv() {
        // Whoever is about to bring an act gets to bring it into this transaction: where cores
        // are scarce, the writer would else overtake them and commit its first act alone. With
        // nobody ready to run this returns at once; it waits for no time to pass.
        std::thread::yield_now();
        let mut batch = vec![first];
        while batch.len() < BATCH
            && let Ok(next) = waiting.try_recv()
        {
            batch.push(next);
        }
        if !slot.is_open() {
            reopen(slot);
        }
        if batch.len() > 1 && commit(slot, &mut batch).is_ok() {
            healthy.store(true, Ordering::Relaxed);
            for act in batch {
                act.answer(Ok(()));
            }
        } else {
            one_by_one(slot, batch, healthy);
        }
        // Too often rather than too seldom: who looks and finds nothing new waits again.
        commits.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// Runs each act in a transaction of its own. Whoever is told of a loss finds it in `healthy`
/// already. The database is opened anew once for all of them (after a crash that walks the file), and once more at
/// the end, so that reading goes on from the last good state while nothing can be written.
fn one_by_one(slot: &Slot, batch: Vec<Box<dyn Act>>, healthy: &AtomicBool) {
    let mut reopened = false;
    let mut given_up: Option<StoreError> = None;
    for act in batch {
        if let Some(error) = &given_up {
            act.answer(Err(error.clone()));
            continue;
        }
        let mut alone = [act];
        let mut committed = commit(slot, &mut alone);
        if is_lost(&committed) && !reopened {
            reopened = true;
            // Nothing of it was kept, so it may run again.
            if reopen(slot) {
                committed = commit(slot, &mut alone);
            }
        }
        if let Err(error) = &committed {
            tracing::error!(%error, "a transaction of the store was lost");
        }
        healthy.store(!is_lost(&committed), Ordering::Relaxed);
        if is_lost(&committed) {
            given_up = committed.clone().err();
        }
        let [act] = alone;
        act.answer(committed);
    }
    if given_up.is_some() && reopen(slot) {
        std::thread::sleep(REST);
    }
}

/// A row that can't be read is that row's trouble; this is the disk's.
const fn is_lost(committed: &Result<(), StoreError>) -> bool {
    matches!(committed, Err(StoreError::Failed(_)))
}

fn reopen(slot: &Slot) -> bool {
    match slot.reopen() {
        Ok(()) => {
            tracing::info!("the database was opened anew");
            true
        }
        Err(error) => {
            tracing::error!(%error, "the database could not be opened anew");
            std::thread::sleep(REST);
            false
        }
    }
}

/// Runs the acts in one transaction. On any failure nothing of it is kept. A panic (redb's
/// answer to some kinds of damage) is a failure, too: it must not end the thread without
/// which nothing is ever written again.
fn commit(slot: &Slot, acts: &mut [Box<dyn Act>]) -> Result<(), StoreError> {
    catch_unwind(AssertUnwindSafe(|| try_commit(slot, acts)))
        .unwrap_or_else(|_| Err(StoreError::Failed("the database is damaged".to_owned())))
}

fn try_commit(slot: &Slot, acts: &mut [Box<dyn Act>]) -> Result<(), StoreError> {
    let database = slot.get()?;
    let mut transaction = database.begin_write().map_err(failed)?;
    transaction
        .set_durability(Durability::Immediate)
        .map_err(failed)?;
    for act in acts {
        act.run(&transaction)?;
    }
    transaction.commit().map_err(failed)
}
