//! The whole file. Nothing of it is used while it has a fault anywhere: a broker that starts
//! with half of its configuration would be another one than was asked for.

use std::collections::BTreeMap;
use std::path::Path;

use super::reader::Section;
use super::reading::Reading;
use super::{
    Config, Notice, admin, audit, clients, environment, http, keys, lifetimes, log, outbound,
    pages, parse, store, upstream,
};
use crate::domain::issuer::Issuer;
use crate::domain::reach::Reach;

/// Reads a configuration. `folder` is that of the file, best absolute: relative paths count
/// from it. `environment` wins over the file; variables that don't begin with `DINGPASS__`
/// are left alone, but for `CREDENTIALS_DIRECTORY`.
///
/// # Errors
/// Every fault, in the order of the file. Where the text isn't TOML, its syntax alone is
/// reported, since what a broken line meant can't be known.
pub fn load(
    text: &str,
    folder: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<Config, Vec<Notice>> {
    read(text, Reading::new(folder), environment)
}

/// The same for a look alone, perhaps far from where the server runs: what systemd hands to the
/// server's unit is not missed here. Nothing may be served with what comes of it.
///
/// # Errors
/// As [`load`].
pub fn check(
    text: &str,
    folder: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<Config, Vec<Notice>> {
    read(text, Reading::new(folder).rehearsal(), environment)
}

fn read(
    text: &str,
    reading: Reading,
    environment: &BTreeMap<String, String>,
) -> Result<Config, Vec<Notice>> {
    let mut reading = reading.with_credentials(environment);
    let Some(mut table) = parse(text, &mut reading) else {
        return Err(reading.into_notices(text).0);
    };
    environment::overlay(&mut table, environment, &mut reading);

    let mut root = Section::root(table, &mut reading);
    let issuer = issuer(&mut root);
    let http = root.section("http", http::read);
    let store = root.section("store", store::read);
    let lifetimes = root.section("lifetimes", lifetimes::read);
    let upstreams = upstream::read_all(&mut root);
    let outbound = root.section("outbound", outbound::read);
    let reach = Reach::new(outbound.allowed_addresses.clone());
    let clients = clients::read_all(&mut root, &reach);
    // How long their keys stay published depends on what clients are told.
    let keys = root.section("keys", |section| keys::read(section, &lifetimes, &clients));
    let pages = root.section("pages", pages::read);
    let log = root.section("log", log::read);
    let admin = root.section("admin", |section| admin::read(section, &store));
    let audit = root.section("audit", audit::read);
    root.finish();

    let (faults, warnings) = reading.into_notices(text);
    match issuer {
        Some(issuer) if faults.is_empty() => Ok(Config {
            issuer,
            http,
            store,
            keys,
            lifetimes,
            upstreams,
            clients,
            outbound,
            pages,
            log,
            admin,
            audit,
            warnings,
        }),
        _ => Err(faults),
    }
}

pub(super) fn issuer(root: &mut Section<'_>) -> Option<Issuer> {
    let text = root.required("issuer", "\"https://login.example.com\"")?;
    Issuer::parse(&text.value)
        .map_err(|error| root.fault(&text.at, format!("`issuer` {error}")))
        .ok()
}
