//! Retries: for calls that may be repeated, and causes that pass. Two more tries, since a
//! person waits.

use std::future::Future;
use std::time::Duration;

use crate::upstream::{Cause, UpstreamError};

/// Tries in all.
const TRIES: u32 = 3;

/// Runs `call` until it succeeds, fails for good, or has had its tries. A throttled call
/// waits for the whole pause, the others for a quarter of it.
pub(super) async fn idempotent<T, F, R>(pause: Duration, call: F) -> Result<T, UpstreamError>
where
    F: Fn() -> R,
    R: Future<Output = Result<T, UpstreamError>>,
{
    let mut tried = 1;
    loop {
        match call().await {
            Err(error) if error.cause.is_transient() && tried < TRIES => {
                tracing::warn!(%error, tried, "a call to DingTalk failed; trying again");
                tried += 1;
                let pause = if error.cause == Cause::Throttled {
                    pause
                } else {
                    pause / 4
                };
                tokio::time::sleep(pause).await;
            }
            outcome => return outcome,
        }
    }
}
