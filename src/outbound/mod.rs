//! Outbound HTTP. Every request that this house makes goes through a client from here: with
//! time-outs, a limit on the answer's size, no redirects, and no proxy but the configured
//! one. [`OperatorHosts`] serves the addresses that the operator wrote into `[[upstream]]`,
//! [`ClientUrls`] those that clients bring, whose addresses are guarded.

mod client_urls;
mod operator_hosts;
mod transport;
mod trust;

use std::time::Duration;

use bytes::Bytes;

pub use client_urls::{ClientUrls, Names, SystemNames};
pub use operator_hosts::{OperatorHosts, OutboundError, Settings};
pub use trust::Trust;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, within the limit.
    pub body: Bytes,
    /// `max-age` of its `Cache-Control`; zero where it says that nothing is to be kept.
    pub max_age: Option<Duration>,
}

/// Why there is no answer. Without addresses and without the library's words, which may
/// hold a query with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection: name, network, TLS.
    #[error("no connection")]
    Unreachable,
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The connection broke while the answer came.
    #[error("the connection broke")]
    Broken,
    /// More bytes than any honest answer has.
    #[error("the answer is too large")]
    TooLarge,
    /// The URL may not be asked: not one, not its scheme, or a user before its host.
    #[error("the address is not allowed")]
    NotAllowed,
    /// The address that the URL leads to may not be asked: it is not public, or plain http,
    /// and the operator didn't list it.
    #[error("it leads to an address that [outbound] allowed_addresses does not list")]
    Forbidden,
}
