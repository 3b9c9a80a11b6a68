//! `dingpass demo`: simulator, broker and sample application in one process, on loopback,
//! with throw-away keys and a store in memory.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{listen, logs, say};
use crate::app::{App, Foundation, key_settings};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{self, Log, LogFormat};
use crate::demo;
use crate::entropy::{Entropy, SystemEntropy};
use crate::keyring::Custody;
use crate::sim::{self, AutoLogin, Simulator};
use crate::store::{self, Location};

/// Which ports.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The broker's port.
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// The sample application's port.
    #[arg(long, default_value_t = 8080)]
    app_port: u16,
    /// The simulated DingTalk's port.
    #[arg(long, default_value_t = 9000)]
    sim_port: u16,
    /// Sign in this person at once, without DingTalk's page: a userid, or `first`.
    #[arg(long, value_name = "USERID")]
    auto_login: Option<AutoLogin>,
    /// What is logged, like `info` or `dingpass=debug`.
    #[arg(long, value_name = "FILTER", default_value = "warn")]
    log: String,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    logs::start(
        &Log {
            format: LogFormat::Text,
            filter: arguments.log.clone(),
        },
        true,
    )?;
    super::block_on(run_all(arguments))
}

async fn run_all(arguments: &Arguments) -> anyhow::Result<()> {
    let stopped = listen::stop_signal()?;
    let sim_listener = bind(arguments.sim_port, "--sim-port", "the simulated DingTalk")?;
    let broker_listener = bind(arguments.port, "--port", "the broker")?;
    let app_listener = bind(arguments.app_port, "--app-port", "the sample application")?;
    let sim_url = url(&sim_listener)?;
    let issuer = url(&broker_listener)?;
    let app_url = url(&app_listener)?;

    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let clock = Arc::new(SystemClock);
    let simulator = Simulator::new(sim::Settings {
        people: None,
        auto_login: arguments.auto_login.clone(),
        redirects: Vec::new(),
        clock: clock.clone(),
        entropy: Arc::clone(&entropy),
    })?;
    let secret = crate::domain::secret::random_token::<32>(entropy.as_ref());
    let text = configuration(&issuer, &sim_url, &app_url, &secret);
    let config = config::load(&text, Path::new("/"), &BTreeMap::new()).map_err(|faults| {
        anyhow::anyhow!(
            "the demo's configuration is wrong:\n{}",
            config::describe(&faults, "demo", &text)
        )
    })?;
    let custody = Custody::in_memory(
        None,
        key_settings(&config.keys, &config.lifetimes, &config.clients),
        Arc::clone(&entropy),
        clock.now(),
    )?;
    let app = App::assemble(
        config,
        Foundation {
            clock: clock.clone(),
            store: store::open(&Location::Memory)?,
            custody: Arc::new(custody),
            entropy: Arc::clone(&entropy),
        },
    )?;
    let sample = demo::SampleApplication::new(demo::Settings {
        issuer: issuer.clone(),
        client_id: "demo".to_owned(),
        client_secret: secret,
        base_url: app_url.clone(),
        simulator_url: sim_url.clone(),
        entropy,
    })?;

    // It serves also where nobody can read this.
    let _ = say::out(&format!(
        "\n  Open  {app_url}\n\n  sample application   {app_url}\n  dingpass (issuer)    {issuer}\n  simulated DingTalk   {sim_url}   (switches: {sim_url}/_sim)\n\n  Everything is in memory and gone when this ends. Stop with Ctrl-C."
    ));
    let broker = app.router();
    tokio::spawn(app.run_background(stopped.clone()));
    tokio::try_join!(
        serve(sim_listener, simulator.router(), &stopped),
        serve(broker_listener, broker, &stopped),
        serve(app_listener, sample.router(), &stopped),
    )?;
    Ok(())
}

async fn serve(
    listener: TcpListener,
    router: axum::Router,
    stopped: &CancellationToken,
) -> anyhow::Result<()> {
    listen::serve(listener, router, stopped.clone()).await
}

fn bind(port: u16, flag: &str, what: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).with_context(|| {
        format!("port {port} is taken, so {what} can't listen there; choose another with {flag}")
    })
}

fn url(listener: &TcpListener) -> anyhow::Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}

fn configuration(issuer: &str, sim_url: &str, app_url: &str, secret: &str) -> String {
    format!(
        r#"issuer = "{issuer}"

[store]
url = "redb::memory:"

[outbound]
allowed_addresses = ["127.0.0.0/8"]     # the sample application is told of logouts here

[[upstream]]
id = "acme"
kind = "dingtalk"
name = "示例科技"
client_id = "dingsimapp"
client_secret = "dingsimsecret"
corp_id = "dingsimcorp"
login_base_url = "{sim_url}"
api_base_url = "{sim_url}"
oapi_base_url = "{sim_url}"
locale = "zh-CN"
zoneinfo = "Asia/Shanghai"

[[clients]]
client_id = "demo"
client_secret = "{secret}"
client_name = "dingpass demo"
client_uri = "{app_url}/"
redirect_uris = ["{app_url}/callback"]
post_logout_redirect_uris = ["{app_url}/"]
backchannel_logout_uri = "{app_url}/backchannel-logout"
scope = "openid profile email phone groups dingtalk"
"#
    )
}
