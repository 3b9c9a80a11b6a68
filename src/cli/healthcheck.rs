//! `dingpass healthcheck`: for containers without a shell or curl.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use clap::Args;

use super::configuration::File;
use crate::outbound::{OperatorHosts, Settings, Trust};

/// Whom to ask, and what.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    file: File,
    /// Ask whether it can do its work (/readyz), not merely whether it answers (/healthz).
    #[arg(long)]
    ready: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let listen = arguments.file.listen_address()?;
    let probe = if arguments.ready { "readyz" } else { "healthz" };
    let address = reachable(listen);
    super::block_on(async move {
        // Plain http: a container asks every few seconds, and the roots of trust are many files.
        let client = OperatorHosts::trusting(&Trust::in_nobody(), &Settings::default())?;
        let request = client.get(&format!("http://{address}/{probe}"));
        let answer = client
            .send(request)
            .await
            .map_err(|error| anyhow::anyhow!("no answer from {address}: {error}"))?;
        anyhow::ensure!(
            answer.status == 200,
            "{address} answers /{probe} with {}",
            answer.status
        );
        Ok(())
    })
}

/// A listener on all addresses is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
