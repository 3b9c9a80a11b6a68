//! `[outbound]`

use std::io::Read as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use super::Outbound;
use super::reader::{Found, Section};

/// A bundle of every public root is a quarter of this.
const LONGEST_CA_FILE: u64 = 1024 * 1024;
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

pub(super) fn read(section: &mut Section<'_>) -> Outbound {
    Outbound {
        ca_files: ca_files(section),
        allowed_addresses: allowed_addresses(section),
        proxy: proxy(section).map(SecretString::from),
    }
}

fn ca_files(section: &mut Section<'_>) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let written = section.texts("ca_files").map(|found| found.value);
    for text in written.unwrap_or_default() {
        let path = section.path(&text.value);
        match holds_certificate(&path) {
            Ok(true) => paths.push(path),
            Ok(false) => section.fault(
                &text.at,
                format!("`ca_files`: this file holds no PEM certificate ({CERTIFICATE})"),
            ),
            Err(error) => {
                let reason = error.kind();
                section.fault(
                    &text.at,
                    format!("`ca_files`: this file can't be read: {reason} (a relative path counts from the configuration's folder)"),
                );
            }
        }
    }
    paths
}

fn holds_certificate(path: &Path) -> std::io::Result<bool> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(LONGEST_CA_FILE).read_to_end(&mut bytes)?;
    Ok(bytes
        .windows(CERTIFICATE.len())
        .any(|window| window == CERTIFICATE.as_bytes()))
}

fn allowed_addresses(section: &mut Section<'_>) -> Vec<IpNet> {
    let mut networks = Vec::new();
    let Some(written) = section.texts("allowed_addresses") else {
        return networks;
    };
    for text in written.value {
        match network(&text) {
            Ok(network) => {
                if network.prefix_len() == 0 {
                    section.warn(
                        &text.at,
                        "`allowed_addresses`: this lets clients' URLs reach every address, our own network included",
                    );
                }
                networks.push(network);
            }
            Err(message) => section.fault(&text.at, message),
        }
    }
    networks
}

fn network(text: &Found<String>) -> Result<IpNet, String> {
    if let Ok(address) = text.value.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    let network: IpNet = text.value.parse().map_err(|_| {
        "`allowed_addresses` takes addresses and networks like \"10.0.0.7\" or \"10.0.0.0/8\""
            .to_owned()
    })?;
    // Either the address or the length is a slip; a guess here would open too much.
    if network != network.trunc() {
        let whole = network.trunc();
        return Err(format!(
            "`allowed_addresses`: write \"{whole}\" for the network, or the address without its length"
        ));
    }
    Ok(network)
}

fn proxy(section: &mut Section<'_>) -> Option<String> {
    let text = section.text("proxy")?;
    let proper = Url::parse(&text.value).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
    });
    if !proper {
        section.fault(
            &text.at,
            "`proxy` must be a URL like \"http://proxy.example.com:3128\"",
        );
    }
    Some(text.value)
}
