//! The program as an operator meets it: arguments, exit codes, words at the terminal,
//! signals, restarts. Every test runs the real binary.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod audit;
mod check;
mod demo_and_sim;
mod endings;
mod failing_store;
mod full_disk;
mod healthcheck;
mod help;
mod keys;
mod logs_and_environment;
mod place;
mod process;
mod restarts;
mod start_failures;

pub(crate) use place::{Place, simulator};
pub(crate) use process::Process;
