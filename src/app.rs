//! The composition root: from a configuration to services, a router and background tasks.
//! Nothing is decided here; each section becomes a service's own settings.

mod keeping;
mod key_memory;
mod keys;
mod keys_at_rest;
mod outward;
mod socket;

use std::sync::Arc;

use axum::Router;

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::domain::client::Clients;
use crate::domain::reach::Reach;
use crate::entropy::Entropy;
use crate::keyring::{Custody, KeyringError};
use crate::operator::keys::{self as key_office, KeyOffice, Knowledge};
use crate::outbound::{ClientUrls, OperatorHosts, OutboundError, SystemNames, Trust};
use crate::protocol::access::Access;
use crate::protocol::applications::Applications;
use crate::protocol::authorize::{Authorization, Parts};
use crate::protocol::client_auth::ClientAuthenticator;
use crate::protocol::discovery::Documents;
use crate::protocol::failures::FailureLog;
use crate::protocol::health::Readiness;
use crate::protocol::introspection::Introspection;
use crate::protocol::issue::Mint;
use crate::protocol::key_adoption::KeyAdoption;
use crate::protocol::logout::{self, BackChannel, BackChannelParts, Logout};
use crate::protocol::revocation::Revocation;
use crate::protocol::session::LiveSessions;
use crate::protocol::token::{self, Token};
use crate::protocol::userinfo::Userinfo;
use crate::store::{self, Location, Store, StoreError};
use crate::web::admin::SocketError;
use crate::web::{self, Web};
pub use keys::key_settings;
pub use keys_at_rest::{AtRestError, keys_at_rest};
use outward::{outbound_settings, provider};
pub use socket::OperatorSocket;

/// Why the broker does not start, in one sentence for an operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store.
    #[error("the store can't be used")]
    Store(#[from] StoreError),
    /// The keys.
    #[error("the keys can't be used")]
    Keys(#[from] KeyringError),
    /// Outbound HTTP.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// A file of `[outbound] ca_files`.
    #[error("{path} of [outbound] ca_files can't be read: {reason}")]
    CaFile {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The operator's socket.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// A public document can't be written.
    #[error("metadata can't be written")]
    Documents(#[from] serde_json::Error),
}

/// What a broker stands on. Tests and `demo` bring their own.
pub struct Foundation {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The store.
    pub store: Arc<dyn Store>,
    /// The keys.
    pub custody: Arc<Custody>,
}

impl Foundation {
    /// Opens store and keys where the configuration says. The store comes first: its lock
    /// keeps a second process from making keys at the same time.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn open(
        config: &Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StartError> {
        let location = match &config.store.location {
            config::StoreLocation::Memory => Location::Memory,
            config::StoreLocation::File(path) => Location::File {
                path: path.clone(),
                cache: config.store.cache_size,
            },
        };
        warn_of_a_lost_database(config);
        let store = store::open(&location)?;
        let custody = Custody::open(
            &config.keys.directory,
            key_settings(&config.keys, &config.lifetimes, &config.clients),
            key_memory::remembered(&store, true)?,
            Arc::clone(&entropy),
            clock.now(),
        )?;
        Ok(Self {
            clock,
            entropy,
            store,
            custody: Arc::new(custody),
        })
    }
}

/// Keys without a database: a mount was forgotten, a path is wrong, or the file is lost, and
/// everybody is about to become a new person to every application.
fn warn_of_a_lost_database(config: &Config) {
    let config::StoreLocation::File(path) = &config.store.location else {
        return;
    };
    let keys = config.keys.directory.join("keyring.toml");
    let is_there = std::fs::metadata(path).is_ok_and(|file| file.len() > 0);
    if keys.exists() && !is_there {
        tracing::warn!(
            database = %path.display(),
            keys = %config.keys.directory.display(),
            "there are keys, but no database: a new one is made, and whoever signs in is a new \
             person to every application"
        );
    }
}

/// A broker, ready to be served.
pub struct App {
    router: Router,
    back_channel: Arc<BackChannel>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    keys: Arc<KeyOffice>,
    failures: Arc<FailureLog>,
    adoption: Arc<KeyAdoption>,
    audit: config::Audit,
    admin: config::Admin,
}

impl App {
    /// Puts a broker together.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn assemble(config: Config, foundation: Foundation) -> Result<Self, StartError> {
        let Foundation {
            clock,
            entropy,
            store,
            custody,
        } = foundation;
        let keyring = custody.keyring();
        let outbound = outbound_settings(&config.outbound)?;
        let trust = Trust::new(&outbound)?;
        let http = OperatorHosts::trusting(&trust, &outbound)?;
        let reach = Reach::new(config.outbound.allowed_addresses);
        let client_urls = ClientUrls::trusting(&trust, &outbound, reach, Arc::new(SystemNames))?;
        let id_token_algs = config.keys.in_use(&config.clients);
        let clients: Arc<Clients> = Arc::new(config.clients.into_iter().collect());
        let providers = config
            .upstreams
            .into_iter()
            .map(|upstream| provider(upstream, &config.issuer, http.clone(), Arc::clone(&clock)))
            .collect();
        let mint = Arc::new(Mint::new(
            config.issuer.clone(),
            config.lifetimes,
            Arc::clone(&keyring),
            Arc::clone(&entropy),
        ));
        let access = Access::new(
            Arc::clone(&clients),
            Arc::clone(&store) as _,
            Arc::clone(&mint),
        );
        let failures = Arc::new(FailureLog::default());
        let adoption = Arc::new(KeyAdoption::new(&clients));
        let authenticator = Arc::new(ClientAuthenticator::new(
            Arc::clone(&clients),
            &config.issuer,
            Arc::clone(&store) as _,
            client_urls.clone(),
            Arc::clone(&failures),
            Arc::clone(&adoption),
        ));
        let back_channel = Arc::new(BackChannel::new(BackChannelParts {
            issuer: config.issuer.clone(),
            clients: Arc::clone(&clients),
            deliveries: Arc::clone(&store) as _,
            keyring: Arc::clone(&keyring),
            entropy: Arc::clone(&entropy),
            clock: Arc::clone(&clock),
            urls: client_urls,
        }));
        let keys = Arc::new(KeyOffice::new(key_office::Parts {
            custody: Arc::clone(&custody),
            clients: Arc::clone(&clients),
            knowledge: Knowledge::Running(Arc::clone(&adoption)),
            signed_by: Arc::clone(&store) as _,
            audit: Arc::clone(&store) as _,
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            issuer: config.issuer.clone(),
            on_unready: config.keys.on_unready,
        }));
        let readiness = Readiness::new(Arc::clone(&store) as _, custody);
        let web = Web {
            origins: web::ClientOrigins::of(&clients),
            documents: Documents::new(
                &config.issuer,
                &id_token_algs,
                Arc::clone(&keyring),
                config.keys.jwks_max_age,
            )?,
            authorization: Authorization::new(Parts {
                issuer: config.issuer.clone(),
                lifetimes: config.lifetimes,
                clients: Arc::clone(&clients),
                providers,
                codes: Arc::clone(&store) as _,
                consents: Arc::clone(&store) as _,
                sessions: Arc::clone(&store) as _,
                subjects: Arc::clone(&store) as _,
                keyring: Arc::clone(&keyring),
                entropy: Arc::clone(&entropy),
                failures: Arc::clone(&failures),
                adoption: Arc::clone(&adoption),
            }),
            applications: Applications::new(
                Arc::clone(&clients),
                Arc::clone(&store) as _,
                Arc::clone(&store) as _,
                config.lifetimes,
            ),
            logout: Logout::new(logout::Parts {
                issuer: config.issuer.clone(),
                clients: Arc::clone(&clients),
                sessions: LiveSessions::new(Arc::clone(&store) as _, config.lifetimes),
                logouts: Arc::clone(&store) as _,
                keyring: Arc::clone(&keyring),
                adoption: Arc::clone(&adoption),
            }),
            token: Token::new(token::Parts {
                authenticator: Arc::clone(&authenticator),
                lifetimes: config.lifetimes,
                codes: Arc::clone(&store) as _,
                grants: Arc::clone(&store) as _,
                families: Arc::clone(&store) as _,
                mint: Arc::clone(&mint),
                entropy: Arc::clone(&entropy),
                failures: Arc::clone(&failures),
            }),
            userinfo: Userinfo::new(access.clone()),
            introspection: Introspection::new(
                config.issuer.clone(),
                config.lifetimes,
                Arc::clone(&authenticator),
                access,
                Arc::clone(&store) as _,
            ),
            revocation: Revocation::new(
                authenticator,
                Arc::clone(&store) as _,
                Arc::clone(&store) as _,
                Arc::clone(&store) as _,
                mint,
            ),
            adoption: Arc::clone(&adoption),
            readiness,
            settings: web::Settings {
                issuer: config.issuer,
                contact: config.pages.contact,
                session_cookie: config.lifetimes.session_absolute,
            },
            clock: Arc::clone(&clock),
            entropy,
        };
        Ok(Self {
            router: web::router(Arc::new(web)),
            back_channel,
            store,
            clock,
            keys,
            failures,
            adoption,
            audit: config.audit,
            admin: config.admin,
        })
    }

    /// The router, to be served.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Who has fetched which keys.
    pub fn key_adoption(&self) -> Arc<KeyAdoption> {
        Arc::clone(&self.adoption)
    }

    /// Who does what an operator asks of the keys.
    pub fn key_office(&self) -> Arc<KeyOffice> {
        Arc::clone(&self.keys)
    }

    /// Who tells clients of logouts: to be woken where the clock is moved by hand.
    pub fn back_channel(&self) -> Arc<BackChannel> {
        Arc::clone(&self.back_channel)
    }
}
