//! Redirect URIs. They are compared byte by byte with what is registered (RFC 9700 section
//! 2.1); the one exception is the port of a native client's loopback address (RFC 8252
//! section 7.3). A URL library's equality is never used: it folds case, `..` and ports.

use std::fmt;
use std::net::IpAddr;

/// A registered redirect URI: absolute, without fragment and without user information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    kind: RedirectKind,
}

/// What a redirect URI points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectKind {
    /// `https`.
    Https,
    /// `http` on this machine's own loopback.
    HttpLoopback,
    /// `http` elsewhere: for confidential clients alone.
    HttpElsewhere,
    /// A native application's own scheme (RFC 8252 section 7.1).
    PrivateScheme,
}

/// Why a text can't be registered as a redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Not an absolute URL.
    #[error("is not an absolute URL")]
    NotAUrl,
    /// A fragment (RFC 6749 section 3.1.2).
    #[error("must not have a fragment (#...)")]
    Fragment,
    /// A user or password in front of the host.
    #[error("must not have a user or password before the host")]
    UserInfo,
    /// A backslash, blank, control character, `..` or other text that browsers rewrite.
    #[error(
        "must be written as a browser would send it: no backslash, no blank, no \"..\", no wildcard"
    )]
    Rewritten,
    /// A scheme through which a browser would run script.
    #[error("has a scheme that browsers run as script or read from disk")]
    Scheme,
}

impl RedirectUri {
    /// Parses what a client wants to register.
    ///
    /// # Errors
    /// [`RedirectUriError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        let url = url::Url::parse(text).map_err(|_| RedirectUriError::NotAUrl)?;
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUriError::UserInfo);
        }
        let odd = |c: char| c == '\\' || c == '*' || c.is_whitespace() || c.is_control();
        let path = text.split('?').next().unwrap_or_default();
        let authority_is_written = !matches!(url.scheme(), "http" | "https")
            || text
                .get(url.scheme().len()..)
                .is_some_and(|rest| rest.starts_with("://"));
        if text.contains(odd) || path.split('/').any(is_dot_segment) || !authority_is_written {
            return Err(RedirectUriError::Rewritten);
        }
        let kind = match url.scheme() {
            "https" if url.has_host() => RedirectKind::Https,
            "http" => match url.host_str() {
                Some(host) if is_loopback_host(host) => RedirectKind::HttpLoopback,
                Some(_) => RedirectKind::HttpElsewhere,
                None => return Err(RedirectUriError::NotAUrl),
            },
            "javascript" | "data" | "file" | "blob" | "about" | "vbscript" | "view-source"
            | "ws" | "wss" | "ftp" => return Err(RedirectUriError::Scheme),
            _ => RedirectKind::PrivateScheme,
        };
        Ok(Self {
            text: text.to_owned(),
            kind,
        })
    }

    /// The URI as it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it points at.
    #[must_use]
    pub const fn kind(&self) -> RedirectKind {
        self.kind
    }

    /// Whether a request's `redirect_uri` is this one. `any_loopback_port` is the rule of
    /// native clients: with it, an IP literal's port is left out of the comparison.
    #[must_use]
    pub fn admits(&self, requested: &str, any_loopback_port: bool) -> bool {
        if requested == self.text {
            return true;
        }
        any_loopback_port
            && self.kind == RedirectKind::HttpLoopback
            && match (
                without_loopback_port(&self.text),
                without_loopback_port(requested),
            ) {
                (Some(registered), Some(requested)) => registered == requested,
                _ => false,
            }
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `.` and `..`, also where a dot is written `%2e`: browsers take those for dots.
fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

/// Host and path of an `http` URI on a loopback literal, without its port. Purely textual,
/// so that nothing but digits can stand where the port stood.
fn without_loopback_port(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]"]
        .into_iter()
        .find(|host| rest.starts_with(host))?;
    let rest = rest.strip_prefix(host)?;
    let Some(after_colon) = rest.strip_prefix(':') else {
        return rest.starts_with('/').then_some((host, rest));
    };
    let end = after_colon
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(after_colon.len());
    let (port, path) = after_colon.split_at_checked(end)?;
    let is_port = port
        .parse::<u16>()
        .is_ok_and(|number| number.to_string() == port);
    (is_port && path.starts_with('/')).then_some((host, path))
}

/// Whether a URL's host names this very machine.
#[must_use]
pub fn is_loopback_host(host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
