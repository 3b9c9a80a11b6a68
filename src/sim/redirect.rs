//! Which redirect URLs are registered, and what the answer appended to one carries.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// Under which names the code is sent back. DingTalk sends both today and sent `authCode` alone
/// in the past; a client has to take either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum CodeNames {
    #[default]
    #[serde(rename = "both")]
    Both,
    #[serde(rename = "code")]
    Code,
    #[serde(rename = "authCode")]
    AuthCode,
}

impl CodeNames {
    /// The names, in DingTalk's order.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Both => &["code", "authCode"],
            Self::Code => &["code"],
            Self::AuthCode => &["authCode"],
        }
    }
}

/// The URL to redirect to, if `raw` is registered: written exactly like one of `exact`, or with a
/// path that begins with `/callback/`, over http or https, on a loopback host, with any port.
///
/// The rule is applied to the parsed URL and the parsed URL is what the browser is sent to, so
/// that dot segments and odd spellings do not slip between. What a browser and a simpler reader
/// take for different hosts (`@`, a backslash, white space) is not registered at all.
pub(super) fn registered(raw: &str, exact: &[String]) -> Option<Url> {
    let url = Url::parse(raw).ok()?;
    if url.fragment().is_some() {
        return None;
    }
    if exact.iter().any(|known| known == raw) {
        return Some(url);
    }
    let is_web = matches!(url.scheme(), "http" | "https");
    let is_callback = url.path().starts_with("/callback/");
    (is_web && is_callback && is_loopback(&url) && is_plain(raw)).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether there is nothing in the text that readers disagree about: user information, even an
/// empty one, a backslash, white space or a control character.
fn is_plain(raw: &str) -> bool {
    let authority = raw
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?']).next());
    authority.is_some_and(|text| !text.contains('@'))
        && !raw
            .chars()
            .any(|sign| sign == '\\' || sign.is_whitespace() || sign.is_control())
}

/// `url` with `answer` and the state appended to whatever query it has.
pub(super) fn answered(mut url: Url, answer: &[(&str, &str)], state: Option<&str>) -> Url {
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(answer);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
    }
    url
}
