//! Randomness, handed in, so that a test can replay it.

use rand_core::{OsRng, RngCore};

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` with unpredictable bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// A system without randomness must not issue anything: the generator then panics, the
    /// request ends as an internal error, and nothing predictable leaves the house.
    fn fill(&self, buffer: &mut [u8]) {
        OsRng.fill_bytes(buffer);
    }
}
