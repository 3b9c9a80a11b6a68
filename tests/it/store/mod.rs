//! The contract of a store: one suite, run against every backend, and what a file adds.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod acts;
mod at_rest;
mod codes;
mod file;
mod people;
mod races;
mod redemption;
mod sweep;

use std::path::Path;
use std::sync::Arc;

use dingpass::store::{Location, Store, open};

/// The place of a store within a folder.
fn place(folder: &Path) -> Location {
    Location::File {
        path: folder.join("data").join("dingpass.redb"),
        cache: 1024 * 1024,
    }
}

/// Runs a test against each backend, empty.
async fn on_each_backend(test: impl AsyncFn(Arc<dyn Store>)) {
    test(open(&Location::Memory).unwrap()).await;
    let folder = tempfile::tempdir().unwrap();
    test(open(&place(folder.path())).unwrap()).await;
}
