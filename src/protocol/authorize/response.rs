//! Authorization responses: query parameters at a proved address, with `iss` in every one
//! (RFC 9207) and nothing but what the specs name.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::cause::RedirectedCause;
use super::request::ReturnAddress;
use crate::domain::issuer::Issuer;
use crate::domain::secret::Handle;

/// All but the unreserved characters of RFC 3986.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The address of an answer: made from a proved redirect_uri alone. Not printed by `Debug`,
/// since it holds a code.
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnUrl(String);

impl ReturnUrl {
    /// The whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ReturnUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturnUrl(..)")
    }
}

/// The longest `Location` of an answer, in bytes: with the cookies and the other headers it
/// stays below the 4 KB that nginx takes in all.
const LONGEST: usize = 2800;

impl ReturnAddress {
    /// Whether an answer with a code has room in a header. Encoding makes three bytes of one.
    pub(super) fn has_room(&self, issuer: &Issuer) -> bool {
        const CODE: &str = "0123456789012345678901234567890123456789012";
        self.answer(&[("code", CODE)], issuer).as_str().len() <= LONGEST
    }

    /// The answer with a code.
    pub(super) fn with_code(&self, code: &Handle, issuer: &Issuer) -> ReturnUrl {
        self.answer(&[("code", code.as_str())], issuer)
    }

    /// The answer with an error.
    pub(super) fn with_error(&self, cause: RedirectedCause, issuer: &Issuer) -> ReturnUrl {
        self.answer(
            &[
                ("error", cause.code().as_str()),
                ("error_description", cause.description()),
            ],
            issuer,
        )
    }

    fn answer(&self, parameters: &[(&str, &str)], issuer: &Issuer) -> ReturnUrl {
        let state = self.state().map(|state| ("state", state));
        let iss = ("iss", issuer.as_str());
        let mut url = self.redirect_uri().to_owned();
        let mut separator = if url.contains('?') { '&' } else { '?' };
        for (name, value) in parameters.iter().copied().chain(state).chain([iss]) {
            url.push(separator);
            url.push_str(name);
            url.push('=');
            url.extend(utf8_percent_encode(value, COMPONENT));
            separator = '&';
        }
        ReturnUrl(url)
    }
}
