//! The client for hosts that the operator named: https, plain http on loopback alone.

use std::time::Duration;

use bytes::BytesMut;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy, RequestBuilder};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::{Answer, TransportError};
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
    /// Makes the client.
    ///
    /// # Errors
    /// [`OutboundError`] in words for an operator.
    pub fn new(settings: &Settings) -> Result<Self, OutboundError> {
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .pool_idle_timeout(Duration::from_secs(60))
            .no_proxy();
        let mut roots = Vec::new();
        for pem in &settings.ca_pems {
            roots.extend(certificates_in(pem).map_err(OutboundError::Certificates)?);
        }
        if !roots.is_empty() {
            builder = builder.tls_certs_merge(roots);
        }
        if let Some(proxy) = &settings.proxy {
            let proxy =
                Proxy::all(proxy).map_err(|error| OutboundError::Proxy(error.to_string()))?;
            builder = builder.proxy(proxy);
        }
        let client = builder
            .build()
            .map_err(|error| OutboundError::Tls(error.to_string()))?;
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
        let mut response = self.client.execute(request).await.map_err(classify)?;
        let status = response.status().as_u16();
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(classify)? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(TransportError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            body: body.freeze(),
        })
    }
}

/// The certificates of a PEM text, each one fit to be trusted. The client's own builder says
/// only that something is wrong.
fn certificates_in(pem: &[u8]) -> Result<Vec<Certificate>, String> {
    let mut fit = RootCertStore::empty();
    let mut roots = Vec::new();
    for der in CertificateDer::pem_slice_iter(pem) {
        let der = der.map_err(|error| error.to_string())?;
        roots.push(Certificate::from_der(&der).map_err(|error| error.to_string())?);
        fit.add(der).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() {
        return Err("none was found".to_owned());
    }
    Ok(roots)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn classify(error: reqwest::Error) -> TransportError {
    if error.is_timeout() {
        TransportError::TimedOut
    } else if error.is_connect() {
        TransportError::Unreachable
    } else {
        TransportError::Broken
    }
}
