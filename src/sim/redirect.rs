//! Which redirect URLs are registered, and how an answer is appended to one.

use url::{Host, Url};

/// The URL to redirect to, if `raw` is registered: written exactly like one of `exact`, or
/// `/callback/...` over http on a loopback address, with any port.
///
/// The rule is applied to the parsed URL and the parsed URL is what the browser is sent to, so
/// that nothing a browser reads differently (`@`, a backslash, dot segments) slips between.
pub(super) fn registered(raw: &str, exact: &[String]) -> Option<Url> {
    let url = Url::parse(raw).ok()?;
    if url.fragment().is_some() {
        return None;
    }
    if exact.iter().any(|known| known == raw) {
        return Some(url);
    }
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.octets() == [127, 0, 0, 1],
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_plain = url.username().is_empty() && url.password().is_none();
    let has_path = url
        .path()
        .strip_prefix("/callback/")
        .is_some_and(|rest| !rest.is_empty());
    (url.scheme() == "http" && is_loopback && is_plain && has_path).then_some(url)
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
