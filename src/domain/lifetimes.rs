//! How long things live, as the operator set it.

use std::time::Duration;

use crate::domain::client::Client;

/// The section `[lifetimes]`, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// A session that nobody used for so long signs nobody in any more.
    pub session_idle: Duration,
    /// A session ends so long after its last sign-in at DingTalk, used or not.
    pub session_absolute: Duration,
    /// An authorization code.
    pub code: Duration,
    /// An access token.
    pub access_token: Duration,
    /// An ID Token.
    pub id_token: Duration,
    /// A refresh token that is not used.
    pub refresh_idle: Duration,
    /// A family of refresh tokens.
    pub refresh_absolute: Duration,
    /// How long a predecessor still gets its successor.
    pub refresh_grace: Duration,
}

/// How long a logout token is good (OIDC Back-Channel Logout 1.0, section 2.4: two minutes at
/// most). Nobody sets it, but a key stays published for as long where somebody is told.
pub const LOGOUT_TOKEN: Duration = Duration::from_secs(120);

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Lifetimes {
    /// The longest life of what is signed: an ID Token, or a logout token where a client wants
    /// to be told.
    #[must_use]
    pub fn signed(&self, clients: &[Client]) -> Duration {
        let tells = clients
            .iter()
            .any(|client| client.backchannel_logout.is_some());
        if tells {
            self.id_token.max(LOGOUT_TOKEN)
        } else {
            self.id_token
        }
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            session_idle: Duration::from_secs(12 * HOUR),
            session_absolute: Duration::from_secs(7 * DAY),
            code: Duration::from_secs(MINUTE),
            access_token: Duration::from_secs(10 * MINUTE),
            id_token: Duration::from_secs(HOUR),
            refresh_idle: Duration::from_secs(30 * DAY),
            refresh_absolute: Duration::from_secs(180 * DAY),
            refresh_grace: Duration::from_secs(10),
        }
    }
}
