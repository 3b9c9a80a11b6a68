//! What a DingTalk provider needs to know.

use std::time::Duration;

use secrecy::SecretString;

use crate::domain::id::UpstreamId;

/// The members of an `[[upstream]]` of this kind.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `id`
    pub id: UpstreamId,
    /// `name`
    pub name: String,
    /// Client ID (AppKey).
    pub client_id: String,
    /// Client Secret (AppSecret).
    pub client_secret: SecretString,
    /// The organisation whose members may sign in.
    pub corp_id: String,
    /// The address that DingTalk sends browsers back to.
    pub redirect_uri: String,
    /// Where browsers sign in.
    pub login_base_url: String,
    /// The new dialect's host.
    pub api_base_url: String,
    /// The old dialect's host.
    pub oapi_base_url: String,
    /// Sends `openid corpid`, and demands that the chosen organisation is ours.
    pub ask_organisation: bool,
    /// What becomes `preferred_username`.
    pub preferred_username: UsernameSource,
    /// Constant claim.
    pub locale: Option<String>,
    /// Constant claim.
    pub zoneinfo: Option<String>,
    /// How long all calls of one sign-in may take together.
    pub patience: Duration,
    /// How long a retry waits; DingTalk's penalty for too many calls lasts a second.
    pub retry_pause: Duration,
}

/// What becomes `preferred_username`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameSource {
    /// userid: unique and immutable within the organisation.
    UserId,
    /// Job number: neither unique nor stable.
    JobNumber,
    /// The address in the organisation's domain.
    OrgEmail,
    /// What stands before its `@`.
    OrgEmailLocalPart,
}
