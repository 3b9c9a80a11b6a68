//! The question before something breaks. Only a person at a terminal can answer it; a script
//! says `--yes`. Whatever is not "yes" is a no: another word, the end of the input, Ctrl-C.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// Whether something was asked for that changes keys.
#[derive(Default)]
pub(super) struct Sent(AtomicBool);

impl Sent {
    /// From now on it may have been done.
    pub(super) fn mark(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// An answer came: from now on it is known.
    pub(super) fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Waits for Ctrl-C, and says what it interrupted.
    pub(super) async fn interrupted(&self, mut interrupts: Signal) -> anyhow::Error {
        if interrupts.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        if self.0.load(Ordering::Relaxed) {
            anyhow::anyhow!("interrupted, and it may have been done: see dingpass keys list")
        } else {
            anyhow::anyhow!("interrupted: nothing was done")
        }
    }
}

/// Ctrl-C, caught from this call on. Taken before the work begins: a person who presses it the
/// moment the question shows is told that nothing was done, and not merely thrown out.
///
/// # Errors
///
/// Where the system hands out no more signals.
pub(super) fn interrupts() -> std::io::Result<Signal> {
    signal(SignalKind::interrupt())
}

/// Asks, unless `yes`. `why` is what a person should know of.
pub(super) async fn confirm(yes: bool, why: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        bail!(
            "nothing was done: {why}, and there is no terminal to ask at; look at the \
             above, then add --yes"
        );
    }
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "\nType yes to go on: ");
    let _ = stderr.flush();
    let (sender, answer) = oneshot::channel();
    // A thread of its own, which nobody waits for: Ctrl-C must end the program, and a read
    // that has begun can't be called off.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        let _ = sender.send(read.is_ok() && line.trim() == "yes");
    });
    if answer.await.unwrap_or(false) {
        Ok(())
    } else {
        bail!("nothing was done: the answer was not yes")
    }
}
