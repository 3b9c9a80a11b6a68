//! A broker with a simulated DingTalk behind it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dingpass::app::{App, Foundation, key_settings};
use dingpass::clock::Clock as _;
use dingpass::config;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::{Custody, Keyring, Remembered};
use dingpass::store::{self, Location, Store};

use super::keys::custody_with;
use super::{Browser, DingTalkSim, RelyingParty, TestClock, install_crypto};

/// The client that every house has.
pub(crate) const CLIENT: &str = "demo";
/// Its secret.
pub(crate) const SECRET: &str = "a-secret-of-at-least-32-characters!!";
/// Its redirect_uri; nobody listens there, the browser stops before it.
pub(crate) const REDIRECT: &str = "http://127.0.0.1:8080/callback";

/// A broker, its DingTalk and their clock.
pub(crate) struct House {
    pub(crate) issuer: String,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) sim: DingTalkSim,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keyring: Arc<Keyring>,
    /// Who keeps the keys.
    pub(crate) custody: Arc<Custody>,
    /// The composition, for what is done in the background and for the operator.
    pub(crate) app: App,
}

/// What differs from the ordinary house.
#[derive(Default)]
pub(crate) struct Plan {
    auto_login: Option<String>,
    page: bool,
    client: String,
    upstream: String,
    more: String,
    https_issuer: Option<String>,
    store: Option<Arc<dyn Store>>,
    custody: Option<Arc<Custody>>,
    key_folder: Option<PathBuf>,
    delivering: bool,
}

impl Plan {
    /// Who signs in at DingTalk without being asked; zhangsan where nothing is said.
    pub(crate) fn auto_login(mut self, userid: &str) -> Self {
        self.auto_login = Some(userid.to_owned());
        self
    }

    /// DingTalk shows its page.
    pub(crate) fn with_page(mut self) -> Self {
        self.page = true;
        self
    }

    /// Further members of the client `demo`, as TOML lines.
    pub(crate) fn client(mut self, lines: &str) -> Self {
        self.client.push_str(lines);
        self.client.push('\n');
        self
    }

    /// Further members of the upstream `acme`, as TOML lines.
    pub(crate) fn upstream(mut self, lines: &str) -> Self {
        self.upstream.push_str(lines);
        self.upstream.push('\n');
        self
    }

    /// Further sections, as TOML: clients, upstreams, lifetimes.
    /// `{sim}` stands for the address of the simulated DingTalk.
    pub(crate) fn more(mut self, toml: &str) -> Self {
        self.more.push_str(toml);
        self.more.push('\n');
        self
    }

    /// Another issuer than the address that is listened on, as behind a proxy.
    pub(crate) fn issuer(mut self, issuer: &str) -> Self {
        self.https_issuer = Some(issuer.to_owned());
        self
    }

    /// A store that is there already.
    pub(crate) fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// Clients are told of logouts.
    pub(crate) fn delivering(mut self) -> Self {
        self.delivering = true;
        self
    }

    /// Keys that are there already.
    pub(crate) fn custody(mut self, custody: Arc<Custody>) -> Self {
        self.custody = Some(custody);
        self
    }

    /// Keys of its own in a folder, as a server has them.
    pub(crate) fn key_folder(mut self, folder: &Path) -> Self {
        self.key_folder = Some(folder.to_owned());
        self
    }

    /// Builds it.
    pub(crate) async fn start(self) -> House {
        House::build(self).await
    }
}

impl House {
    /// The ordinary house: one client, one upstream, zhangsan signs in at once.
    pub(crate) async fn start() -> Self {
        Self::plan().start().await
    }

    /// A house to be changed.
    pub(crate) fn plan() -> Plan {
        Plan::default()
    }

    async fn build(plan: Plan) -> Self {
        install_crypto();
        let clock = Arc::new(TestClock::new());
        let auto_login = plan.auto_login.as_deref().or(Some("zhangsan"));
        let auto_login = if plan.page { None } else { auto_login };
        let sim = DingTalkSim::start(clock.clone(), auto_login).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let issuer = plan.https_issuer.unwrap_or_else(|| address.clone());
        let text = configuration(&issuer, &sim.url, &plan.client, &plan.upstream, &plan.more);
        let config = config::load(&text, Path::new("/"), &BTreeMap::new())
            .unwrap_or_else(|faults| panic!("{}", config::describe(&faults, "test", &text)));
        let store = plan
            .store
            .unwrap_or_else(|| store::open(&Location::Memory).unwrap());
        let custody = plan.custody.unwrap_or_else(|| {
            let settings = key_settings(&config.keys, &config.lifetimes, &config.clients);
            match &plan.key_folder {
                None => custody_with(settings),
                Some(folder) => {
                    let entropy = Arc::new(SystemEntropy);
                    Arc::new(
                        Custody::open(
                            folder,
                            settings,
                            Remembered::default(),
                            entropy,
                            clock.now(),
                        )
                        .unwrap(),
                    )
                }
            }
        });
        let app = App::assemble(
            config,
            Foundation {
                clock: clock.clone(),
                entropy: Arc::new(SystemEntropy),
                store: Arc::clone(&store),
                custody: Arc::clone(&custody),
            },
        )
        .unwrap();
        let router = app.router();
        if plan.delivering {
            tokio::spawn(app.back_channel().run(std::future::pending()));
        }
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self {
            issuer: address,
            clock,
            sim,
            store,
            keyring: custody.keyring(),
            custody,
            app,
        }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// A browser without cookies.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new()
    }

    /// The client `demo` as an independent library plays it.
    pub(crate) async fn rp(&self) -> RelyingParty {
        RelyingParty::discover(&self.issuer, CLIENT, Some(SECRET), REDIRECT).await
    }
}

fn configuration(issuer: &str, sim: &str, client: &str, upstream: &str, more: &str) -> String {
    let more = more.replace("{sim}", sim);
    format!(
        r#"issuer = "{issuer}"

[store]
url = "redb::memory:"

[pages]
contact = "it@acme.example"

[[upstream]]
id = "acme"
kind = "dingtalk"
name = "Acme"
client_id = "dingsimapp"
client_secret = "dingsimsecret"
corp_id = "dingsimcorp"
login_base_url = "{sim}"
api_base_url = "{sim}"
oapi_base_url = "{sim}"
{upstream}

[[clients]]
client_id = "{CLIENT}"
client_secret = "{SECRET}"
client_name = "Demo"
client_uri = "http://127.0.0.1:8080/"
redirect_uris = ["{REDIRECT}", "http://127.0.0.1:8080/other?tenant=1"]
scope = "openid profile email phone groups dingtalk offline_access"
require_pkce = false
{client}

{more}
"#
    )
}
