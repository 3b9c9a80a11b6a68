//! Addresses in the file: what each kind may look like, as text that ends a fault's message.

use url::Url;

use crate::domain::uri::is_loopback_host;

/// An address that a browser or we may open: http or https, with a host, without user.
pub(super) fn any(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "must be a URL like \"https://app.example.com/\"")?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("must be a URL that begins with https:// or http://");
    }
    if has_user(&url) {
        return Err("must not have a user or password before the host");
    }
    Ok(url)
}

/// An address to which secrets or trust go: https, or http on this machine.
pub(super) fn secure(text: &str) -> Result<Url, &'static str> {
    let url = any(text)?;
    let loopback = url.host_str().is_some_and(is_loopback_host);
    if url.scheme() == "https" || loopback {
        return Ok(url);
    }
    Err("must begin with https:// (http:// is for 127.0.0.1, [::1] and localhost alone)")
}

/// Scheme, host and port alone, spelt as a browser spells it.
pub(super) fn origin(text: &str) -> Result<Url, &'static str> {
    let url = any(text)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("must be scheme, host and port alone, without path or query");
    }
    if text.ends_with('/') {
        return Err("must be written without the slash at its end");
    }
    if url.as_str().strip_suffix('/') != Some(text) {
        return Err("must be written in lower case, without the scheme's default port");
    }
    Ok(url)
}

/// Whether a user or password stands before the host.
pub(super) fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}
