//! What both clients have in common: how a client is built, how an answer is read to its end
//! within a limit, and how the library's errors become ours.

use std::time::Duration;

use bytes::BytesMut;
use http::header::{CACHE_CONTROL, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Request};

use super::{Answer, OutboundError, Settings, TransportError, Trust};

/// A name has an address that may not be called. Made by our resolver and found again under
/// the HTTP library's error.
#[derive(Debug, thiserror::Error)]
#[error("a forbidden address")]
pub(super) struct Forbidden;

/// A builder with the rules of the house: no redirects, no proxy, no waiting for ever.
pub(super) fn builder(settings: &Settings, trust: &Trust) -> Result<ClientBuilder, OutboundError> {
    Ok(Client::builder()
        .redirect(Policy::none())
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.timeout)
        .pool_idle_timeout(Duration::from_secs(60))
        .no_proxy()
        .tls_backend_preconfigured(trust.configuration()?))
}

/// Builds the client.
pub(super) fn finish(builder: ClientBuilder) -> Result<Client, OutboundError> {
    builder
        .build()
        .map_err(|error| OutboundError::Tls(error.to_string()))
}

/// Sends a request and reads its answer, of at most `longest` bytes once it is unpacked.
pub(super) async fn execute(
    client: &Client,
    request: Request,
    longest: usize,
) -> Result<Answer, TransportError> {
    let mut response = client.execute(request).await.map_err(classify)?;
    let status = response.status().as_u16();
    let max_age = max_age(response.headers());
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(classify)? {
        if body.len() + chunk.len() > longest {
            return Err(TransportError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status,
        body: body.freeze(),
        max_age,
    })
}

/// How long the answer is good (RFC 9111 section 5.2.2): nothing where nothing is said, zero
/// where it must not be kept.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let mut found = None;
    let values = headers.get_all(CACHE_CONTROL).iter();
    for directive in values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
    {
        if directive.eq_ignore_ascii_case("no-store") || directive.eq_ignore_ascii_case("no-cache")
        {
            return Some(Duration::ZERO);
        }
        if let Some((name, seconds)) = directive.split_once('=')
            && name.eq_ignore_ascii_case("max-age")
        {
            found = seconds
                .trim_matches('"')
                .parse()
                .ok()
                .map(Duration::from_secs);
        }
    }
    found
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn classify(error: reqwest::Error) -> TransportError {
    if is_forbidden(&error) {
        TransportError::Forbidden
    } else if error.is_timeout() {
        TransportError::TimedOut
    } else if error.is_connect() {
        TransportError::Unreachable
    } else {
        TransportError::Broken
    }
}

/// Whether our own resolver said no, somewhere under the library's words.
fn is_forbidden(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<Forbidden>() {
            return true;
        }
        cause = error.source();
    }
    false
}
