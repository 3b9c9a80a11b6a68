//! The client for hosts that the operator named: https, plain http on loopback alone.

use std::time::Duration;

use reqwest::{Client, Proxy, RequestBuilder};

use super::{Answer, TransportError, Trust, transport};
use crate::domain::uri::is_loopback_host;

/// How the client is made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// PEM texts of further roots of trust.
    pub ca_pems: Vec<Vec<u8>>,
    /// An HTTP proxy.
    pub proxy: Option<String>,
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// Until an answer has come to its end.
    pub timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ca_pems: Vec::new(),
            proxy: None,
            connect_timeout: Duration::from_secs(3),
            timeout: Duration::from_secs(5),
        }
    }
}

/// Why the client can't be made.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// A file of `ca_files` holds no certificates.
    #[error("a file of [outbound] ca_files holds no usable PEM certificates: {0}")]
    Certificates(String),
    /// The proxy's address is wrong.
    #[error("[outbound] proxy can't be used: {0}")]
    Proxy(String),
    /// TLS can't be set up.
    #[error("outbound TLS can't be set up: {0}")]
    Tls(String),
}

/// The longest answer that is read, in bytes. DingTalk's answers have a few kilobytes.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// The client for hosts that the operator named.
#[derive(Clone, Debug)]
pub struct OperatorHosts {
    client: Client,
}

impl OperatorHosts {
    /// Makes the client, with a trust of its own.
    ///
    /// # Errors
    /// [`OutboundError`] in words for an operator.
    pub fn new(settings: &Settings) -> Result<Self, OutboundError> {
        Self::trusting(&Trust::new(settings)?, settings)
    }

    /// Makes the client; others may have the same trust.
    ///
    /// # Errors
    /// [`OutboundError`] in words for an operator.
    pub fn trusting(trust: &Trust, settings: &Settings) -> Result<Self, OutboundError> {
        let mut builder = transport::builder(settings, trust)?;
        if let Some(proxy) = &settings.proxy {
            let proxy =
                Proxy::all(proxy).map_err(|error| OutboundError::Proxy(error.to_string()))?;
            builder = builder.proxy(proxy);
        }
        let client = transport::finish(builder)?;
        Ok(Self { client })
    }

    /// Begins a GET.
    pub fn get(&self, url: &str) -> RequestBuilder {
        self.client.get(url)
    }

    /// Begins a POST.
    pub fn post(&self, url: &str) -> RequestBuilder {
        self.client.post(url)
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// [`TransportError`] when there is no answer; any status is an answer.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, TransportError> {
        let request = request.build().map_err(|_| TransportError::NotAllowed)?;
        let url = request.url();
        let allowed = url.scheme() == "https"
            || url.scheme() == "http" && url.host_str().is_some_and(is_loopback_host);
        if !allowed {
            return Err(TransportError::NotAllowed);
        }
        transport::execute(&self.client, request, LONGEST_ANSWER).await
    }
}
