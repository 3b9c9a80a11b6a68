//! The keys of a server that does not run, for an operator at the command line: the same
//! office, over the folder and the store themselves.
//!
//! Who looks makes nothing: neither folder nor database. Who changes something must be who
//! owns both, since files that root makes can't be read by the server afterwards; of a folder
//! that can't be written, the database alone.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;

use super::StartError;
use super::key_memory;
use super::keys::key_settings;
use crate::clock::Clock;
use crate::config::{KeyPlace, StoreLocation};
use crate::domain::client::Clients;
use crate::entropy::Entropy;
use crate::keyring::{self, Custody, Settings};
use crate::operator::keys::{KeyOffice, Knowledge, Parts};
use crate::store::{self, Location, StoreError};

/// Why the keys can't be had.
#[derive(Debug, thiserror::Error)]
pub enum AtRestError {
    /// There is nothing to look at.
    #[error("there are no keys in {0} yet; the first start makes them")]
    NoKeys(String),
    /// What is written there would not be the server's.
    #[error(
        "{path} belongs to uid {owner}, and that server could not read what you write there; \
         run this as that uid: sudo -u '#{owner}' dingpass keys ..."
    )]
    NotTheOwner {
        /// Folder or file.
        path: String,
        /// Whose it is.
        owner: u32,
    },
    /// A server runs and has the store open.
    #[error("a server that runs (or another command) has {0} open")]
    ServerRuns(String),
    /// Store or keys.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// Opens the keys of a server that does not run. `uid` is who does; `changes` says whether
/// something is to be written; `old_passphrase` opens files that are not under the one that is
/// configured.
///
/// # Errors
/// [`AtRestError`]
pub fn keys_at_rest(
    place: KeyPlace,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    uid: Option<u32>,
    changes: bool,
    old_passphrase: Option<SecretString>,
) -> Result<KeyOffice, AtRestError> {
    let directory = place.keys.directory.clone();
    if changes {
        if !keeps_nothing_there(&directory) {
            must_own(&directory, uid)?;
        }
    } else if !directory.exists() {
        return Err(AtRestError::NoKeys(directory.display().to_string()));
    }
    let location = match &place.store.location {
        StoreLocation::Memory => Location::Memory,
        StoreLocation::File(path) if !changes && !path.exists() => Location::Memory,
        StoreLocation::File(path) => {
            if changes {
                must_own(path, uid)?;
            }
            Location::File {
                path: path.clone(),
                cache: place.store.cache_size,
            }
        }
    };
    // What only this command would remember is kept nowhere.
    let keeps = matches!(location, Location::File { .. });
    // The store comes first: its lock keeps a server from starting meanwhile.
    let store = store::open(&location).map_err(|error| match error {
        StoreError::Locked(path) => AtRestError::ServerRuns(path),
        other => AtRestError::Start(StartError::Store(other)),
    })?;
    let settings = Settings {
        old_passphrase,
        ..key_settings(&place.keys, &place.lifetimes, &place.clients)
    };
    let custody = Custody::open_at_rest(
        &directory,
        settings,
        key_memory::remembered(&store, keeps).map_err(StartError::Store)?,
        Arc::clone(&entropy),
        clock.now(),
    )
    .map_err(StartError::Keys)?;
    let clients: Clients = place.clients.into_iter().collect();
    Ok(KeyOffice::new(Parts {
        custody: Arc::new(custody),
        clients: Arc::new(clients),
        knowledge: Knowledge::AtRest(Arc::clone(&store) as _),
        signed_by: Arc::clone(&store) as _,
        audit: Arc::clone(&store) as _,
        clock,
        entropy,
        issuer: place.issuer,
        on_unready: place.keys.on_unready,
    }))
}

/// Whether nothing can be written into a folder that can be read: a mounted secret, which
/// belongs to root. The list of its keys is in the database, and that alone has an owner to ask.
fn keeps_nothing_there(directory: &Path) -> bool {
    std::fs::read_dir(directory).is_ok() && !keyring::can_write(directory)
}

/// Whether what is written beside it is readable for whom it belongs to.
fn must_own(path: &Path, uid: Option<u32>) -> Result<(), AtRestError> {
    match (std::fs::metadata(path), uid) {
        (Ok(found), Some(uid)) if found.uid() != uid => Err(AtRestError::NotTheOwner {
            path: path.display().to_string(),
            owner: found.uid(),
        }),
        // It is not there yet, or its owner can't be told: then there is nobody to protect.
        (Ok(_) | Err(_), _) => Ok(()),
    }
}
