//! What the audit log keeps: a closed set of events, without secrets and contact data. An
//! event is written in the same act as what it tells of.

use serde::{Deserialize, Serialize};

use crate::domain::id::{ClientId, GrantId, Sid, SubjectId, UpstreamId};

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
}
