//! `[http]`

use std::net::{Ipv4Addr, SocketAddr};

use super::Http;
use super::reader::Section;

/// Loopback: what is reachable from elsewhere is the operator's choice.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);

pub(super) fn read(section: &mut Section<'_>) -> Http {
    let mut listen = DEFAULT_LISTEN;
    if let Some(text) = section.text("listen") {
        match text.value.parse() {
            Ok(address) => listen = address,
            Err(_) => section.fault(
                &text.at,
                "`listen` must be an IP address and a port like \"127.0.0.1:8000\" or \"[::]:8000\"",
            ),
        }
    }
    Http { listen }
}
