//! What the audit log keeps: a closed set of events, without secrets and contact data. An
//! event is written in the same act as what it tells of. Whom and what each is about is said
//! in `about.rs`; what an operator does that changes no state, in `operator_act.rs`.

mod about;
mod operator_act;

use serde::{Deserialize, Serialize};

pub use operator_act::OperatorAct;

use crate::domain::id::{ClientId, GrantId, Sid, SubjectId, UpstreamId};
use crate::domain::key_change::{KeyActor, KeyChange};
use crate::domain::key_state::{KeyState, or_forgotten};

/// An event and when it happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuditEvent {
    /// In milliseconds.
    pub at: i64,
    /// Joins it to the log lines of the same request.
    pub correlation: String,
    /// What happened.
    pub kind: EventKind,
}

/// An event with its place in the log. Numbers only ever grow, whatever the clock does, so
/// that who reads on from a number misses nothing and reads nothing twice.
#[derive(Clone, Debug)]
pub struct NumberedEvent {
    /// Its place, from 1 up. Numbers of events that are gone are not given again.
    pub number: u64,
    /// The event.
    pub event: AuditEvent,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// A person signed in; `first` for the very first time.
    SignedIn {
        /// Who.
        subject: SubjectId,
        /// In which session.
        sid: Sid,
        /// Through which upstream.
        upstream: UpstreamId,
        /// For whose sake.
        client: ClientId,
        /// Whether the subject was made at this sign-in.
        first: bool,
    },
    /// A userid came back with another unionId: a new subject was made, the old one kept.
    UseridChangedHands {
        /// The organisation.
        corp: String,
        /// The userid.
        userid: String,
        /// Who had it.
        from: SubjectId,
        /// Who has it now.
        to: SubjectId,
    },
    /// Another person signed in with the browser of this session, which ended it.
    SessionReplaced {
        /// The session that ended.
        sid: Sid,
        /// Whose it was.
        subject: SubjectId,
    },
    /// The directory said of somebody who had signed in before that they may not any more:
    /// all their sessions were ended.
    NoLongerVouchedFor {
        /// Who.
        subject: SubjectId,
        /// By which upstream.
        upstream: UpstreamId,
        /// The cause's name.
        cause: String,
        /// DingTalk's own name of the call that said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upstream_request: Option<String>,
    },
    /// A code was redeemed.
    CodeRedeemed {
        /// By whom.
        client: ClientId,
        /// Whose.
        subject: SubjectId,
        /// What came of it.
        grant: GrantId,
    },
    /// A code came back with a wrong proof, by the client that it was issued to.
    CodeSpoiled {
        /// By whom.
        client: ClientId,
        /// Whose.
        subject: SubjectId,
    },
    /// A code that was redeemed came a second time: its grant was revoked.
    CodeReplayed {
        /// By whom.
        client: ClientId,
        /// Whose.
        subject: SubjectId,
    },
    /// A refresh token that had been exchanged came again, after the grace: its family, its
    /// grant and what hangs from it were revoked.
    RefreshTokenReused {
        /// By whom.
        client: ClientId,
        /// Whose.
        subject: SubjectId,
        /// What was revoked.
        grant: GrantId,
    },
    /// A person had more families of refresh tokens with one client than are kept: the one
    /// that was used longest ago was revoked.
    RefreshFamilyEvicted {
        /// With which client.
        client: ClientId,
        /// Whose.
        subject: SubjectId,
        /// What was revoked.
        grant: GrantId,
    },
    /// A client revoked a refresh token: its family and its grant's access tokens ended.
    GrantRevoked {
        /// By whom.
        client: ClientId,
        /// Whose.
        subject: SubjectId,
        /// What was revoked.
        grant: GrantId,
    },
    /// A client revoked one access token.
    AccessTokenRevoked {
        /// By whom.
        client: ClientId,
        /// Whose; none for a token without a person.
        subject: Option<SubjectId>,
    },
    /// A person agreed that a client learns of them.
    ConsentGiven {
        /// Who.
        subject: SubjectId,
        /// Which client.
        client: ClientId,
        /// To what, as a scope.
        scope: String,
    },
    /// A person's consent was taken back, and with it all that hung from it.
    ConsentWithdrawn {
        /// Whose.
        subject: SubjectId,
        /// Which client lost it.
        client: ClientId,
    },
    /// A session was ended: by a logout, or with a key that was revoked.
    SessionEnded {
        /// Which.
        sid: Sid,
        /// Whose it was.
        subject: SubjectId,
        /// The client that asked for it, where one did.
        client: Option<ClientId>,
        /// The key with which it ended: one that was revoked and had signed an ID Token of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kid: Option<String>,
    },
    /// What outlived its session ended with a key that was revoked and had signed its last ID
    /// Token: refresh tokens and access tokens.
    GrantEnded {
        /// Who held it.
        client: ClientId,
        /// Whose it was.
        subject: SubjectId,
        /// What ended.
        grant: GrantId,
        /// The key.
        kid: String,
    },
    /// A client was told by the back channel that a session ended, or could not be told.
    LogoutDelivery {
        /// Which client.
        client: ClientId,
        /// Whose session it was.
        subject: SubjectId,
        /// Which session; none where all of a person's sessions ended.
        sid: Option<Sid>,
        /// How many times it has been tried.
        attempt: u32,
        /// How it went.
        outcome: DeliveryOutcome,
        /// The client's answer, or why there is none; never its words.
        answer: String,
    },
    /// Failures before anybody signed in, in one interval: counted, so that a flood of them
    /// can't fill a disk.
    FailuresCounted {
        /// The cause's name.
        cause: String,
        /// Which client they were about; none where none could be named.
        client: Option<ClientId>,
        /// How many there were.
        count: u64,
        /// DingTalk's own name of the last call among them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upstream_request: Option<String>,
    },
    /// A key came into another state.
    KeyStateChanged {
        /// Which key.
        kid: String,
        /// `RS256`, ..., or `A256GCM` for a key that seals.
        algorithm: String,
        /// What it was; none for a new one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<KeyState>,
        /// What it is now; none for one whose entry is gone.
        #[serde(with = "or_forgotten")]
        to: Option<KeyState>,
        /// Who did it.
        #[serde(flatten)]
        actor: KeyActor,
    },
    /// What a revoked key had signed was ended, or a part of it: each act tells of its own.
    SignedByEnded {
        /// Which key.
        kid: String,
        /// How many grants were ended, with their refresh tokens.
        grants: u64,
        /// How many sessions were ended.
        sessions: u64,
    },
    /// An operator did something that changed no state that has an event of its own.
    OperatorActed {
        /// The operating system's number of who did it, where it is known.
        uid: Option<u32>,
        /// What was done, and with what.
        #[serde(flatten)]
        act: OperatorAct,
    },
}

impl AuditEvent {
    /// A change of a key, as it is told. The changes of one key are joined by its name; no
    /// request stands behind those of the schedule.
    #[must_use]
    pub fn of_key(change: KeyChange, correlation: impl Into<String>) -> Self {
        Self {
            at: change.at,
            correlation: correlation.into(),
            kind: EventKind::KeyStateChanged {
                kid: change.kid,
                algorithm: change.algorithm,
                from: change.from,
                to: change.to,
                actor: change.actor,
            },
        }
    }
}

impl EventKind {
    /// The names of all events, in the order of the variants.
    pub const NAMES: [&'static str; 20] = [
        "signed_in",
        "userid_changed_hands",
        "session_replaced",
        "no_longer_vouched_for",
        "code_redeemed",
        "code_spoiled",
        "code_replayed",
        "refresh_token_reused",
        "refresh_family_evicted",
        "grant_revoked",
        "access_token_revoked",
        "consent_given",
        "consent_withdrawn",
        "session_ended",
        "grant_ended",
        "logout_delivery",
        "failures_counted",
        "key_state_changed",
        "signed_by_ended",
        "operator_acted",
    ];

    /// The event's name: in the store, in `dingpass audit`, in its JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SignedIn { .. } => "signed_in",
            Self::UseridChangedHands { .. } => "userid_changed_hands",
            Self::SessionReplaced { .. } => "session_replaced",
            Self::NoLongerVouchedFor { .. } => "no_longer_vouched_for",
            Self::CodeRedeemed { .. } => "code_redeemed",
            Self::CodeSpoiled { .. } => "code_spoiled",
            Self::CodeReplayed { .. } => "code_replayed",
            Self::RefreshTokenReused { .. } => "refresh_token_reused",
            Self::RefreshFamilyEvicted { .. } => "refresh_family_evicted",
            Self::GrantRevoked { .. } => "grant_revoked",
            Self::AccessTokenRevoked { .. } => "access_token_revoked",
            Self::ConsentGiven { .. } => "consent_given",
            Self::ConsentWithdrawn { .. } => "consent_withdrawn",
            Self::SessionEnded { .. } => "session_ended",
            Self::GrantEnded { .. } => "grant_ended",
            Self::LogoutDelivery { .. } => "logout_delivery",
            Self::FailuresCounted { .. } => "failures_counted",
            Self::KeyStateChanged { .. } => "key_state_changed",
            Self::SignedByEnded { .. } => "signed_by_ended",
            Self::OperatorActed { .. } => "operator_acted",
        }
    }
}

/// How a delivery went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryOutcome {
    /// The client took it.
    Delivered,
    /// It will be tried again.
    Failed,
    /// It was tried for long enough, or can't be delivered at all.
    GivenUp,
}
