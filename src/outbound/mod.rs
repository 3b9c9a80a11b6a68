//! Outbound HTTP. Every request that this house makes goes through a client from here: with
//! time-outs, a limit on the answer's size, no redirects, and no proxy but the configured
//! one. [`OperatorHosts`] serves the addresses that the operator wrote into `[[upstream]]`.

mod operator_hosts;

use bytes::Bytes;

pub use operator_hosts::{OperatorHosts, OutboundError, Settings};

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, within the limit.
    pub body: Bytes,
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
    /// The address may not be asked: neither https, nor http on loopback.
    #[error("the address is not allowed")]
    NotAllowed,
}
