//! What the broker does by itself while it is served: sweeping, forgetting, counting out
//! failures, looking after the keys, writing down who has which, and telling clients of logouts.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::App;
use crate::store::Retention;

/// How often rows are swept whose time is over, and counted failures are told.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

impl App {
    /// Sweeps, tells what was counted, and tells clients of logouts, until `stopped`; tells the
    /// rest then.
    pub async fn run_background(self, stopped: CancellationToken) {
        tokio::join!(
            self.keep_house(&stopped),
            self.back_channel().run(stopped.cancelled()),
            self.keys.run(stopped.cancelled()),
        );
    }

    async fn keep_house(&self, stopped: &CancellationToken) {
        let mut ticks = tokio::time::interval(SWEEP_EVERY);
        loop {
            tokio::select! {
                () = stopped.cancelled() => {
                    self.tell_failures().await;
                    return self.keep_readiness().await;
                }
                _ = ticks.tick() => {
                    self.tell_failures().await;
                    self.keep_readiness().await;
                    self.sweep().await;
                    self.forget_events().await;
                }
            }
        }
    }

    /// Looks after the keys once, as the schedule does again and again: with what an earlier
    /// process knew of the clients.
    pub async fn look_after_keys(&self) -> Duration {
        self.keep_readiness().await;
        self.keys.look_after().await
    }

    /// Tells the audit log of the failures that were counted.
    pub async fn tell_failures(&self) {
        let told = self.failures.flush(self.store.as_ref(), self.clock.now());
        if let Err(error) = told.await {
            tracing::error!(%error, "counted failures could not be told");
        }
    }

    /// Writes down what changed of who has which keys; recalls first, once, what an earlier
    /// process wrote down.
    pub async fn keep_readiness(&self) {
        if !self.adoption.is_recalled() {
            match self.store.load_readiness().await {
                Ok(known) => self.adoption.recall(known),
                Err(error) => {
                    tracing::error!(%error, "what clients are known to have could not be read");
                    return;
                }
            }
        }
        let changed = self.adoption.changed();
        if changed.is_empty() {
            return;
        }
        if let Err(error) = self.store.record_readiness(changed.clone()).await {
            tracing::error!(%error, "what clients are known to have could not be written down");
            self.adoption.not_kept(&changed);
        }
    }

    /// Sweeps batch by batch, so that other writes get their turn in between, until nothing
    /// is due.
    pub async fn sweep(&self) {
        loop {
            match self.store.sweep(self.clock.now()).await {
                Ok(0) => return,
                Ok(rows) => tracing::debug!(rows, "swept expired rows"),
                Err(error) => {
                    tracing::error!(%error, "expired rows could not be swept");
                    return;
                }
            }
        }
    }

    /// Forgets, batch by batch, the events that are too old or too many.
    pub async fn forget_events(&self) {
        loop {
            let retention = Retention {
                since: self.clock.now().minus(self.audit.keep),
                most_rows: self.audit.most_rows,
            };
            match self.store.forget_events(retention).await {
                Ok(0) => return,
                Ok(rows) => tracing::debug!(rows, "forgot events"),
                Err(error) => {
                    tracing::error!(%error, "old events could not be forgotten");
                    return;
                }
            }
        }
    }
}
