//! What an upstream says of a person, and the subject that we keep for that person.

use serde::{Deserialize, Serialize};

use crate::domain::id::{ClientId, SubjectId};
use crate::domain::session::Session;

/// The immutable tie of a subject to an upstream's person: never re-pointed, and never found
/// by phone or e-mail, which change hands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    /// The kind of upstream, `dingtalk`.
    pub kind: String,
    /// The organisation that owns the application: upstream identifiers are unique within
    /// it. Not the `id` of the `[[upstream]]`, whose renaming must orphan nobody.
    pub owner: String,
    /// The person's identifier there (DingTalk: unionId).
    pub person: String,
}

/// A person, as an upstream vouched for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who it is.
    pub link: Link,
    /// What is known of the person.
    pub profile: Profile,
}

/// What is known of a person. Empty values are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The name in the organisation's directory.
    pub name: Option<String>,
    /// The name that the person chose.
    pub nickname: Option<String>,
    /// The address of the portrait.
    pub picture: Option<String>,
    /// By the source that the operator chose.
    pub preferred_username: Option<String>,
    /// The address in the organisation's own mail domain: verified by the organisation.
    pub org_email: Option<String>,
    /// Any other address in the directory: verified by nobody.
    pub other_email: Option<String>,
    /// The phone number.
    pub phone: Option<Phone>,
    /// Whether the account is exclusive: made by the organisation, its phone proved by nobody.
    pub exclusive: bool,
    /// Job title.
    pub title: Option<String>,
    /// Job number: neither unique nor stable.
    pub job_number: Option<String>,
    /// The departments' numbers.
    pub departments: Vec<i64>,
    /// The roles' numbers.
    pub roles: Vec<i64>,
    /// The organisation's own name for the person.
    pub userid: String,
    /// The application owner's name for the person.
    pub unionid: String,
    /// The organisation.
    pub corp: String,
    /// A constant of the upstream's configuration.
    pub locale: Option<String>,
    /// A constant of the upstream's configuration.
    pub zoneinfo: Option<String>,
}

/// A phone number in two parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// Country calling code, digits alone.
    pub country: String,
    /// The rest, digits alone.
    pub national: String,
}

impl Phone {
    /// E.164: `+8613800000000`.
    #[must_use]
    pub fn e164(&self) -> String {
        format!("+{}{}", self.country, self.national)
    }

    /// What people in the country write: national digits for +86, E.164 for the rest.
    #[must_use]
    pub fn customary(&self) -> String {
        if self.country == "86" {
            self.national.clone()
        } else {
            self.e164()
        }
    }
}

/// A subject: the person as clients know them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subject {
    /// `sub`
    pub id: SubjectId,
    /// The tie to the upstream.
    pub link: Link,
    /// What is known of the person.
    pub profile: Profile,
    /// When the profile last changed (`updated_at`), in milliseconds.
    pub profile_changed_at: i64,
    /// When the person first signed in, in milliseconds.
    pub created_at: i64,
    /// When DingTalk last vouched for the person, in milliseconds.
    pub last_sign_in: i64,
    /// Whether the person may sign in.
    pub status: SubjectStatus,
    /// When all sessions of the person were ended at once, in milliseconds: those that began
    /// before are ended, whatever their own rows say.
    #[serde(default)]
    pub signed_out_at: Option<i64>,
    /// From which clients the person has taken back a consent, and when, in milliseconds. It
    /// stands here because the person's row is read with each use of a grant anyway: no use
    /// of a token pays for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawals: Vec<(ClientId, i64)>,
}

impl Subject {
    /// Whether a session of this person was ended with all the others.
    #[must_use]
    pub fn has_ended(&self, session: &Session) -> bool {
        self.signed_out_at
            .is_some_and(|moment| session.auth_time < moment)
    }

    /// Whether what `client` got at `moment` went with a consent that was taken back. What
    /// was given in that very millisecond went with it, too.
    #[must_use]
    pub fn has_taken_back(&self, client: &ClientId, moment: i64) -> bool {
        self.withdrawals
            .iter()
            .any(|(from, at)| from == client && moment <= *at)
    }
}

/// Whether a person may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectStatus {
    /// Yes.
    Active,
    /// No: the operator or the directory said so.
    Blocked,
}
