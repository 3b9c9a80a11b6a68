//! Authorization responses: parameters for a proved address, with `iss` in every one
//! (RFC 9207) and nothing but what the specs name. They travel in the query of a redirect or,
//! by OAuth 2.0 Form Post Response Mode, in a form that the browser posts: then nothing of
//! them stands in any URL.

use std::fmt;

use super::cause::RedirectedCause;
use super::request::ReturnAddress;
use crate::domain::address::{LONGEST_LOCATION, component, policy_source};
use crate::domain::authorization::ResponseMode;
use crate::domain::issuer::Issuer;
use crate::domain::secret::Handle;

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

impl ReturnAddress {
    /// Whether an answer with a code has room in a header. Encoding makes three bytes of one.
    /// A form has room for anything that a flow's cookie can hold.
    pub(super) fn has_room(&self, issuer: &Issuer) -> bool {
        const CODE: &str = "0123456789012345678901234567890123456789012";
        match self.answer(&[("code", CODE)], issuer) {
            Delivery::Redirect(url) => url.as_str().len() <= LONGEST_LOCATION,
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
                    url.extend(component(value));
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

    /// Where forms for the redirect_uri may lead, as a source of a content security policy.
    pub(super) fn policy_source(&self) -> String {
        url::Url::parse(self.redirect_uri())
            .map_or_else(|_| "'none'".to_owned(), |url| policy_source(&url))
    }
}
