//! The client for URLs that a client of ours brings: `jwks_uri`, `backchannel_logout_uri`.
//! Who registers such a URL must not reach through us what only we can reach: not our own
//! loopback, not the operator's network, not a cloud's metadata (server-side request
//! forgery). https goes to public addresses and to those that the operator listed, plain http
//! to listed ones alone; no proxy, no redirects, no user in the URL.
//!
//! A name is resolved once, in here; all its addresses are checked, and the connection goes to
//! one of exactly these. A second look-up could have another answer (DNS rebinding), so there
//! is none. Literal addresses are checked as the URL parser understands them, the same that
//! connects: `0x7f.1` and `2130706433` are 127.0.0.1 to both.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Request, RequestBuilder};
use url::Url;

use super::{Answer, OutboundError, Settings, TransportError, Trust, transport};
use crate::domain::reach::{Reach, Unreachable};

/// The longest answer that is read, in bytes: a JWK Set with a few certificate chains.
const LONGEST_ANSWER: usize = 128 * 1024;

/// Where addresses of names come from.
#[async_trait]
pub trait Names: Send + Sync {
    /// The addresses of a name.
    ///
    /// # Errors
    /// That of the system.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug)]
pub struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// The client for URLs that clients bring.
#[derive(Clone, Debug)]
pub struct ClientUrls {
    reach: Arc<Reach>,
    https: Client,
    http: Client,
}

impl ClientUrls {
    /// Makes the client, with a trust of its own.
    ///
    /// # Errors
    /// [`OutboundError`] in words for an operator.
    pub fn new(
        settings: &Settings,
        reach: Reach,
        names: Arc<dyn Names>,
    ) -> Result<Self, OutboundError> {
        Self::trusting(&Trust::new(settings)?, settings, reach, names)
    }

    /// Makes the client; others may have the same trust. The proxy of the settings is not
    /// used: it would resolve names by itself.
    ///
    /// # Errors
    /// [`OutboundError`] in words for an operator.
    pub fn trusting(
        trust: &Trust,
        settings: &Settings,
        reach: Reach,
        names: Arc<dyn Names>,
    ) -> Result<Self, OutboundError> {
        let reach = Arc::new(reach);
        let guard = |names, listed_only| Guard {
            reach: Arc::clone(&reach),
            names,
            listed_only,
        };
        let https = transport::builder(settings, trust)?
            .https_only(true)
            .dns_resolver(guard(Arc::clone(&names), false));
        let http = transport::builder(settings, trust)?.dns_resolver(guard(names, true));
        Ok(Self {
            https: transport::finish(https)?,
            http: transport::finish(http)?,
            reach,
        })
    }

    /// Asks for a document. Any status is an answer, a redirect too.
    ///
    /// # Errors
    /// [`TransportError`]
    pub async fn get(&self, url: &str) -> Result<Answer, TransportError> {
        self.send(url, Client::get).await
    }

    /// Sends a form. Any status is an answer, a redirect too.
    ///
    /// # Errors
    /// [`TransportError`]
    pub async fn post_form(
        &self,
        url: &str,
        form: &[(&str, &str)],
    ) -> Result<Answer, TransportError> {
        self.send(url, |client, url| client.post(url).form(form))
            .await
    }

    async fn send(
        &self,
        url: &str,
        request: impl FnOnce(&Client, Url) -> RequestBuilder,
    ) -> Result<Answer, TransportError> {
        let url = Url::parse(url).map_err(|_| TransportError::NotAllowed)?;
        self.reach.check(&url).map_err(|refusal| match refusal {
            Unreachable::Url => TransportError::NotAllowed,
            Unreachable::Address | Unreachable::PlainHttp => TransportError::Forbidden,
        })?;
        let client = if url.scheme() == "https" {
            &self.https
        } else {
            &self.http
        };
        let request: Request = request(client, url)
            .build()
            .map_err(|_| TransportError::NotAllowed)?;
        transport::execute(client, request, LONGEST_ANSWER).await
    }
}

/// Resolves and checks. What it answers is what the connection goes to.
struct Guard {
    reach: Arc<Reach>,
    names: Arc<dyn Names>,
    listed_only: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::clone(&self.reach);
        let names = Arc::clone(&self.names);
        let listed_only = self.listed_only;
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            let admitted = |address: &IpAddr| {
                if listed_only {
                    reach.lists(*address)
                } else {
                    reach.admits(*address)
                }
            };
            // One forbidden address condemns the name. No honest name has both kinds, and to
            // go on with the rest would leave it to the attacker's zone and to chance which
            // of them is tried.
            if !found.iter().all(admitted) {
                return Err(transport::Forbidden.into());
            }
            // The port is the URL's.
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            let addresses: Addrs = Box::new(addresses);
            Ok(addresses)
        })
    }
}
