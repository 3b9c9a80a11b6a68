//! Work on keys has a thread of its own: it waits for a lock of the folder, for the disk, and
//! for the seconds that the making of an RSA key takes, and no request may wait with it. It
//! is none of the runtime's, which would wait for it at the end of the process; every file is
//! replaced as a whole, so that it may be left behind at any moment.

use tokio::sync::oneshot;

/// The thread ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work on the keys was broken off")]
pub(super) struct BrokenOff;

/// Runs `work` on a thread of its own. Who gives up waiting does not end it.
pub(super) async fn on_its_own_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, BrokenOff> {
    let (send, done) = oneshot::channel();
    std::thread::Builder::new()
        .name("keys".to_owned())
        .spawn(move || {
            // Nobody may be waiting any more.
            let _ = send.send(work());
        })
        .map_err(|error| {
            tracing::error!(%error, "no thread can be had for the keys");
            BrokenOff
        })?;
    done.await.map_err(|_| BrokenOff)
}
