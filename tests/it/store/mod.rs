//! The contract of a store: one suite, run against every backend, and what a file adds.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod acts;
mod assertions;
mod at_rest;
mod audit;
mod blocked;
mod closing;
mod codes;
mod consents;
mod families;
mod family_races;
mod file;
mod logouts;
mod people;
mod races;
mod readiness;
mod redemption;
mod signed;
mod signed_batches;
mod signed_by;
mod signed_races;
mod sweep;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dingpass::store::{Location, Store, open};

/// The file of a store within a folder.
fn path(folder: &Path) -> PathBuf {
    folder.join("data").join("dingpass.redb")
}

/// The place of a store within a folder.
fn place(folder: &Path) -> Location {
    Location::File {
        path: path(folder),
        cache: 1024 * 1024,
    }
}

/// Runs a test against each backend, empty.
async fn on_each_backend(test: impl AsyncFn(Arc<dyn Store>)) {
    test(open(&Location::Memory).unwrap()).await;
    let folder = tempfile::tempdir().unwrap();
    test(open(&place(folder.path())).unwrap()).await;
}
