//! A part of the file, whatever else is wrong with it. Who asks a server that runs, in an
//! incident perhaps, must not be kept from it by a client that somebody is just writing. Each
//! of these reads the fewest sections that its command needs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use super::reader::Section;
use super::reading::Reading;
use super::{
    KeyPlace, Notice, ServerPlace, admin, clients, environment, http, keys, lifetimes, parse,
    store, whole,
};
use crate::domain::reach::Reach;

/// `[http] listen` alone, whatever else is wrong with the file: a probe of a server that runs
/// must not fail because somebody is editing its configuration.
///
/// # Errors
/// The faults of this one key, or of the syntax around it.
pub fn listen_address(
    text: &str,
    environment: &BTreeMap<String, String>,
) -> Result<SocketAddr, Vec<Notice>> {
    let mut reading = Reading::new(Path::new("/"));
    let Some(mut table) = parse(text, &mut reading) else {
        return Err(reading.into_notices(text).0);
    };
    let mut elsewhere = Reading::new(Path::new("/"));
    environment::overlay(&mut table, environment, &mut elsewhere);
    let http = Section::root(table, &mut reading).section("http", http::read);
    // What this one section has no name for is `check`'s to tell.
    let is_about_listen = |notice: &Notice| notice.message.starts_with("`listen`");
    let faults: Vec<Notice> = reading
        .into_notices(text)
        .0
        .into_iter()
        .filter(is_about_listen)
        .collect();
    if faults.is_empty() {
        Ok(http.listen)
    } else {
        Err(faults)
    }
}

/// `[store]` and `[admin]` alone, whatever else is wrong with the file: who asks a running
/// server must not be kept from it by a client that is being written.
///
/// # Errors
/// The faults of these two sections, or of the syntax around them.
pub fn reach(
    text: &str,
    folder: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<ServerPlace, Vec<Notice>> {
    let mut reading = Reading::new(folder);
    let Some(mut table) = parse(text, &mut reading) else {
        return Err(reading.into_notices(text).0);
    };
    let mut elsewhere = Reading::new(folder);
    environment::overlay(&mut table, environment, &mut elsewhere);
    let mut root = Section::root(table, &mut reading);
    let store = root.section("store", store::read);
    let admin = root.section("admin", |section| admin::read(section, &store));
    let (faults, _) = reading.into_notices(text);
    if faults.is_empty() {
        Ok(ServerPlace { store, admin })
    } else {
        Err(faults)
    }
}

/// What work on the keys needs where no server runs, whatever else is wrong with the file. The
/// clients are needed without a fault: one that is left out would not be told that its people
/// have been signed out.
///
/// # Errors
/// The faults of these sections and of the clients, or of the syntax around them.
pub fn key_place(
    text: &str,
    folder: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<KeyPlace, Vec<Notice>> {
    let mut reading = Reading::new(folder).with_credentials(environment);
    let Some(mut table) = parse(text, &mut reading) else {
        return Err(reading.into_notices(text).0);
    };
    let mut elsewhere = Reading::new(folder);
    environment::overlay(&mut table, environment, &mut elsewhere);
    let mut root = Section::root(table, &mut reading);
    let issuer = whole::issuer(&mut root);
    let store = root.section("store", store::read);
    let lifetimes = root.section("lifetimes", lifetimes::read);
    // Where their URLs may lead is for warnings, which nobody reads here.
    let clients = clients::read_all(&mut root, &Reach::default());
    // How long their keys stay published depends on what clients are told.
    let keys = root.section("keys", |section| keys::read(section, &lifetimes, &clients));
    let (faults, _) = reading.into_notices(text);
    match issuer {
        Some(issuer) if faults.is_empty() => Ok(KeyPlace {
            issuer,
            store,
            keys,
            lifetimes,
            clients,
        }),
        _ => Err(faults),
    }
}
