//! The composition root: from a configuration to services, a router and background tasks.
//! Nothing is decided here; each section becomes a service's own settings.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::domain::client::Clients;
use crate::domain::reach::Reach;
use crate::entropy::Entropy;
use crate::keyring::{Keyring, KeyringError};
use crate::operator::audit::AuditLog;
use crate::outbound::{self, ClientUrls, OperatorHosts, OutboundError, SystemNames};
use crate::protocol::access::Access;
use crate::protocol::authorize::{Authorization, Parts};
use crate::protocol::client_auth::ClientAuthenticator;
use crate::protocol::discovery::{Documents, path};
use crate::protocol::failures::FailureLog;
use crate::protocol::health::Readiness;
use crate::protocol::introspection::Introspection;
use crate::protocol::issue::Mint;
use crate::protocol::revocation::Revocation;
use crate::protocol::token::{self, Token};
use crate::protocol::userinfo::Userinfo;
use crate::store::{self, Location, Retention, Store, StoreError};
use crate::upstream::Provider;
use crate::upstream::dingtalk::{self, DingTalk};
use crate::web::admin::{self, AdminSocket, SocketError};
use crate::web::{self, Web};

/// How often rows are swept whose time is over, and counted failures are told.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

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
    pub keyring: Arc<Keyring>,
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
        let keyring = Keyring::open(&config.keys.directory, entropy.as_ref(), clock.now())?;
        Ok(Self {
            clock,
            entropy,
            store,
            keyring: Arc::new(keyring),
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
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    failures: Arc<FailureLog>,
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
            keyring,
        } = foundation;
        let outbound = outbound_settings(&config.outbound)?;
        let http = OperatorHosts::new(&outbound)?;
        let reach = Reach::new(config.outbound.allowed_addresses);
        let client_urls = ClientUrls::new(&outbound, reach, Arc::new(SystemNames))?;
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
        let authenticator = Arc::new(ClientAuthenticator::new(
            Arc::clone(&clients),
            &config.issuer,
            Arc::clone(&store) as _,
            client_urls,
            Arc::clone(&failures),
        ));
        let web = Web {
            origins: web::ClientOrigins::of(&clients),
            documents: Documents::new(&config.issuer, &keyring, config.keys.jwks_max_age)?,
            authorization: Authorization::new(Parts {
                issuer: config.issuer.clone(),
                lifetimes: config.lifetimes,
                clients: Arc::clone(&clients),
                providers,
                codes: Arc::clone(&store) as _,
                sessions: Arc::clone(&store) as _,
                subjects: Arc::clone(&store) as _,
                keyring,
                entropy: Arc::clone(&entropy),
                failures: Arc::clone(&failures),
            }),
            token: Token::new(token::Parts {
                clients: Arc::clone(&clients),
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
            readiness: Readiness::new(Arc::clone(&store) as _),
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
            store,
            clock,
            failures,
            audit: config.audit,
            admin: config.admin,
        })
    }

    /// The router, to be served.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The router of the operator's socket, never to be served over TCP. `own` is the
    /// operating system's number of who runs this process; answers that go on end when
    /// `stopped`.
    pub fn operator_router(&self, own: u32, stopped: CancellationToken) -> Router {
        let audit = AuditLog::running(Arc::clone(&self.store) as _, Arc::clone(&self.store) as _);
        admin::router(admin::Admin { audit, stopped }, own)
    }

    /// Listens at the operator's socket, where the configuration has one. Needs the runtime.
    /// One that nobody asked for and that can't be made (a file system without sockets) is no
    /// reason to keep people from signing in.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn operator_socket(&self) -> Result<Option<OperatorSocket>, StartError> {
        let Some(path) = &self.admin.socket else {
            return Ok(None);
        };
        let socket = match AdminSocket::bind(path) {
            Ok(socket) => socket,
            Err(error) if self.admin.by_default => {
                tracing::warn!(%error, "there is no operator's socket");
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let stopped = CancellationToken::new();
        let router = self.operator_router(socket.own(), stopped.clone());
        tracing::info!(socket = %path.display(), "the operator is heard");
        Ok(Some(OperatorSocket {
            socket,
            router,
            stopped,
        }))
    }

    /// Sweeps, and tells what was counted, until `stopped`, and tells the rest then.
    pub async fn run_background(self, stopped: CancellationToken) {
        let mut ticks = tokio::time::interval(SWEEP_EVERY);
        loop {
            tokio::select! {
                () = stopped.cancelled() => return self.tell_failures().await,
                _ = ticks.tick() => {
                    self.tell_failures().await;
                    self.sweep().await;
                    self.forget_events().await;
                }
            }
        }
    }

    /// Tells the audit log of the failures that were counted.
    pub async fn tell_failures(&self) {
        let told = self.failures.flush(self.store.as_ref(), self.clock.now());
        if let Err(error) = told.await {
            tracing::error!(%error, "counted failures could not be told");
        }
    }

    /// Sweeps batch by batch, so that other writes get their turn in between, until nothing
    /// is due.
    pub async fn sweep(&self) {
        loop {
            match self.store.sweep(self.clock.now()).await {
                Ok(0) => return,
                Ok(rows) => tracing::debug!(rows, "swept expired rows"),
                Err(error) => {
                    tracing::error!(%error, "expired rows could not be swept");
                    return;
                }
            }
        }
    }

    /// Forgets, batch by batch, the events that are too old or too many.
    pub async fn forget_events(&self) {
        loop {
            let retention = Retention {
                since: self.clock.now().minus(self.audit.keep),
                most_rows: self.audit.most_rows,
            };
            match self.store.forget_events(retention).await {
                Ok(0) => return,
                Ok(rows) => tracing::debug!(rows, "forgot events"),
                Err(error) => {
                    tracing::error!(%error, "old events could not be forgotten");
                    return;
                }
            }
        }
    }
}

/// The operator's socket, ready to be served.
pub struct OperatorSocket {
    socket: AdminSocket,
    router: Router,
    stopped: CancellationToken,
}

impl OperatorSocket {
    /// Serves until `stopped`; who follows the log is let go then.
    pub async fn serve(self, stopped: CancellationToken) {
        let Self {
            socket,
            router,
            stopped: ends,
        } = self;
        let watch = async {
            stopped.cancelled().await;
            ends.cancel();
        };
        tokio::join!(socket.serve(router, ends.clone()), watch);
    }
}

fn outbound_settings(section: &config::Outbound) -> Result<outbound::Settings, StartError> {
    let mut ca_pems = Vec::new();
    for path in &section.ca_files {
        ca_pems.push(std::fs::read(path).map_err(|error| StartError::CaFile {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?);
    }
    Ok(outbound::Settings {
        ca_pems,
        proxy: section
            .proxy
            .as_ref()
            .map(|proxy| proxy.expose_secret().to_owned()),
        ..outbound::Settings::default()
    })
}

fn provider(
    upstream: config::Upstream,
    issuer: &crate::domain::issuer::Issuer,
    http: OperatorHosts,
    clock: Arc<dyn Clock>,
) -> Arc<dyn Provider> {
    match upstream.kind {
        config::UpstreamKind::DingTalk(section) => {
            let redirect_uri = issuer.endpoint(&format!("{}{}", path::CALLBACK, upstream.id));
            let settings = dingtalk::Settings {
                id: upstream.id,
                name: upstream.name,
                client_id: section.client_id,
                client_secret: section.client_secret,
                corp_id: section.corp_id,
                redirect_uri,
                login_base_url: section.login_base_url,
                api_base_url: section.api_base_url,
                oapi_base_url: section.oapi_base_url,
                ask_organisation: section.ask_organisation,
                preferred_username: match section.preferred_username {
                    config::UsernameSource::UserId => dingtalk::UsernameSource::UserId,
                    config::UsernameSource::JobNumber => dingtalk::UsernameSource::JobNumber,
                    config::UsernameSource::OrgEmail => dingtalk::UsernameSource::OrgEmail,
                    config::UsernameSource::OrgEmailLocalPart => {
                        dingtalk::UsernameSource::OrgEmailLocalPart
                    }
                },
                locale: section.locale,
                zoneinfo: section.zoneinfo,
                patience: Duration::from_secs(15),
                retry_pause: Duration::from_secs(1),
            };
            Arc::new(DingTalk::new(settings, http, clock))
        }
    }
}
