//! Which addresses a URL that a client brings may lead to (`jwks_uri`,
//! `backchannel_logout_uri`). Who registers such a URL chooses where this house sends requests,
//! from inside the operator's network: so it may lead to the public internet, and to what
//! the operator lists in `[outbound] allowed_addresses`, and to nothing else. Whatever is not
//! known to be public is refused: a list of what is dangerous is never complete.
//!
//! The tables follow IANA's special-purpose registries (RFC 6890 and its successors).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// Addresses that URLs of clients may reach beside the public ones.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    listed: Vec<IpNet>,
}

/// Why a client's URL is not called. Its words are for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// Neither https nor http, no host, or a user before it.
    #[error("must be an https URL without a user before the host")]
    Url,
    /// An address that is not public and not listed.
    #[error("leads to an address that is not public; list it in [outbound] allowed_addresses")]
    Address,
    /// Plain http to an address that is not listed.
    #[error("is plain http; write https, or list its address in [outbound] allowed_addresses")]
    PlainHttp,
}

impl Reach {
    /// The public addresses, and these.
    #[must_use]
    pub fn new(listed: Vec<IpNet>) -> Self {
        Self { listed }
    }

    /// Whether the operator listed the address.
    #[must_use]
    pub fn lists(&self, address: IpAddr) -> bool {
        let plain = address.to_canonical();
        self.listed
            .iter()
            .any(|network| network.contains(&plain) || network.contains(&address))
    }

    /// Whether https may go there. http may go only where [`Reach::lists`] says so.
    #[must_use]
    pub fn admits(&self, address: IpAddr) -> bool {
        is_public(address) || self.lists(address)
    }

    /// What can be said of a URL before its name is resolved.
    ///
    /// # Errors
    /// [`Unreachable`]
    pub fn check(&self, url: &Url) -> Result<(), Unreachable> {
        let has_user = !url.username().is_empty() || url.password().is_some();
        let is_https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Unreachable::Url),
        };
        if has_user {
            return Err(Unreachable::Url);
        }
        let literal = match url.host() {
            // RFC 6761 section 6.3: its address is known.
            Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => {
                IpAddr::V4(Ipv4Addr::LOCALHOST)
            }
            Some(Host::Domain(_)) if !is_https && self.listed.is_empty() => {
                return Err(Unreachable::PlainHttp);
            }
            // What any other name leads to is looked at when it is resolved.
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            None => return Err(Unreachable::Url),
        };
        if is_https && !self.admits(literal) {
            return Err(Unreachable::Address);
        }
        if !is_https && !self.lists(literal) {
            return Err(Unreachable::PlainHttp);
        }
        Ok(())
    }
}

/// Whether an address belongs to the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, c: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

const NOT_PUBLIC_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),        // this host
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // behind carriers; Alibaba Cloud's metadata (100.100.100.200)
    v4(127, 0, 0, 0, 8),      // loopback
    v4(168, 63, 129, 16, 32), // Azure's host, with credentials
    v4(169, 254, 0, 0, 16),   // link-local; metadata of most clouds
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocol assignments; Oracle's metadata
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 88, 99, 0, 24),   // 6to4 relays
    v4(192, 168, 0, 0, 16),   // private
    v4(198, 18, 0, 0, 15),    // benchmarking
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, broadcast
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    !NOT_PUBLIC_V4
        .iter()
        .any(|network| network.contains(&address))
}

/// All that is handed out for global unicast.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// Parts of it that are something else.
const NOT_PUBLIC_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 0, 23), // protocol assignments; Teredo, which holds an IPv4 address
    v6(0x2001, 0xdb8, 0, 32), // documentation
    v6(0x2002, 0, 0, 16), // 6to4, which holds an IPv4 address
    v6(0x3fff, 0, 0, 20), // documentation
];

/// Through it an IPv6-only network reaches IPv4 (RFC 6052): as good as the IPv4 address in it.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    if NAT64.contains(&address) {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    GLOBAL_V6.contains(&address)
        && !NOT_PUBLIC_V6
            .iter()
            .any(|network| network.contains(&address))
}
