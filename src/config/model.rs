//! What the file says, once it has been read: one type for each section. Values are final here
//! (paths are absolute, defaults are filled in, what can't work has been refused), so whoever
//! takes a piece of it has nothing left to check.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::domain::client::Client;
use crate::domain::id::UpstreamId;
use crate::domain::issuer::Issuer;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::readiness::OnUnready;
use crate::domain::rsa_bits::RsaBits;
use crate::domain::signing_alg::SigningAlg;

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
    /// `algorithms`, as they are written. What is in use: [`Keys::in_use`].
    pub algorithms: Vec<SigningAlg>,
    /// `rsa_bits`, of keys that are made.
    pub rsa_bits: RsaBits,
    /// `rotate_every`; none for `"never"`.
    pub rotate_every: Option<Duration>,
    /// `publish_before`
    pub publish_before: Duration,
    /// `jwks_max_age`
    pub jwks_max_age: Duration,
    /// `retire_margin`
    pub retire_margin: Duration,
    /// `on_unready`
    pub on_unready: OnUnready,
    /// `passphrase`, or what `passphrase_file` or `passphrase_credential` names: private keys
    /// are kept encrypted with it.
    pub passphrase: Option<SecretString>,
}

impl Keys {
    /// The algorithms of which there must be keys, each once and in a fixed order, RS256 first:
    /// it is what every client can read, and what one gets that asks for nothing (OIDC
    /// Discovery section 3, OIDC Registration section 2). Then those of the file, and those that
    /// clients ask for.
    #[must_use]
    pub fn in_use(&self, clients: &[Client]) -> Vec<SigningAlg> {
        let asked = clients
            .iter()
            .map(|client| client.id_token_signed_response_alg);
        let all: BTreeSet<SigningAlg> = std::iter::once(SigningAlg::Rs256)
            .chain(self.algorithms.iter().copied())
            .chain(asked)
            .collect();
        all.into_iter().collect()
    }
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

/// What a command needs to work on the keys of a server that does not run.
#[derive(Debug)]
pub struct KeyPlace {
    /// `issuer`: addresses that are told begin with it.
    pub issuer: Issuer,
    /// `[store]`
    pub store: Store,
    /// `[keys]`
    pub keys: Keys,
    /// `[lifetimes]`: for how long what a key signed is good.
    pub lifetimes: Lifetimes,
    /// `[[clients]]`: which algorithms are in use, and who is to be told.
    pub clients: Vec<Client>,
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
