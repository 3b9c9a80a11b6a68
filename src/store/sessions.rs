//! Sessions and the people in them: how a sign-in begins one, and how an upstream's plain no
//! about a person ends all of them.

use async_trait::async_trait;

use super::{StoreError, ToTell};
use crate::clock::Timestamp;
use crate::domain::id::{ClientId, Sid, SubjectId, UpstreamId};
use crate::domain::identity::{Identity, Link, Subject};
use crate::domain::secret::Digest;
use crate::domain::session::Session;

/// A person came back from an upstream that vouched for them.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Who it is, and what is known.
    pub identity: Identity,
    /// The subject's name, if this is somebody new.
    pub new_subject: SubjectId,
    /// The session's name, if a new one begins.
    pub new_sid: Sid,
    /// The digest of the browser's new cookie; each sign-in has its own.
    pub cookie: Digest,
    /// The digest of the cookie that the browser had, if any.
    pub previous_cookie: Option<Digest>,
    /// The live session behind that cookie: the same person goes on with it. One that has
    /// expired is not taken up again.
    pub resume: Option<Sid>,
    /// Through which upstream.
    pub upstream: UpstreamId,
    /// For whose sake, for the audit log.
    pub client: ClientId,
    /// Until when the session's row is kept.
    pub keep_until: Timestamp,
    /// Which clients are told, if this ends another person's session.
    pub to_tell: ToTell,
    /// Joins the audit event to the log.
    pub correlation: String,
    /// The moment.
    pub now: Timestamp,
}

/// What became of a sign-in.
#[derive(Clone, Debug)]
#[must_use]
pub enum SignInRecorded {
    /// The person is signed in.
    SignedIn(Box<Session>, Box<Subject>),
    /// The person may not sign in; no session was made.
    Blocked,
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// The session that a cookie opens, with its person.
    async fn find_session(&self, cookie: &Digest)
    -> Result<Option<(Session, Subject)>, StoreError>;
    /// Finds or makes the subject, brings its profile up to date, and begins a session or,
    /// for the same person in the same browser, goes on with the one that was there under a
    /// new cookie. Another person's session in this browser is ended.
    async fn record_sign_in(&self, act: SignIn) -> Result<SignInRecorded, StoreError>;
}

/// An upstream does not vouch for a person any more: all their sessions are to end.
#[derive(Clone, Debug)]
pub struct SignOutEverywhere {
    /// Whose.
    pub link: Link,
    /// The upstream.
    pub upstream: UpstreamId,
    /// Why, for the audit log.
    pub cause: &'static str,
    /// The upstream's own name of the call that said so.
    pub upstream_request: Option<String>,
    /// Which clients are told, of each session in which they took part.
    pub to_tell: ToTell,
    /// Joins the audit event to the log.
    pub correlation: String,
    /// The moment.
    pub now: Timestamp,
}

/// What became of a person's sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum SignedOut {
    /// All of them are ended.
    Everywhere,
    /// Nobody of that link ever signed in.
    Unknown,
}

/// People.
#[async_trait]
pub trait Subjects: Send + Sync {
    /// Ends every session of a person, with all that hangs from them.
    async fn sign_out_everywhere(&self, act: SignOutEverywhere) -> Result<SignedOut, StoreError>;
}
