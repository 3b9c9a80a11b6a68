//! Authorization responses: parameters for a proved address, with `iss` in every one
//! (RFC 9207) and nothing but what the specs name. They travel in the query of a redirect or,
//! by OAuth 2.0 Form Post Response Mode, in a form that the browser posts: then nothing of
//! them stands in any URL.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::cause::RedirectedCause;
use super::request::ReturnAddress;
use crate::domain::authorization::ResponseMode;
use crate::domain::issuer::Issuer;
use crate::domain::secret::Handle;

/// All but the unreserved characters of RFC 3986.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An answer on its way to the client.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// By a redirect.
    Redirect(ReturnUrl),
    /// By a form that the browser posts.
    Form(FormPost),
}

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

/// An answer as a form: to a proved redirect_uri alone. Its fields are not printed by
/// `Debug`, since one is a code.
#[derive(Clone)]
pub struct FormPost {
    /// The proved redirect_uri, as it was sent.
    pub action: String,
    /// Where the form may lead, as a source of a content security policy.
    pub source: String,
    /// The client's name.
    pub client_name: String,
    /// Name and value of each field.
    pub fields: Vec<(&'static str, String)>,
}

impl fmt::Debug for FormPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormPost(..)")
    }
}

/// The longest `Location` of an answer, in bytes: with the cookies and the other headers it
/// stays below the 4 KB that nginx takes in all.
const LONGEST: usize = 2800;

impl ReturnAddress {
    /// Whether an answer with a code has room in a header. Encoding makes three bytes of one.
    /// A form has room for anything that a flow's cookie can hold.
    pub(super) fn has_room(&self, issuer: &Issuer) -> bool {
        const CODE: &str = "0123456789012345678901234567890123456789012";
        match self.answer(&[("code", CODE)], issuer) {
            Delivery::Redirect(url) => url.as_str().len() <= LONGEST,
            Delivery::Form(_) => true,
        }
    }

    /// The answer with a code.
    pub(super) fn with_code(&self, code: &Handle, issuer: &Issuer) -> Delivery {
        self.answer(&[("code", code.as_str())], issuer)
    }

    /// The answer with an error.
    pub(super) fn with_error(&self, cause: RedirectedCause, issuer: &Issuer) -> Delivery {
        self.answer(
            &[
                ("error", cause.code().as_str()),
                ("error_description", cause.description()),
            ],
            issuer,
        )
    }

    fn answer(&self, parameters: &[(&'static str, &str)], issuer: &Issuer) -> Delivery {
        let state = self.state().map(|state| ("state", state));
        let iss = ("iss", issuer.as_str());
        let all = parameters.iter().copied().chain(state).chain([iss]);
        match self.response_mode() {
            ResponseMode::Query => {
                let mut url = self.redirect_uri().to_owned();
                let mut separator = if url.contains('?') { '&' } else { '?' };
                for (name, value) in all {
                    url.push(separator);
                    url.push_str(name);
                    url.push('=');
                    url.extend(utf8_percent_encode(value, COMPONENT));
                    separator = '&';
                }
                Delivery::Redirect(ReturnUrl(url))
            }
            ResponseMode::FormPost => Delivery::Form(FormPost {
                action: self.redirect_uri().to_owned(),
                source: self.policy_source(),
                client_name: self.client().name.clone(),
                fields: all.map(|(name, value)| (name, value.to_owned())).collect(),
            }),
        }
    }

    /// The redirect_uri's origin as a source of a content security policy (CSP 3 section
    /// 2.3.1): its scheme alone where the grammar has no form for its host (a private-use
    /// scheme, an IPv6 literal), since browsers drop a source that they can't read.
    pub(super) fn policy_source(&self) -> String {
        policy_source(self.redirect_uri()).unwrap_or_else(|| "'none'".to_owned())
    }
}

/// The origin of a URL as a source of a content security policy. What the parser gives can't
/// hold a blank, a semicolon or a quote, so nothing can be slipped into the policy.
pub(super) fn policy_source(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let plain = |host: &str| {
        host.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    };
    let is_web = matches!(url.scheme(), "http" | "https");
    Some(if is_web && url.host_str().is_some_and(plain) {
        url.origin().ascii_serialization()
    } else {
        format!("{}:", url.scheme())
    })
}
