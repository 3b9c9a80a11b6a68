//! Waiting for what comes by itself, on a machine that is busy with other things.

use std::time::Duration;

/// Longer than anything takes on the busiest machine: that it is over means that what was
/// waited for never comes. It is no promise of how quick anything is.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// What comes by itself.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(PATIENCE, what).await;
    waited.expect("it never came")
}

/// Looks again and again until there is something.
pub(crate) async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    soon(async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    })
    .await
}
