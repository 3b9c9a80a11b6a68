//! How addresses are written into what browsers get: a value as a component of a URL, an
//! origin as a source of a content security policy, and how long a `Location` may be.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use url::{Host, Url};

/// All but the unreserved characters of RFC 3986.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The longest `Location`, in bytes: with the cookies and the other headers it stays below the
/// 4 KB that nginx takes in all.
pub const LONGEST_LOCATION: usize = 2800;

/// A value as a component of a URL.
#[must_use]
pub fn component(value: &str) -> PercentEncode<'_> {
    utf8_percent_encode(value, COMPONENT)
}

/// A URL's origin as a source of a content security policy (CSP 3 section 2.3.1): its scheme
/// alone where the grammar has no form for its host (a private-use scheme, an IPv6 literal, an
/// odd name), since browsers drop a source that they can't read. Neither form can hold a
/// blank, a semicolon or a quote, so nothing can be slipped into the policy.
#[must_use]
pub fn policy_source(url: &Url) -> String {
    let is_web = matches!(url.scheme(), "http" | "https");
    let is_plain = match url.host() {
        Some(Host::Domain(name)) => name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)),
        Some(Host::Ipv4(_)) => true,
        Some(Host::Ipv6(_)) | None => false,
    };
    if is_web && is_plain {
        url.origin().ascii_serialization()
    } else {
        format!("{}:", url.scheme())
    }
}
