//! The issuer identifier: the one name of this provider, compared byte by byte by every
//! client (OIDC Discovery section 4.3), so it is kept as the text that the operator wrote.

use std::fmt;
use std::sync::Arc;

use crate::domain::uri::is_loopback_host;

/// The issuer: scheme, host and port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: Arc<str>,
    https: bool,
}

/// Why a text is not an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Not an absolute URL.
    #[error("is not an absolute URL; write it like \"https://login.example.com\"")]
    NotAUrl,
    /// Neither https, nor http on loopback.
    #[error("must begin with https:// (http:// is for 127.0.0.1, [::1] and localhost alone)")]
    Insecure,
    /// A path, query, fragment, user or trailing slash.
    #[error(
        "must be scheme, host and port alone: no path, no query, no fragment, no trailing slash"
    )]
    MoreThanOrigin,
    /// Upper case, a default port: clients compare bytes, so one spelling alone is right.
    #[error(
        "must be written as a browser writes it: lower case, without the scheme's default port"
    )]
    NotCanonical,
}

impl Issuer {
    /// Parses what the operator wrote.
    ///
    /// # Errors
    /// [`IssuerError`] says what to write instead.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let url = url::Url::parse(text).map_err(|_| IssuerError::NotAUrl)?;
        let host = url.host_str().ok_or(IssuerError::NotAUrl)?;
        let https = match url.scheme() {
            "https" => true,
            "http" if is_loopback_host(host) => false,
            "http" => return Err(IssuerError::Insecure),
            _ => return Err(IssuerError::NotAUrl),
        };
        if url.path() != "/"
            || text.ends_with('/')
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(IssuerError::MoreThanOrigin);
        }
        if url.as_str().strip_suffix('/') != Some(text) {
            return Err(IssuerError::NotCanonical);
        }
        Ok(Self {
            text: Arc::from(text),
            https,
        })
    }

    /// The issuer as every token and answer bears it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether browsers reach us by https, which decides the cookies' attributes. A proxy
    /// may speak plain http to us all the same.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// The address of an endpoint; `path` begins with a slash.
    #[must_use]
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
