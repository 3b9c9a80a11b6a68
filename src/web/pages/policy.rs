//! Content security policies of pages that need more than the ordinary one, which stands in
//! `web/headers.rs`. Each gets exactly the sources that it needs.

use axum::response::Response;
use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use url::{Host, Url};

const COMMON: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// A URL's origin as a source: `https://app.example.com`. A policy has no way to write an
/// IPv6 literal, nor an origin of a scheme of its own: there the scheme alone.
pub(super) fn source(url: &Url) -> String {
    let has_origin = url.origin().is_tuple() && !matches!(url.host(), Some(Host::Ipv6(_)));
    if has_origin {
        url.origin().ascii_serialization()
    } else {
        format!("{}:", url.scheme())
    }
}

/// Sets the policy of a page: what is common to all of them, and these directives.
pub(super) fn set(mut response: Response, directives: &[(&str, String)]) -> Response {
    let mut policy = COMMON.to_owned();
    for (name, sources) in directives {
        policy.push_str("; ");
        policy.push_str(name);
        policy.push(' ');
        policy.push_str(sources);
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
