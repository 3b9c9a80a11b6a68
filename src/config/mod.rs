//! The one file of configuration: TOML read with the span of every value, so that every
//! fault of a file is reported at once, with line, column and what to write instead. Each
//! section takes the keys that it knows; what is left over is a fault too, with the nearest
//! known name. Only `app` and `cli` see these types; services get the pieces they need.

mod admin;
mod audit;
mod client_authentication;
mod client_fit;
mod client_grants;
mod client_keys;
mod client_logout;
mod client_members;
mod client_presets;
mod client_reach;
mod client_uris;
mod clients;
mod duration;
mod environment;
mod http;
mod keys;
mod lifetimes;
mod log;
mod nearest;
mod outbound;
mod pages;
mod reader;
mod reading;
mod render;
mod secret;
mod store;
mod tree;
mod upstream;
mod web_url;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use toml::de::DeTable;

use crate::domain::client::Client;
use crate::domain::id::UpstreamId;
use crate::domain::issuer::Issuer;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::reach::Reach;
use reader::Section;
use reading::Reading;
use tree::{Origin, Table};

/// The names of sections, for the environment's variables.
const SECTIONS: [&str; 9] = [
    "admin",
    "audit",
    "http",
    "keys",
    "lifetimes",
    "log",
    "outbound",
    "pages",
    "store",
];

/// The names of lists, each with the key that names an element.
const LISTS: [(&str, &str); 2] = [("clients", "client_id"), ("upstream", "id")];

/// A configuration without faults.
#[derive(Debug)]
pub struct Config {
    /// `issuer`
    pub issuer: Issuer,
    /// `[http]`
    pub http: Http,
    /// `[store]`
    pub store: Store,
    /// `[keys]`
    pub keys: Keys,
    /// `[lifetimes]`
    pub lifetimes: Lifetimes,
    /// `[[upstream]]`, in the file's order; never empty.
    pub upstreams: Vec<Upstream>,
    /// `[[clients]]`
    pub clients: Vec<Client>,
    /// `[outbound]`
    pub outbound: Outbound,
    /// `[pages]`
    pub pages: Pages,
    /// `[log]`
    pub log: Log,
    /// `[admin]`
    pub admin: Admin,
    /// `[audit]`
    pub audit: Audit,
    /// What works, but deserves a look: `check` prints it.
    pub warnings: Vec<Notice>,
}

/// `[http]`
#[derive(Debug)]
pub struct Http {
    /// `listen`: address and port.
    pub listen: SocketAddr,
}

/// `[store]`
#[derive(Debug)]
pub struct Store {
    /// `url`
    pub location: StoreLocation,
    /// `cache_size` in bytes (written like `"16MiB"`).
    pub cache_size: usize,
}

/// Where the store is.
#[derive(Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// `redb::memory:`: nothing is kept.
    Memory,
    /// `redb:PATH`, made absolute from the file's folder.
    File(PathBuf),
}

/// `[keys]`
#[derive(Debug)]
pub struct Keys {
    /// `directory`, made absolute from the file's folder.
    pub directory: PathBuf,
    /// `jwks_max_age`
    pub jwks_max_age: Duration,
}

/// An `[[upstream]]`.
#[derive(Debug)]
pub struct Upstream {
    /// `id`
    pub id: UpstreamId,
    /// `name`, for people.
    pub name: String,
    /// What `kind` selects.
    pub kind: UpstreamKind,
}

/// The kinds of upstream.
#[derive(Debug)]
pub enum UpstreamKind {
    /// `kind = "dingtalk"`
    DingTalk(DingTalk),
}

/// The members of an `[[upstream]]` with `kind = "dingtalk"`.
#[derive(Debug)]
pub struct DingTalk {
    /// `client_id`: the application's Client ID (AppKey).
    pub client_id: String,
    /// `client_secret`: the application's Client Secret (AppSecret).
    pub client_secret: SecretString,
    /// `corp_id`: the organisation whose members may sign in.
    pub corp_id: String,
    /// `login_base_url`
    pub login_base_url: String,
    /// `api_base_url`
    pub api_base_url: String,
    /// `oapi_base_url`
    pub oapi_base_url: String,
    /// `ask_organisation`: lets the person choose an organisation, and demands this one.
    pub ask_organisation: bool,
    /// `preferred_username`
    pub preferred_username: UsernameSource,
    /// `locale`, a constant claim.
    pub locale: Option<String>,
    /// `zoneinfo`, a constant claim.
    pub zoneinfo: Option<String>,
}

/// What becomes `preferred_username`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameSource {
    /// `userid`: unique and immutable within the organisation.
    UserId,
    /// `job_number`: neither unique nor stable.
    JobNumber,
    /// `org_email`: the address in the organisation's domain.
    OrgEmail,
    /// `org_email_local_part`: what stands before its `@`.
    OrgEmailLocalPart,
}

/// `[outbound]`
#[derive(Debug, Default)]
pub struct Outbound {
    /// `ca_files`: PEM files with further roots of trust, made absolute.
    pub ca_files: Vec<PathBuf>,
    /// `allowed_addresses`: addresses that URLs brought by clients may reach.
    pub allowed_addresses: Vec<ipnet::IpNet>,
    /// `proxy`: an HTTP proxy for the upstreams; its address may hold a password.
    pub proxy: Option<SecretString>,
}

/// `[pages]`
#[derive(Debug, Default)]
pub struct Pages {
    /// `contact`: whom to ask, in words, a mail address or a URL.
    pub contact: Option<String>,
}

/// `[log]`
#[derive(Debug, PartialEq, Eq)]
pub struct Log {
    /// `format`: `"text"` or `"json"`.
    pub format: LogFormat,
    /// `filter`: `"info"`, or per module like `"info,dingpass=debug"`.
    pub filter: String,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One line for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[admin]`
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Admin {
    /// `socket`: the operator's socket, made absolute; none where it is off.
    pub socket: Option<PathBuf>,
    /// Whether it is where it is by default: then nobody asked for it, and the server does
    /// its work without one too.
    pub by_default: bool,
}

/// `[audit]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// `keep`: how long an event is kept.
    pub keep: Duration,
    /// `most_rows`: how many events are kept.
    pub most_rows: u64,
}

/// What a command needs to reach a server of this machine, or the file of one that does not
/// run.
#[derive(Debug)]
pub struct ServerPlace {
    /// `[store]`
    pub store: Store,
    /// `[admin]`
    pub admin: Admin,
}

/// A fault or a warning, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Where.
    pub place: Place,
    /// What is wrong, and what to write instead. Never holds a secret.
    pub message: String,
}

/// Where a fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the file; line and column count from 1, the column in characters.
    File {
        /// Line
        line: usize,
        /// Column
        column: usize,
    },
    /// In an environment variable.
    Environment(String),
}

/// Reads a configuration. `folder` is that of the file, best absolute: relative paths count
/// from it. `environment` wins over the file; variables that don't begin with `DINGPASS__`
/// are left alone.
///
/// # Errors
/// Every fault, in the order of the file. Where the text isn't TOML, its syntax alone is
/// reported, since what a broken line meant can't be known.
pub fn load(
    text: &str,
    folder: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<Config, Vec<Notice>> {
    let mut reading = Reading::new(folder);
    let Some(mut table) = parse(text, &mut reading) else {
        return Err(reading.into_notices(text).0);
    };
    environment::overlay(&mut table, environment, &mut reading);

    let mut root = Section::root(table, &mut reading);
    let issuer = issuer(&mut root);
    let http = root.section("http", http::read);
    let store = root.section("store", store::read);
    let keys = root.section("keys", keys::read);
    let lifetimes = root.section("lifetimes", lifetimes::read);
    let upstreams = upstream::read_all(&mut root);
    let outbound = root.section("outbound", outbound::read);
    let reach = Reach::new(outbound.allowed_addresses.clone());
    let clients = clients::read_all(&mut root, &reach);
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

/// A duration as the file writes one: `"1h30m"`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    duration::parse(text).ok()
}

/// Notices for people: `dingpass.toml:12:5: message`, then the line with a caret; or
/// `DINGPASS__X: message`. `text` is the file's text, of which no secret is shown.
#[must_use]
pub fn describe(notices: &[Notice], file_name: &str, text: &str) -> String {
    render::describe(notices, file_name, text)
}

/// The file's tree, if its syntax leaves no doubt about what was meant: a key written twice
/// does not, so it hides no other fault.
fn parse(text: &str, reading: &mut Reading) -> Option<Table> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut sound = true;
    for error in &errors {
        let message = error.message();
        sound &= message == "duplicate key";
        let byte = error.span().map_or(text.len(), |span| span.start);
        reading.fault(&Origin::File(byte), message);
    }
    sound.then(|| Table::of_file(table.get_ref()))
}

fn issuer(root: &mut Section<'_>) -> Option<Issuer> {
    let text = root.required("issuer", "\"https://login.example.com\"")?;
    Issuer::parse(&text.value)
        .map_err(|error| root.fault(&text.at, format!("`issuer` {error}")))
        .ok()
}
