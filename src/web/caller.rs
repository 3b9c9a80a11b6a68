//! Whence a request comes, as an opaque number: the one place that looks at the peer's address
//! and at `X-Forwarded-For`, `Forwarded` and `User-Agent`. It hands on nothing of them but
//! "the same as before"; none of it decides anything or gets into a log.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::header::{FORWARDED, HeaderName, USER_AGENT};
use http::request::Parts;

use super::state::Web;
use crate::protocol::key_adoption::Caller;

/// What tells callers apart behind a proxy, and applications on one host.
static HEADERS: [(u8, HeaderName); 3] = [
    (0, HeaderName::from_static("x-forwarded-for")),
    (1, FORWARDED),
    (2, USER_AGENT),
];

impl FromRequestParts<Arc<Web>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Infallible> {
        let headers = HEADERS.iter().flat_map(|(place, name)| {
            let texts = parts.headers.get_all(name).iter();
            texts.map(|text| (*place, text.as_bytes()))
        });
        Ok(web.adoption.caller(peer(parts), headers))
    }
}

/// The address at the other end, without its port; none where the router is served without it.
fn peer(parts: &Parts) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(address)| address.ip())
}
