//! Front-channel logout (OIDC Front-Channel Logout 1.0): the addresses that the person's
//! browser opens in frames, so that each application can drop its own cookies.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::domain::client::Clients;
use crate::domain::id::{ClientId, Sid};
use crate::domain::issuer::Issuer;

/// Most frames on one page. Whoever has more applications open than that is signed out of the
/// others over the back channel.
const MOST: usize = 20;

/// One application's frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it opens.
    pub url: String,
    /// Where that is, for the page's policy.
    pub origin: Url,
}

/// The frames of those that took part in a session and want to be told so. `iss` and `sid` go
/// along always (section 2 demands both or none): without them anybody's link could sign a
/// person out there.
pub(super) fn frames(
    clients: &Clients,
    participants: &[ClientId],
    issuer: &Issuer,
    sid: &Sid,
) -> Vec<Frame> {
    participants
        .iter()
        .filter_map(|id| clients.find(id)?.frontchannel_logout.clone())
        .filter_map(|notice| {
            let origin = Url::parse(&notice.uri).ok()?;
            let separator = if notice.uri.contains('?') { '&' } else { '?' };
            let url = format!(
                "{}{separator}iss={}&sid={}",
                notice.uri,
                utf8_percent_encode(issuer.as_str(), NON_ALPHANUMERIC),
                utf8_percent_encode(sid.as_str(), NON_ALPHANUMERIC),
            );
            Some(Frame { url, origin })
        })
        .take(MOST)
        .collect()
}
