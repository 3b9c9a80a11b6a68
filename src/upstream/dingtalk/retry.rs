//! Retries: for calls that may be repeated, and causes that pass. Few, since a person waits.

use std::future::Future;
use std::time::Duration;

use crate::upstream::{Cause, UpstreamError};

/// Tries in all, for what passes in a moment.
const TRIES: u32 = 3;
/// Tries in all, for what costs a person the whole time-out of a call, or seldom passes.
const FEW_TRIES: u32 = 2;

/// Runs a call that fetches a token until it succeeds, fails for good, or has had its tries.
/// A 500 without a better name is what wrong credentials get there: it is final.
pub(super) async fn token<T, F, R>(pause: Duration, call: F) -> Result<T, UpstreamError>
where
    F: Fn() -> R,
    R: Future<Output = Result<T, UpstreamError>>,
{
    run(pause, tries_of_a_token_call, call).await
}

/// The same for a call that only reads: there a 500 or a cut answer may pass, too.
pub(super) async fn read<T, F, R>(pause: Duration, call: F) -> Result<T, UpstreamError>
where
    F: Fn() -> R,
    R: Future<Output = Result<T, UpstreamError>>,
{
    run(pause, tries_of_a_reading_call, call).await
}

fn tries_of_a_token_call(cause: Cause) -> u32 {
    match cause {
        Cause::TimedOut => FEW_TRIES,
        cause if cause.is_transient() => TRIES,
        _ => 1,
    }
}

fn tries_of_a_reading_call(cause: Cause) -> u32 {
    match cause {
        Cause::Failed | Cause::Unintelligible => FEW_TRIES,
        cause => tries_of_a_token_call(cause),
    }
}

/// A throttled call waits for the whole pause, the others for a quarter of it.
async fn run<T, F, R>(pause: Duration, tries: fn(Cause) -> u32, call: F) -> Result<T, UpstreamError>
where
    F: Fn() -> R,
    R: Future<Output = Result<T, UpstreamError>>,
{
    let mut tried = 1;
    loop {
        match call().await {
            Err(error) if tried < tries(error.cause) => {
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
